//! Models that can't stream, or not with tools, answer through Converse, and nobody sees a difference;
//! and tokens are counted.

use bedrock_simulator::{BedrockSim, Block, Operation, Reply, ToolCall, Usage};
use host_shim::AnswerBuilder;
use host_shim::interface::{ChatRequest, ErrorKind, StreamEvent};
use serde_json::{Value, json};

use crate::harness::{Bedrock, asking, names};
use crate::workbench::{collect, texts};

const NO_STREAM: &str = "ai21.jamba-instruct-v1:0";
const NO_STREAMED_TOOLS: &str = "us.meta.llama3-3-70b-instruct-v1:0";
const CLAUDE: &str = "anthropic.claude-3-7-sonnet-20250219-v1:0";

fn answering(reply: Reply) -> Bedrock {
    Bedrock::without_discovery(BedrockSim::new().default_reply(reply))
}

fn operations(bedrock: &Bedrock) -> Vec<Operation> {
    let requests = bedrock.sim.requests();
    requests
        .into_iter()
        .filter_map(|request| request.operation)
        .collect()
}

fn with_tool(model: &str) -> ChatRequest {
    let tool =
        json!({"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}});
    ChatRequest {
        tool_config: serde_json::from_value(json!({"tools": [tool]})).unwrap(),
        ..asking(model, "hello")
    }
}

fn folded(events: &[StreamEvent]) -> Value {
    let mut answer = AnswerBuilder::default();
    events.iter().for_each(|event| answer.push(event));
    serde_json::to_value(answer.finish().message).unwrap()
}

#[tokio::test]
async fn a_model_that_cannot_stream_answers_in_one_piece() {
    let bedrock = answering(Reply::text("Hello there, friend").usage(Usage::new(3, 4)));
    let (events, end) = collect(bedrock.provider.start_stream(asking(NO_STREAM, "hello"))).await;
    end.unwrap();
    assert_eq!(texts(&events), ["Hello there, friend"]);
    assert_eq!(
        names(&events),
        [
            "messageStart",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata"
        ]
    );
    assert_eq!(operations(&bedrock), [Operation::Converse]);
}

#[tokio::test]
async fn the_same_answer_folds_to_the_same_message_however_it_comes() {
    let blocks = || {
        Reply::blocks([
            Block::Reasoning {
                text: "Hm. ".to_owned(),
                signature: Some("c2ln".to_owned()),
            },
            Block::RedactedReasoning(vec![vec![0, 1, 2], vec![255]]),
            Block::Text("Two calls:".to_owned()),
            Block::ToolUse(ToolCall::new("t1", "weather", json!({"z": 1.5, "a": [2]}))),
            Block::ToolUse(ToolCall::new("t2", "weather", json!({}))),
        ])
    };
    let bedrock = answering(blocks());
    let mut messages = Vec::new();
    for model in [NO_STREAMED_TOOLS, CLAUDE] {
        let (events, end) = collect(bedrock.provider.start_stream(with_tool(model))).await;
        end.unwrap();
        messages.push(folded(&events));
    }
    assert_eq!(
        operations(&bedrock),
        [Operation::Converse, Operation::ConverseStream]
    );
    assert_eq!(messages[0], messages[1]);
}

#[tokio::test]
async fn a_model_that_turns_out_not_to_stream_is_asked_in_one_piece_from_then_on() {
    let model = "acme.model-x-v1:0";
    let refusal = Reply::error(
        400,
        "ValidationException",
        "The model is unsupported for streaming.",
    );
    let bedrock = Bedrock::without_discovery(
        BedrockSim::new()
            .model(model)
            .reply(refusal)
            .default_reply(Reply::text("Hello")),
    );
    for _ in 0..2 {
        let (events, end) = collect(bedrock.provider.start_stream(asking(model, "hello"))).await;
        end.unwrap();
        assert_eq!(texts(&events), ["Hello"]);
    }
    assert_eq!(
        operations(&bedrock),
        [
            Operation::ConverseStream,
            Operation::Converse,
            Operation::Converse
        ]
    );
}

#[tokio::test]
async fn a_failure_of_one_in_one_piece_is_told_as_any_other() {
    for (reply, kind, attempts) in [
        (Reply::status(403), ErrorKind::PermissionDenied, 1),
        (Reply::status(429), ErrorKind::RateLimited, 3),
        (Reply::status(408), ErrorKind::Timeout, 1),
    ] {
        let bedrock = answering(reply);
        let stream = bedrock.provider.start_stream(asking(NO_STREAM, "hello"));
        let (events, end) = collect(stream).await;
        assert_eq!(events, []);
        assert_eq!(end.unwrap_err().kind, kind);
        assert_eq!(bedrock.sim.request_count(), attempts);
    }
}

#[tokio::test]
async fn tokens_are_counted_for_the_foundation_model_behind_a_profile() {
    let bedrock = answering(Reply::text("Hello"));
    bedrock.sim.push_to(
        Operation::CountTokens,
        Reply::json(json!({"inputTokens": 42})),
    );
    let mut request = with_tool(&format!("us.{CLAUDE}"));
    request.system = serde_json::from_value(json!([{"text": "Be brief."}])).unwrap();
    let counted = bedrock.provider.count_tokens(request).await.unwrap();
    assert_eq!(counted.input_tokens, 42);
    let asked = &bedrock.sim.requests()[0];
    assert_eq!(asked.model_id.as_deref(), Some(CLAUDE));
    let converse = &asked.body["input"]["converse"];
    assert_eq!(converse["system"][0], json!({"text": "Be brief."}));
    assert_eq!(
        converse["messages"][0]["content"][0],
        json!({"text": "hello"})
    );
    assert_eq!(
        converse["toolConfig"]["tools"][0]["toolSpec"]["name"],
        "weather"
    );
}

#[tokio::test]
async fn a_model_whose_tokens_cannot_be_counted_is_said_to_be_one() {
    let bedrock = answering(Reply::text("Hello"));
    for (model, said, requests) in [
        (
            "amazon.nova-lite-v1:0",
            "tokens can't be counted for amazon.nova-lite-v1:0",
            0,
        ),
        ("acme.model-x", "doesn't support counting tokens", 1),
    ] {
        bedrock.sim.forget_requests();
        bedrock
            .sim
            .set_catalogue(bedrock_simulator::Catalogue::default().any_model());
        let error = bedrock
            .provider
            .count_tokens(asking(model, "hello"))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest);
        assert!(error.message.contains(said), "{error}");
        assert_eq!(bedrock.sim.requests().len(), requests, "{model}");
    }
}
