//! Answers of every shape.

use std::collections::BTreeSet;

use bedrock_simulator::{Block, Reply, ToolCall, Usage};
use serde_json::{Value, json};

use super::client::ask_both_of;
use crate::recordings::recordings;

/// Asks both, and gives the events that are the same.
fn same(reply: Reply) -> Vec<Value> {
    let both = ask_both_of(reply);
    assert_eq!(json!(both.ours), json!(both.boto3));
    let started = json!({"messageStart": {"role": "assistant"}});
    assert_eq!(both.ours.first(), Some(&started));
    both.ours
}

/// The members that the deltas of these events have.
fn deltas(events: &[Value]) -> BTreeSet<&str> {
    let deltas = events
        .iter()
        .filter_map(|event| event["contentBlockDelta"]["delta"].as_object());
    deltas
        .flat_map(|delta| delta.keys().map(String::as_str))
        .collect()
}

#[test]
fn text_comes_out_the_same() {
    let events = same(Reply::text(
        "Hello there, \u{1F600} \"quoted\"\n\\ and done.",
    ));
    assert_eq!(deltas(&events), BTreeSet::from(["text"]));
}

#[test]
fn reasoning_comes_out_the_same_signed_and_redacted() {
    let events = same(Reply::blocks([
        Block::Reasoning {
            text: "Let me think about it.".into(),
            signature: Some("c2lnbmF0dXJl".into()),
        },
        Block::RedactedReasoning(vec![vec![0, 1, 2, 255], b"more".to_vec()]),
        Block::RedactedReasoning(vec![b"another".to_vec()]),
        Block::Text("Four.".into()),
    ]));
    let redacted = json!({"reasoningContent": {"redactedContent": "AAEC/w=="}});
    let mut all = events
        .iter()
        .map(|event| &event["contentBlockDelta"]["delta"]);
    assert!(all.any(|delta| *delta == redacted));
}

#[test]
fn the_streamed_input_of_two_tools_comes_out_the_same() {
    let mut weather = ToolCall::new("tooluse_1", "weather", json!({"city": "Zürich", "days": 3}));
    weather.delta_size = 5;
    let time = ToolCall::new("tooluse_2", "time", json!({}));
    let events = same(Reply::blocks([
        Block::Text("One moment.".into()),
        Block::ToolUse(weather),
        Block::ToolUse(time),
    ]));
    let starts = events
        .iter()
        .filter(|event| event["contentBlockStart"].is_object());
    assert_eq!(starts.count(), 2);
}

#[test]
fn citations_come_out_the_same() {
    let citation = |location: Value| {
        json!({
            "title": "A report",
            "source": "report.pdf",
            "sourceContent": [{"text": "as it says"}],
            "location": location,
        })
    };
    let places = [
        json!({"documentChar": {"documentIndex": 0, "start": 1, "end": 9}}),
        json!({"documentPage": {"documentIndex": 1, "start": 2, "end": 3}}),
        json!({"documentChunk": {"documentIndex": 2, "start": 0, "end": 1}}),
        json!({"searchResultLocation": {"searchResultIndex": 0, "start": 0, "end": 2}}),
        json!({"web": {"url": "https://example.com/a", "domain": "example.com"}}),
    ];
    let events = same(Reply::blocks([Block::Cited {
        text: "It is so.".into(),
        citations: places.map(citation).to_vec(),
    }]));
    assert_eq!(deltas(&events), BTreeSet::from(["citation", "text"]));
}

#[test]
fn images_come_out_the_same() {
    let events = same(Reply::blocks([
        Block::Text("Here it is:".into()),
        Block::Image {
            format: "png".into(),
            bytes: vec![b"\x89PNG".to_vec(), vec![0, 255, 128]],
        },
    ]));
    assert!(deltas(&events).contains("image"));
}

#[test]
fn tools_that_the_service_runs_come_out_the_same() {
    let mut call = ToolCall::new("srvtoolu_1", "code_interpreter", json!({"code": "1+1"}));
    call.kind = Some("server_tool_use".into());
    let result = Block::ToolResult {
        tool_use_id: "srvtoolu_1".into(),
        kind: Some("nova_code_interpreter_result".into()),
        status: Some("success".into()),
        content: vec![
            json!({"text": "2"}),
            json!({"json": {"exitCode": 0, "out": [1.5, null]}}),
        ],
    };
    let text = Block::Text("Two.".into());
    let events = same(Reply::blocks([Block::ToolUse(call), result, text]));
    assert!(deltas(&events).contains("toolResult"));
}

#[test]
fn usage_of_the_cache_comes_out_the_same() {
    let usage = Usage::new(12, 5).cache_read(4508);
    let usage = usage.cache_write("5m", 20).cache_write("1h", 30);
    let events = same(Reply::text("Hello").usage(usage).latency_ms(321));
    let metadata = &events.last().unwrap()["metadata"];
    assert_eq!(
        metadata["usage"]["cacheDetails"].as_array().unwrap().len(),
        2
    );
    assert_eq!(metadata["metrics"]["latencyMs"], 321);
}

