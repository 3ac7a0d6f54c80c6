//! Golden cases: the events of an answer, and in the snapshot beside them the stream that goes out
//! and the message that they are as a whole.

use std::collections::BTreeMap;

use provider_interface::{ErrorKind, ProviderError, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::*;
use crate::AnswerBuilder;
use crate::server::dialect::EventWriter;

#[derive(Deserialize)]
struct Case {
    name: String,
    events: Vec<StreamEvent>,
}

const MODEL: &str = "anthropic.claude-x";

fn golden(cases: &str) -> String {
    let cases: Vec<Case> = serde_json::from_str(cases).expect("cases");
    cases.iter().map(|case| told(case) + "\n").collect()
}

fn told(case: &Case) -> String {
    let Case { name, events } = case;
    let stream = streamed(events);
    let whole = match whole(events) {
        Ok(whole) => {
            let whole = String::from_utf8(whole).expect("UTF-8");
            adds_up(name, &stream, &whole);
            whole
        }
        Err(error) => format!("{}: {}", error.kind, error.message),
    };
    let stream = stream.trim_end().replace("\n\n", "\n");
    let lines = stream.lines().filter(|line| line.starts_with("data"));
    let lines: Vec<_> = lines.map(|line| format!("  {line}\n")).collect();
    format!("# {name}\n{}  whole: {whole}\n", lines.concat())
}

/// What goes out for these events.
pub(super) fn streamed(events: &[StreamEvent]) -> String {
    let mut writer = MessageWriter::new("1", MODEL);
    let mut out = Vec::new();
    for event in events {
        if let Err(error) = writer.event(event, &mut out) {
            writer.failed(&error, &mut out);
        }
    }
    writer.end(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

pub(super) fn whole(events: &[StreamEvent]) -> Result<Vec<u8>, ProviderError> {
    let mut answer = AnswerBuilder::default();
    events.iter().for_each(|event| answer.push(event));
    MessageWriter::new("1", MODEL).whole(answer.finish())
}

/// The members of a block or a message, each value to the letter.
type Members = BTreeMap<String, Box<RawValue>>;

/// What a client makes of a stream: deltas are appended to the block that their index names.
pub(super) fn accumulated(stream: &str) -> (Value, Vec<Members>) {
    let mut message = Value::Null;
    let mut blocks: Vec<(Members, String)> = Vec::new();
    for event in stream.split_terminator("\n\n") {
        let (name, data) = event.split_once("\ndata: ").expect("an event");
        let value: Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(name.strip_prefix("event: "), value["type"].as_str());
        let place = value["index"]
            .as_u64()
            .map(|index| usize::try_from(index).expect("an index"));
        match value["type"].as_str().expect("a type") {
            "message_start" => message = value["message"].clone(),
            "content_block_start" => {
                assert_eq!(place, Some(blocks.len()), "blocks come one after the other");
                let members: BTreeMap<String, Members> = of_objects(data);
                blocks.push((members["content_block"].clone(), String::new()));
            }
            "content_block_delta" => {
                let (block, input) = &mut blocks[place.expect("an index")];
                append(block, input, &value["delta"]);
            }
            "content_block_stop" => {
                let (block, input) = &mut blocks[place.expect("an index")];
                if !input.is_empty() {
                    let input = std::mem::take(input);
                    block.insert(
                        "input".to_owned(),
                        RawValue::from_string(input).expect("JSON"),
                    );
                }
            }
            "message_delta" => {
                let given = value["delta"].as_object().expect("an object").clone();
                message.as_object_mut().expect("an object").extend(given);
                message["usage"] = value["usage"].clone();
            }
            _ => {}
        }
    }
    (
        message,
        blocks.into_iter().map(|(block, _)| block).collect(),
    )
}

/// The members of an event that are objects.
fn of_objects(data: &str) -> BTreeMap<String, Members> {
    let members: Members = serde_json::from_str(data).expect("an object");
    let objects = members
        .into_iter()
        .filter(|(_, raw)| raw.get().starts_with('{'));
    let read = |raw: Box<RawValue>| serde_json::from_str(raw.get()).expect("an object");
    objects.map(|(name, raw)| (name, read(raw))).collect()
}

fn append(block: &mut Members, input: &mut String, delta: &Value) {
    let text = |name: &str| delta[name].as_str().expect("a string").to_owned();
    match delta["type"].as_str().expect("a type") {
        "text_delta" => append_text(block, "text", &text("text")),
        "thinking_delta" => append_text(block, "thinking", &text("thinking")),
        "signature_delta" => append_text(block, "signature", &text("signature")),
        "input_json_delta" => input.push_str(&text("partial_json")),
        "citations_delta" => {
            let given: Option<Vec<Value>> =
                serde_json::from_str(block["citations"].get()).expect("a list or null");
            let mut citations = given.unwrap_or_default();
            citations.push(delta["citation"].clone());
            set(block, "citations", &json!(citations));
        }
        other => panic!("an unknown delta: {other}"),
    }
}

fn append_text(block: &mut Members, name: &str, more: &str) {
    let given: String = serde_json::from_str(block[name].get()).expect("a string");
    set(block, name, &json!(given + more));
}

fn set(block: &mut Members, name: &str, value: &Value) {
    let raw = serde_json::value::to_raw_value(value).expect("JSON");
    block.insert(name.to_owned(), raw);
}

/// Whoever reads the stream ends with the message that whoever waits gets.
fn adds_up(name: &str, stream: &str, whole: &str) {
    let (mut message, blocks) = accumulated(stream);
    message["content"] = json!(blocks);
    let mut whole: Value = serde_json::from_str(whole).expect("JSON");
    // The stream began before it was known.
    whole["model"] = json!(MODEL);
    message
        .as_object_mut()
        .expect("an object")
        .remove("amazon-bedrock-trace");
    whole
        .as_object_mut()
        .expect("an object")
        .remove("amazon-bedrock-trace");
    assert_eq!(message, whole, "{name}");
}

macro_rules! golden {
    ($($family:ident)+) => {
        $(#[test]
        fn $family() {
            let cases = include_str!(concat!("golden/", stringify!($family), ".json"));
            insta::assert_snapshot!(golden(cases));
        })+
    };
}

golden! { texts reasoning calls citations ends usages }

#[test]
fn an_answer_that_breaks_off_ends_with_an_error_and_nothing_else() {
    let mut writer = MessageWriter::new("1", MODEL);
    let mut out = Vec::new();
    let start: StreamEvent =
        serde_json::from_str(r#"{"messageStart": {"role": "assistant"}}"#).expect("an event");
    writer.event(&start, &mut out).expect("no error");
    out.clear();
    let mut error = ProviderError::new(ErrorKind::RateLimited, "too many requests: wait");
    error.request_id = Some("aws-1".to_owned());
    writer.failed(&error, &mut out);
    writer.failed(&error, &mut out);
    writer.keep_alive(&mut out);
    writer.end(&mut out);
    insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @r#"
    event: error
    data: {"type":"error","error":{"type":"rate_limit_error","message":"too many requests: wait"},"request_id":"aws-1"}
    "#);
}

#[test]
fn a_sign_of_life_is_a_ping_once_the_message_has_begun() {
    let mut writer = MessageWriter::new("1", MODEL);
    let mut out = Vec::new();
    writer.keep_alive(&mut out);
    assert_eq!(out, b": keep-alive\n\n");
    let start = r#"{"messageStart": {"role": "assistant"}}"#;
    let start: StreamEvent = serde_json::from_str(start).expect("an event");
    writer.event(&start, &mut out).expect("no error");
    out.clear();
    writer.keep_alive(&mut out);
    assert_eq!(out, b"event: ping\ndata: {\"type\":\"ping\"}\n\n");
}

#[test]
fn every_status_has_a_type() {
    let refused = Refused::plain(400, "x", "The body is missing.");
    let told: Vec<_> = [
        400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529,
    ]
    .iter()
    .map(|status| {
        let body = Messages::error(*status, Failure::Refused(&refused), "req-1");
        format!("{status} {}", String::from_utf8(body).expect("UTF-8"))
    })
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    400 {"type":"error","error":{"type":"invalid_request_error","message":"The body is missing."},"request_id":"req-1"}
    401 {"type":"error","error":{"type":"authentication_error","message":"The body is missing."},"request_id":"req-1"}
    402 {"type":"error","error":{"type":"billing_error","message":"The body is missing."},"request_id":"req-1"}
    403 {"type":"error","error":{"type":"permission_error","message":"The body is missing."},"request_id":"req-1"}
    404 {"type":"error","error":{"type":"not_found_error","message":"The body is missing."},"request_id":"req-1"}
    405 {"type":"error","error":{"type":"invalid_request_error","message":"The body is missing."},"request_id":"req-1"}
    408 {"type":"error","error":{"type":"timeout_error","message":"The body is missing."},"request_id":"req-1"}
    409 {"type":"error","error":{"type":"conflict_error","message":"The body is missing."},"request_id":"req-1"}
    413 {"type":"error","error":{"type":"request_too_large","message":"The body is missing."},"request_id":"req-1"}
    422 {"type":"error","error":{"type":"invalid_request_error","message":"The body is missing."},"request_id":"req-1"}
    429 {"type":"error","error":{"type":"rate_limit_error","message":"The body is missing."},"request_id":"req-1"}
    500 {"type":"error","error":{"type":"api_error","message":"The body is missing."},"request_id":"req-1"}
    502 {"type":"error","error":{"type":"api_error","message":"The body is missing."},"request_id":"req-1"}
    503 {"type":"error","error":{"type":"overloaded_error","message":"The body is missing."},"request_id":"req-1"}
    504 {"type":"error","error":{"type":"timeout_error","message":"The body is missing."},"request_id":"req-1"}
    529 {"type":"error","error":{"type":"overloaded_error","message":"The body is missing."},"request_id":"req-1"}
    "#);
}

#[test]
fn the_doors_of_the_dialect_lead_to_the_same_place() {
    let stamp = Stamp {
        unique: "7".to_owned(),
        header: Some("context-1m-2025-08-07".to_owned()),
        ..Stamp::default()
    };
    let body = super::body(r#"[{"role": "user", "content": "Hi"}]"#);
    let (asked, writer) = Messages::read(body.as_bytes(), stamp).expect("a request");
    assert_eq!(asked.model, MODEL);
    let fields = asked
        .request
        .additional_model_request_fields
        .expect("fields");
    assert_eq!(
        fields.as_str(),
        r#"{"anthropic_beta":["context-1m-2025-08-07"]}"#
    );
    let stop = r#"{"messageStop": {"stopReason": "end_turn"}}"#;
    let stop: StreamEvent = serde_json::from_str(stop).expect("an event");
    let mut answer = AnswerBuilder::default();
    answer.push(&stop);
    let message = writer.whole(answer.finish()).expect("a message");
    let message: Value = serde_json::from_slice(&message).expect("JSON");
    assert_eq!(message["id"], "msg_7");
}
