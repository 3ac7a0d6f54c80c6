//! Events as they come in, events as the caller gets them.

use provider_interface::ChatRequest;
use serde_json::json;

use super::*;
use crate::convert::{Terms, to_converse};
use crate::models::Models;

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-20250514-v1:0";

fn restorer(members: &str) -> Restorer {
    let json = format!(
        r#"{{"modelId":"{CLAUDE}","messages":[{{"role":"user","content":[{{"text":"Hi"}}]}}]{members}}}"#
    );
    let request: ChatRequest = serde_json::from_str(&json).expect("a request");
    let facts = Models::default().remembered(CLAUDE, None);
    let terms = Terms {
        facts: facts.clone(),
        ..Terms::default()
    };
    let sent = to_converse(request, &terms).expect("converted");
    Restorer::new(&sent, facts, CLAUDE)
}

/// One call a batch, as it may well come.
fn restored(mut restorer: Restorer, events: &[serde_json::Value]) -> Vec<serde_json::Value> {
    let mut all = Vec::new();
    for event in events {
        let from = all.len();
        all.push(serde_json::from_value(event.clone()).expect("an event"));
        restorer.restore(&mut all, from);
    }
    let as_json = |event| serde_json::to_value(event).expect("JSON");
    all.iter().map(as_json).collect()
}

fn call(index: u32, name: &str) -> serde_json::Value {
    json!({"contentBlockStart": {"start": {"toolUse": {"toolUseId": "t", "name": name}}, "contentBlockIndex": index}})
}

fn piece(index: u32, input: &str) -> serde_json::Value {
    json!({"contentBlockDelta": {"delta": {"toolUse": {"input": input}}, "contentBlockIndex": index}})
}

fn text(index: u32, text: &str) -> serde_json::Value {
    json!({"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": index}})
}

fn stop(index: u32) -> serde_json::Value {
    json!({"contentBlockStop": {"contentBlockIndex": index}})
}

fn end(reason: &str) -> serde_json::Value {
    json!({"messageStop": {"stopReason": reason}})
}

fn structure(schema: &str) -> String {
    let schema = json!(schema);
    format!(
        r#","outputConfig":{{"textFormat":{{"type":"json_schema","structure":{{"jsonSchema":{{"schema":{schema}}}}}}}}}"#
    )
}

#[test]
fn an_end_of_turn_after_a_call_is_a_call() {
    let events = [call(0, "f"), piece(0, "{}"), stop(0), end("end_turn")];
    let mut expected = events.to_vec();
    expected[3] = end("tool_use");
    assert_eq!(restored(restorer(""), &events), expected);
    let other = [call(0, "f"), stop(0), end("max_tokens")];
    assert_eq!(
        restored(restorer(""), &other),
        other,
        "other reasons are true"
    );
    let mut server = call(0, "web_search");
    server["contentBlockStart"]["start"]["toolUse"]["type"] = json!("server_tool_use");
    let served = [server, stop(0), end("end_turn")];
    assert_eq!(
        restored(restorer(""), &served),
        served,
        "the service has answered it"
    );
}

#[test]
fn a_structured_answer_by_a_tool_is_text_that_streams() {
    let object = structure(r#"{"type":"object","properties":{"a":{}}}"#);
    let events = [
        text(0, "Well:"),
        stop(0),
        call(1, "final_answer"),
        piece(1, ""),
        piece(1, "{\"a\":"),
        piece(1, "1}"),
        stop(1),
        end("tool_use"),
    ];
    let expected = [
        text(0, "Well:"),
        stop(0),
        text(1, "{\"a\":"),
        text(1, "1}"),
        stop(1),
        end("end_turn"),
    ];
    assert_eq!(restored(restorer(&object), &events), expected);
    let empty = [call(0, "final_answer"), stop(0), end("tool_use")];
    let expected = [text(0, "{}"), stop(0), end("end_turn")];
    assert_eq!(restored(restorer(&object), &empty), expected);
}

#[test]
fn an_answer_that_was_put_into_an_object_is_taken_out_of_it() {
    let list = structure(r#"{"type":"array"}"#);
    for (arguments, answer) in [
        (r#"{"value": [1, 2.50]}"#, "[1, 2.50]"),
        (r#"{"value":"x","more":1}"#, "\"x\""),
        (r#"{"other": 1}"#, r#"{"other": 1}"#),
        (r#"{"value": [1"#, r#"{"value": [1"#),
    ] {
        let (first, second) = arguments.split_at(4);
        let events = [
            call(0, "final_answer"),
            piece(0, first),
            piece(0, second),
            stop(0),
            end("tool_use"),
        ];
        let expected = [text(0, answer), stop(0), end("end_turn")];
        assert_eq!(restored(restorer(&list), &events), expected);
    }
}

#[test]
fn a_call_of_the_callers_own_tool_stays_a_call() {
    let object = structure(r#"{"type":"object"}"#);
    let tools = r#","toolConfig":{"tools":[{"toolSpec":{"name":"mcp.f","inputSchema":{"json":{"type":"object"}}}}]}"#;
    let restorer = restorer(&(object + tools));
    let events = [call(0, "mcp_f"), piece(0, "{}"), stop(0), end("tool_use")];
    let mut expected = events.to_vec();
    expected[0] = call(0, "mcp.f");
    assert_eq!(restored(restorer, &events), expected);
}

#[test]
fn the_cost_comes_with_the_usage() {
    let usage = json!({"inputTokens": 1_000_000, "outputTokens": 0, "totalTokens": 1_000_000});
    let events = [json!({"metadata": {"usage": usage}})];
    let restored = restored(restorer(""), &events);
    let cost = &restored[0]["metadata"]["cost"];
    assert!(
        cost["total"].as_f64().is_some_and(|total| total > 0.0),
        "{restored:?}"
    );
    assert_eq!(restored[0]["metadata"]["modelId"], json!(null));
}
