//! Answers in one piece: a body in, events out.

use super::*;

fn events(body: &str) -> Result<Vec<serde_json::Value>, WireError> {
    let mut decoder = WholeDecoder::default();
    for piece in body.as_bytes().chunks(7) {
        decoder.push(piece)?;
    }
    let mut events = Vec::new();
    decoder.finish(&mut events)?;
    let as_json = |event| serde_json::to_value(event).expect("JSON");
    Ok(events.iter().map(as_json).collect())
}

#[test]
fn every_block_becomes_the_events_that_a_stream_would_have() {
    let body = r#"{
        "output":{"message":{"role":"assistant","content":[
            {"reasoningContent":{"reasoningText":{"text":"Hm. ","signature":"c2ln"}}},
            {"reasoningContent":{"redactedContent":"AAEC/w=="}},
            {"text":"Here: "},
            {"hologram":{"x":1}},
            {"citationsContent":{"content":[{"text":"so"}],"citations":[{"title":"T","location":{"documentPage":{"documentIndex":0,"start":1,"end":2}}}]}},
            {"toolUse":{"toolUseId":"s","name":"web","input":{"q":1},"type":"server_tool_use"}},
            {"toolResult":{"toolUseId":"s","type":"web_result","content":[{"json":{"a":1}},{"video":{}}],"status":"success"}},
            {"image":{"format":"png","source":{"bytes":"iVBORw=="}}},
            {"toolUse":{"toolUseId":"t","name":"weather","input":{"z":1.50,"a":[2]}}}]}},
        "stopReason":"tool_use","additionalModelResponseFields":{"stop_sequence":null},
        "usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7,"cacheReadInputTokens":5},
        "metrics":{"latencyMs":9},"trace":{"guardrail":{}},"serviceTier":{"type":"flex"},"future":1}"#;
    let told: String = events(body)
        .expect("events")
        .iter()
        .map(|event| format!("{event}\n"))
        .collect();
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_no_answer_is_an_error() {
    for body in [
        "",
        "{",
        "{}",
        r#"{"output":{}}"#,
        r#"{"output":{"message":{"role":"assistant","content":[]}}}"#,
    ] {
        let error = events(body).expect_err(body);
        assert!(
            error.to_string().starts_with("the answer can't be read: "),
            "{error}"
        );
    }
}
