//! `bedrock-gateway serve` as Anthropic's clients see it: the Messages API, whole and as it arrives.

use bedrock_simulator::{BedrockSim, Block, Operation, Reply, Simulator, ToolCall, Usage};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::harness::MODEL;
use crate::http::{Answer, Server};

const MESSAGES: &str = "/v1/messages";

fn giving(reply: Reply) -> (Simulator, Server) {
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let server = Server::start(&Gateway::at(&sim), &[]);
    (sim, server)
}

fn asked(more: Value) -> Value {
    let message = json!({"role": "user", "content": "hello"});
    let mut body = json!({"model": MODEL, "max_tokens": 100, "messages": [message]});
    let members = body.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    body
}

fn ask(server: &Server, path: &str, body: &Value) -> Answer {
    let headers = [
        "content-type: application/json",
        "anthropic-beta: a-beta,b-beta",
    ];
    server.request("POST", path, &headers, body.to_string().as_bytes())
}

/// Types and data of the events of an answer.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for event in answer
        .body
        .split("\n\n")
        .filter(|event| !event.trim().is_empty())
    {
        let mut lines = event.lines();
        let kind = lines.next().unwrap().strip_prefix("event: ").expect(event);
        let data = lines.next().unwrap().strip_prefix("data: ").expect(event);
        events.push((kind.to_owned(), serde_json::from_str(data).expect(event)));
    }
    events
}

#[test]
fn a_message_comes_whole() {
    let usage = Usage::new(3, 4).cache_read(5);
    let (sim, server) = giving(Reply::text("Hello there").usage(usage));
    let answer = ask(
        &server,
        MESSAGES,
        &asked(json!({"system": "Be brief.", "top_k": 5})),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("request-id").is_some());
    let body = answer.json();
    assert_eq!(body["type"], "message");
    assert_eq!(body["role"], "assistant");
    assert_eq!(body["model"], MODEL);
    let text = json!({"type": "text", "text": "Hello there", "citations": null});
    assert_eq!(body["content"], json!([text]));
    assert_eq!(body["stop_reason"], "end_turn");
    assert_eq!(body["usage"]["input_tokens"], 3);
    assert_eq!(body["usage"]["cache_read_input_tokens"], 5);
    let sent = &sim.requests()[0].body;
    assert_eq!(sent["system"], json!([{"text": "Be brief."}]));
    assert_eq!(sent["inferenceConfig"]["maxTokens"], 100);
    let fields = &sent["additionalModelRequestFields"];
    assert_eq!(fields["top_k"], 5);
    assert_eq!(fields["anthropic_beta"], json!(["a-beta", "b-beta"]));
}

#[test]
fn a_message_comes_as_it_arrives() {
    let blocks = [
        Block::Reasoning {
            text: "Hm.".to_owned(),
            signature: Some("c2ln".to_owned()),
        },
        Block::Text("Hello there".to_owned()),
        Block::ToolUse(ToolCall::new("t1", "weather", json!({"city": "Rome"}))),
    ];
    let (_sim, server) = giving(Reply::blocks(blocks));
    let tool = json!({"name": "weather", "input_schema": {"type": "object"}});
    let answer = ask(
        &server,
        MESSAGES,
        &asked(json!({"stream": true, "tools": [tool]})),
    );
    assert_eq!(
        answer.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    let events = events(&answer);
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"message_start"), "{answer:?}");
    assert_eq!(kinds.last(), Some(&"message_stop"), "{answer:?}");
    let started: Vec<&Value> = events
        .iter()
        .filter(|(kind, _)| kind == "content_block_start")
        .map(|(_, data)| &data["content_block"]["type"])
        .collect();
    assert_eq!(started, ["thinking", "text", "tool_use"]);
    let ended = &events[events.len() - 2].1;
    assert_eq!(ended["delta"]["stop_reason"], "tool_use");
}

#[test]
fn a_refusal_has_the_messages_apis_shape() {
    let (sim, server) = giving(Reply::status(429).retry_after(3));
    let answer = ask(&server, MESSAGES, &asked(json!({})));
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("3"));
    assert_eq!(answer.json()["type"], "error");
    assert_eq!(answer.json()["error"]["type"], "rate_limit_error");
    let missing = ask(&server, MESSAGES, &json!({"model": MODEL, "messages": []}));
    assert_eq!(missing.status, 400);
    assert_eq!(missing.json()["error"]["type"], "invalid_request_error");
    let before = sim.request_count();
    let unknown = server.request("GET", MESSAGES, &[], b"");
    assert_eq!(
        (unknown.status, unknown.json()["type"].as_str()),
        (405, Some("error"))
    );
    assert_eq!(sim.request_count(), before);
}

#[test]
fn a_message_that_breaks_is_an_error_and_no_end() {
    let (_sim, server) = giving(Reply::text("Hello there").cut_after(2));
    let answer = ask(&server, MESSAGES, &asked(json!({"stream": true})));
    let events = events(&answer);
    let (kind, data) = events.last().unwrap();
    assert_eq!(kind, "error", "{answer:?}");
    assert_eq!(data["type"], "error");
    assert!(events.iter().all(|(kind, _)| kind != "message_stop"));
}

#[test]
fn tokens_are_counted() {
    let (sim, server) = giving(Reply::text("Hello"));
    sim.push_to(
        Operation::CountTokens,
        Reply::json(json!({"inputTokens": 42})),
    );
    let path = "/v1/messages/count_tokens";
    let mut body = asked(json!({}));
    body.as_object_mut().unwrap().remove("max_tokens");
    let counted = ask(&server, path, &body);
    assert_eq!(
        (counted.status, counted.json()),
        (200, json!({"input_tokens": 42}))
    );
    body["model"] = json!("amazon.nova-lite-v1:0");
    let refused = ask(&server, path, &body);
    assert_eq!(refused.status, 400);
    assert!(
        refused.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("can't be counted")
    );
}