#[test]
fn the_trace_of_a_guardrail_comes_out_the_same() {
    let assessment = json!({
        "topicPolicy": {"topics": [{"name": "money", "type": "DENY", "action": "BLOCKED", "detected": true}]},
        "contentPolicy": {"filters": [{"type": "HATE", "confidence": "HIGH", "filterStrength": "LOW", "action": "NONE"}]},
        "contextualGroundingPolicy": {"filters": [{"type": "GROUNDING", "threshold": 0.75, "score": 0.5, "action": "BLOCKED"}]},
        "invocationMetrics": {
            "guardrailProcessingLatency": 120,
            "usage": {
                "topicPolicyUnits": 1, "contentPolicyUnits": 1, "wordPolicyUnits": 0,
                "sensitiveInformationPolicyUnits": 0, "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 1,
            },
            "guardrailCoverage": {"textCharacters": {"guarded": 10, "total": 20}},
        },
    });
    let reply = Reply::text("I can't say.").guardrail(json!({
        "modelOutput": ["what it had said"],
        "inputAssessment": {"gr-1": assessment},
        "outputAssessments": {"gr-1": [assessment]},
        "actionReason": "Guardrail blocked.",
    }));
    let events = same(reply);
    let trace = &events.last().unwrap()["metadata"]["trace"]["guardrail"];
    assert_eq!(trace["inputAssessment"]["gr-1"], assessment);
    assert_eq!(
        events[events.len() - 2]["messageStop"]["stopReason"],
        "guardrail_intervened"
    );
}

#[test]
fn router_tier_and_latency_class_come_out_the_same() {
    let router = json!({"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/x"}});
    let reply = Reply::text("Hello").trace(router).service_tier("priority");
    let events = same(reply.performance("optimized"));
    let metadata = &events.last().unwrap()["metadata"];
    assert_eq!(metadata["serviceTier"]["type"], "priority");
    assert_eq!(metadata["performanceConfig"]["latency"], "optimized");
}

#[test]
fn additional_fields_of_the_model_come_out_the_same() {
    let fields = json!({"stop_sequence": null, "n": [1, 2.5, true, {"deep": "yes"}], "big": 9_007_199_254_740_993_i64});
    let events = same(Reply::text("Hello").response_fields(fields.clone()));
    let stop = &events[events.len() - 2]["messageStop"];
    assert_eq!(stop["additionalModelResponseFields"], fields);
}

#[test]
fn a_stop_reason_that_nobody_knows_comes_out_verbatim() {
    let events = same(Reply::text("Hello").stop_reason("ran_out_of_paper"));
    assert_eq!(
        events[events.len() - 2]["messageStop"]["stopReason"],
        "ran_out_of_paper"
    );
}

#[test]
fn events_and_members_that_nobody_knows_are_left_out() {
    let text =
        |text: &str| json!({"delta": {"text": text}, "contentBlockIndex": 0, "mood": "calm"});
    let events = same(Reply::events([
        (
            "messageStart",
            json!({"role": "assistant", "p": "abc", "conversationId": 7}),
        ),
        ("contentBlockDelta", text("")),
        ("weatherReport", json!({"sun": true})),
        ("contentBlockDelta", text("Hello")),
        (
            "contentBlockStop",
            json!({"contentBlockIndex": 0, "p": "a"}),
        ),
        (
            "messageStop",
            json!({"stopReason": "end_turn", "p": "abcdefgh"}),
        ),
        (
            "metadata",
            json!({
                "usage": {
                    "inputTokens": 9, "outputTokens": 6, "totalTokens": 15,
                    "cacheReadInputTokens": 4508, "cacheReadInputTokenCount": 4508,
                    "serverToolUsage": {}, "thinkingTokens": 3,
                },
                "metrics": {"latencyMs": 5, "firstByteMs": 1},
            }),
        ),
    ]));
    assert_eq!(events.len(), 6);
}

#[test]
fn deltas_of_several_kinds_in_one_block_come_out_the_same() {
    let delta = |delta: Value| {
        (
            "contentBlockDelta",
            json!({"delta": delta, "contentBlockIndex": 0}),
        )
    };
    same(Reply::events([
        ("messageStart", json!({"role": "assistant"})),
        delta(json!({"reasoningContent": {"text": "Hm."}})),
        delta(json!({"reasoningContent": {"signature": "c2ln"}})),
        delta(json!({"text": "Four"})),
        ("contentBlockStop", json!({"contentBlockIndex": 0})),
        ("messageStop", json!({"stopReason": "end_turn"})),
        (
            "metadata",
            json!({"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}),
        ),
    ]));
}

#[test]
fn what_was_recorded_comes_out_the_same() {
    for recording in recordings() {
        let both = ask_both_of(Reply::raw(recording.body));
        let (mut ours, mut boto3) = (both.ours, both.boto3);
        if ours.last().is_some_and(|last| last["error"].is_object()) {
            let (ours, boto3) = (ours.pop().unwrap(), boto3.pop().unwrap());
            assert_eq!(ours["error"]["message"], boto3["error"]["message"]);
        }
        assert_eq!(json!(ours), json!(boto3), "{}", recording.name);
    }
}
