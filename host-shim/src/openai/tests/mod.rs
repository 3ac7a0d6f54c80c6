//! Golden cases: a request and what it becomes, an answer's events and what they become.

mod properties;
mod round_trip;

use std::fs;
use std::path::Path;

use provider_interface::{ErrorKind, ProviderError, StreamEvent};
use serde_json::{Value, json};

use super::*;
use crate::AnswerBuilder;
use crate::server::dialect::EventWriter as _;

fn stamp() -> Stamp {
    Stamp {
        unique: "7".to_owned(),
        created: 1_700_000_000,
    }
}

/// A body, with what every body needs put in where it is missing.
fn read(mut body: Value) -> Result<(Asked, Writer), Refused> {
    let members = body.as_object_mut().expect("an object");
    let model = || json!("amazon-bedrock/anthropic.claude-x");
    members.entry("model").or_insert_with(model);
    let hello = || json!([{"role": "user", "content": "hello"}]);
    members.entry("messages").or_insert_with(hello);
    OpenAi::read(body.to_string().as_bytes(), stamp())
}

fn refused(body: Value) -> Refused {
    read(body).expect_err("it is refused")
}

/// The events of a case, as Converse spells them.
fn events(list: &Value) -> Vec<StreamEvent> {
    serde_json::from_value(list.clone()).expect("events")
}

/// What a stream of these events looks like to a client.
fn streamed(mut writer: Writer, events: &[StreamEvent]) -> String {
    let mut out = Vec::new();
    for event in events {
        writer.event(event, &mut out).expect("it is written");
    }
    writer.end(&mut out);
    String::from_utf8(out).expect("text")
}

fn whole(writer: Writer, events: &[StreamEvent]) -> Value {
    let mut answer = AnswerBuilder::default();
    events.iter().for_each(|event| answer.push(event));
    let body = writer.whole(answer.finish()).expect("it is written");
    serde_json::from_slice(&body).expect("JSON")
}

/// Each file in `cases/NAME` through `check`, against its snapshot.
fn for_each_case(folder: &str, check: fn(&Value) -> String) {
    let folder_path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/openai/tests")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder_path)
        .expect("the cases are there")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&file).expect("a case");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        insta::assert_snapshot!(format!("{folder}_{name}"), check(&case));
    }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[test]
fn a_request_becomes_a_converse_request() {
    for_each_case("requests", |case| {
        let (asked, _) = read(case.clone()).expect("it is taken");
        let ignored = asked.ignored.join(", ");
        let request = serde_json::to_value(&asked.request).expect("JSON");
        format!("{}\nignored: {ignored}", pretty(&request))
    });
}

#[test]
fn events_become_chunks_and_a_completion() {
    for_each_case("answers", |case| {
        let events = events(case);
        let (_, writer) = read(json!({"stream_options": {"include_usage": true}})).expect("taken");
        let chunks = streamed(writer, &events);
        let (_, writer) = read(json!({})).expect("taken");
        format!("{chunks}\n{}", pretty(&whole(writer, &events)))
    });
}

#[test]
fn what_can_not_be_had_is_refused_with_its_parameter() {
    for (body, param) in [
        (json!({"n": 2}), "n"),
        (json!({"logprobs": true}), "logprobs"),
        (json!({"logit_bias": {"1": 2}}), "logit_bias"),
        (json!({"modalities": ["text", "audio"]}), "modalities"),
        (json!({"prediction": {"type": "content"}}), "prediction"),
        (json!({"functions": [{"name": "f"}]}), "functions"),
        (json!({"max_tokens": 1e300}), "max_tokens"),
        (json!({"temperature": -1}), "temperature"),
        (json!({"temperature": 1e300}), "temperature"),
        (json!({"messages": [{"role": "robot"}]}), "messages[0].role"),
        (
            json!({"messages": [{"role": "tool", "content": "x"}]}),
            "messages[0].tool_call_id",
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a/b.png"}}]}]}),
            "messages[0].content[0].image_url",
        ),
        (
            json!({"messages": [{"role": "user", "content": 7}]}),
            "messages[0].content",
        ),
        (json!({"messages": []}), "messages"),
        (json!({"model": ""}), "model"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"reasoning_effort": "enormous"}), "reasoning_effort"),
        (
            json!({"response_format": {"type": "json_object"}}),
            "response_format.type",
        ),
        (
            json!({"model": "m", "parallel_tool_calls": false, "tools": [{"type": "function", "function": {"name": "f"}}]}),
            "parallel_tool_calls",
        ),
        (json!({"service_tier": "scale"}), "service_tier"),
    ] {
        let refused = refused(body.clone());
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(refused.param.as_deref(), Some(param), "{body}");
    }
}

#[test]
fn what_asks_for_nothing_special_is_not_refused() {
    let body = json!({"n": 1, "logprobs": false, "modalities": ["text"], "logit_bias": null, "user": null});
    let (asked, _) = read(body).expect("it is taken");
    assert_eq!(asked.ignored, Vec::<String>::new());
}

#[test]
fn depth_and_bad_text_are_refused_and_nothing_more() {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let hello = r#""model":"m","messages":[{"role":"user","content":"x"}]"#;
    for body in [
        deep("[", "]"),
        format!("{{{hello},\"tools\":{}}}", deep("[", "]")),
        format!(
            "{{{hello},\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"f\",\"parameters\":{}1{}}}}}]}}",
            "{\"a\":".repeat(200_000),
            "}".repeat(200_000)
        ),
        format!("{{{hello},\"tool_choice\":{}}}", deep("[", "]")),
        r#"{"model":"m","messages":[{"role":"user","content":"\ud800"}]}"#.to_owned(),
        String::new(),
        "null".to_owned(),
    ] {
        let refused = OpenAi::read(body.as_bytes(), stamp()).expect_err("it is refused");
        assert_eq!(refused.status, 400);
    }
    let refused = OpenAi::read(b"{\"model\": \"\xff\"}", stamp()).expect_err("it is refused");
    assert!(refused.message.contains("UTF-8"), "{refused:?}");
}

#[test]
fn a_broken_stream_has_an_error_and_no_end() {
    let (_, mut writer) = read(json!({})).expect("taken");
    let mut out = Vec::new();
    let error = ProviderError::new(ErrorKind::RateLimited, "Too many \"tokens\"");
    writer.failed(&error, &mut out);
    let text = String::from_utf8(out).expect("text");
    let data = text.strip_prefix("data: ").expect("an event");
    let body: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(
        body,
        json!({"error": {"message": "Too many \"tokens\"", "type": "rate_limit_error", "param": null, "code": "rate_limit_exceeded"}})
    );
}

#[test]
fn a_stop_that_nothing_good_is_known_of_is_an_error() {
    for reason in ["malformed_tool_use", "malformed_model_output", "brand_new"] {
        let stop = events(&json!([{"messageStop": {"stopReason": reason}}]));
        let (_, mut writer) = read(json!({})).expect("taken");
        let error = writer
            .event(&stop[0], &mut Vec::new())
            .expect_err("an error");
        assert!(error.message.contains(reason), "{error}");
    }
}
