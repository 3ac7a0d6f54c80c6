//! Requests: what a caller writes, in AWS's own words, goes over the wire as boto3 sends it.

use bedrock_simulator::{BedrockSim, Operation, Reply};
use serde_json::{Value, json};

use super::client::ask_both;

/// A model that nothing is known of: whatever is asked of it is sent.
const MODEL: &str = "acme.model-x-v1:0";

/// Sends it through both, and gives the body that is the same.
fn same_body(request: &Value) -> Value {
    let sim = BedrockSim::new()
        .any_model()
        .without_rules()
        .default_reply(Reply::text("Hello"))
        .spawn()
        .unwrap();
    let both = ask_both(&sim.url(), request);
    // Ours looks up what it doesn't know.
    let requests = sim.requests_of(Operation::ConverseStream);
    assert_eq!(requests.len(), 2, "{both:?}");
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].path, requests[1].path);
    assert_eq!(requests[0].auth, requests[1].auth);
    requests[0].body.clone()
}

fn user(content: Value) -> Value {
    json!({"role": "user", "content": content})
}

fn assistant(content: Value) -> Value {
    json!({"role": "assistant", "content": content})
}

fn tool(name: &str) -> Value {
    json!({"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}})
}

/// What a user's message may hold.
fn asked() -> Value {
    let s3 = json!({"s3Location": {"uri": "s3://bucket/key", "bucketOwner": "123456789012"}});
    json!([
        {"text": "Look at all this, \u{1F600}."},
        {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgoA"}}},
        {"image": {"format": "webp", "source": s3}},
        {"document": {
            "format": "pdf", "name": "A report", "source": {"bytes": "JVBERi0="},
            "context": "from last year", "citations": {"enabled": true},
        }},
        {"document": {"format": "txt", "name": "Notes", "source": {"text": "as I said"}}},
        {"document": {"format": "txt", "name": "Parts", "source": {"content": [{"text": "one"}, {"text": "two"}]}}},
        {"video": {"format": "mp4", "source": s3}},
        {"video": {"format": "mov", "source": {"bytes": "AAAA"}}},
        {"audio": {"format": "mp3", "source": {"bytes": "SUQz"}}},
        {"guardContent": {"text": {"text": "guard this", "qualifiers": ["query", "grounding_source"]}}},
        {"guardContent": {"image": {"format": "jpeg", "source": {"bytes": "/9j/"}}}},
        {"searchResult": {
            "source": "https://example.com", "title": "A page",
            "content": [{"text": "found"}], "citations": {"enabled": true},
        }},
        {"cachePoint": {"type": "default", "ttl": "5m"}},
    ])
}

/// What the model's message may hold.
fn answered() -> Value {
    json!([
        {"reasoningContent": {"reasoningText": {"text": "Hm. ", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "AAEC/w=="}},
        {"citationsContent": {
            "content": [{"text": "so it says"}],
            "citations": [{
                "title": "A report", "source": "report", "sourceContent": [{"text": "so"}],
                "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}},
            }],
        }},
        {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Zürich", "n": [1, 2.5, null, true]}}},
        {"toolUse": {"toolUseId": "t2", "name": "time", "input": {}}},
    ])
}

fn tool_results() -> Value {
    json!([
        {"toolResult": {
            "toolUseId": "t1", "status": "success",
            "content": [
                {"text": "sunny"},
                {"json": {"degrees": 21.5, "bytes": "not base64!"}},
                {"image": {"format": "gif", "source": {"bytes": "R0lGODlh"}}},
                {"document": {"format": "csv", "name": "Table", "source": {"bytes": "YSxi"}}},
                {"video": {"format": "webm", "source": {"bytes": "AAAA"}}},
                {"searchResult": {"source": "s", "title": "t", "content": [{"text": "c"}], "citations": {"enabled": false}}},
            ],
        }},
        {"toolResult": {"toolUseId": "t2", "status": "error", "content": [{"text": "no clock"}]}},
    ])
}

#[test]
fn every_content_block_is_sent_as_boto3_sends_it() {
    let messages = [user(asked()), assistant(answered()), user(tool_results())];
    let request = json!({
        "modelId": MODEL,
        "system": [
            {"text": "Be brief."},
            {"guardContent": {"text": {"text": "and good"}}},
            {"cachePoint": {"type": "default"}},
        ],
        "messages": messages,
        "toolConfig": {"tools": [tool("weather"), tool("time")]},
    });
    let body = same_body(&request);
    assert_eq!(body["messages"], json!(messages));
    assert_eq!(body["system"], request["system"]);
}

#[test]
fn every_setting_is_sent_as_boto3_sends_it() {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let mut request = json!({
        "messages": [user(json!([{"text": "hello"}]))],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "topP": 0.25, "stopSequences": ["END", "###"]},
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "weather", "description": "tells it", "strict": true, "inputSchema": {"json": schema}}},
                {"toolSpec": {"name": "time", "inputSchema": {"json": {"type": "object"}}}},
                {"systemTool": {"name": "nova_grounding"}},
                {"cachePoint": {"type": "default", "ttl": "5m"}},
            ],
            "toolChoice": {"tool": {"name": "weather"}},
        },
        "guardrailConfig": {
            "guardrailIdentifier": "gr1", "guardrailVersion": "DRAFT",
            "trace": "enabled_full", "streamProcessingMode": "async",
        },
        "additionalModelRequestFields": {"top_k": 5, "nested": {"bytes": "kept"}},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "promptVariables": {"name": {"text": "Ada"}},
        "requestMetadata": {"team": "blue"},
        "performanceConfig": {"latency": "optimized"},
        "serviceTier": {"type": "flex"},
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{}", "name": "n", "description": "d"}}}},
    });
    request["modelId"] = json!(MODEL);
    let body = same_body(&request);
    request.as_object_mut().unwrap().remove("modelId");
    assert_eq!(body, request);
}

#[test]
fn an_arn_stands_in_the_path_as_boto3_writes_it() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    let messages = [user(json!([{"text": "hello"}]))];
    same_body(&json!({"modelId": arn, "messages": messages}));
}
