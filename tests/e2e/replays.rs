//! What a model said goes back to it byte for byte: an answer of everything, folded into a message,
//! and the next request.

use bedrock_simulator::{BedrockSim, Block, Reply, ToolCall};
use host_shim::AnswerBuilder;
use host_shim::interface::{ChatRequest, Message};
use serde_json::{Value, json};

use crate::harness::{Bedrock, asking};
use crate::workbench::collect;

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-20250514-v1:0";

fn citation() -> Value {
    json!({
        "title": "A report", "source": "s3://b/k",
        "sourceContent": [{"text": "as  it says\n"}],
        "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}},
    })
}

fn answer() -> [Block; 6] {
    [
        Block::Reasoning {
            text: "  Hm…\n\n ".to_owned(),
            signature: Some("EqQBCgIYAhIM+/8=".to_owned()),
        },
        Block::RedactedReasoning(vec![vec![0, 255, 1], vec![2], vec![]]),
        Block::Text("Zürich 😀 \"quoted\" \\ and so on \n".to_owned()),
        Block::Cited {
            text: "as it says".to_owned(),
            citations: vec![citation()],
        },
        Block::ToolUse(ToolCall::new(
            "tooluse_A-1",
            "weather",
            json!("{\"z\": 1.50, \"a\": 18446744073709551615, \"t\":\"\\u00fc\"}"),
        )),
        Block::ToolUse(ToolCall::new("tooluse_B", "clock", json!({}))),
    ]
}

/// The message as it is to come back.
const BACK: &str = r#"{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"  Hm…\n\n ","signature":"EqQBCgIYAhIM+/8="}}},{"reasoningContent":{"redactedContent":"AP8BAg=="}},{"text":"Zürich 😀 \"quoted\" \\ and so on \n"},{"citationsContent":{"content":[{"text":"as it says"}],"citations":[{"title":"A report","source":"s3://b/k","sourceContent":[{"text":"as  it says\n"}],"location":{"documentPage":{"documentIndex":0,"start":1,"end":2}}}]}},{"toolUse":{"toolUseId":"tooluse_A-1","name":"weather","input":{"z": 1.50, "a": 18446744073709551615, "t":"\u00fc"}}},{"toolUse":{"toolUseId":"tooluse_B","name":"clock","input":{}}}]}"#;

fn tools() -> Value {
    let tool =
        |name| json!({"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}});
    json!({"tools": [tool("weather"), tool("clock")]})
}

#[tokio::test]
async fn an_answer_goes_back_byte_for_byte() {
    let sim = BedrockSim::new()
        .reply(Reply::blocks(answer()))
        .default_reply(Reply::text("Sunny."));
    let bedrock = Bedrock::start(sim);
    let first = ChatRequest {
        tool_config: serde_json::from_value(tools()).unwrap(),
        ..asking(CLAUDE, "hello")
    };
    let (events, end) = collect(bedrock.provider.start_stream(first.clone())).await;
    end.unwrap();
    let mut builder = AnswerBuilder::default();
    events.iter().for_each(|event| builder.push(event));
    let result = |id: &str| json!({"toolResult": {"toolUseId": id, "content": [{"text": "ok"}]}});
    let results = json!({"role": "user", "content": [result("tooluse_A-1"), result("tooluse_B")]});
    let results: Message = serde_json::from_value(results).unwrap();
    let mut second = first;
    second.messages.extend([builder.finish().message, results]);
    let (_, end) = collect(bedrock.provider.start_stream(second)).await;
    end.unwrap();
    let sent = bedrock.sim.requests().pop().unwrap();
    let sent = String::from_utf8(sent.body_bytes.to_vec()).unwrap();
    let from = sent.find(r#"{"role":"assistant""#).unwrap();
    let back = &sent[from..];
    assert_eq!(back.get(..BACK.len()), Some(BACK), "{back}");
}
