//! The record file, and what it must not hold.

use bedrock_simulator::{BedrockSim, Reply};
use serde_json::Value;

use crate::client::{HAIKU, Signer, ask, hello, path, send, unsigned};

#[tokio::test]
async fn every_request_is_a_line_without_credentials() {
    let file = std::env::temp_dir().join(format!("bedrock-simulator-{}.jsonl", std::process::id()));
    let sim = BedrockSim::new()
        .credentials("ASIA1", "secret")
        .session_token("very-secret-token")
        .default_reply(Reply::text("Hello"))
        .record_to(&file)
        .start()
        .await
        .expect("it starts");
    let (request, body) = unsigned(&sim, "POST", &path(HAIKU, "converse-stream"), &hello());
    let signer = Signer::with("ASIA1", "secret", Some("very-secret-token"));
    send(sim.address(), signer.sign(request, &body))
        .await
        .expect("an answer");
    ask(&sim, "POST", &path(HAIKU, "converse"), &hello()).await;
    let text = std::fs::read_to_string(&file).expect("the recording");
    std::fs::remove_file(&file).expect("removed");
    assert!(!text.contains("very-secret-token") && !text.contains("Signature="));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["operation"], "ConverseStream");
    assert_eq!(lines[0]["body"], hello());
    assert_eq!(lines[0]["auth"]["sigV4"]["accessKeyId"], "ASIA1");
    assert_eq!(lines[0]["refused"], Value::Null);
    assert_eq!(lines[1]["refused"]["type"], "UnrecognizedClientException");
}

#[tokio::test]
async fn memory_keeps_the_latest_requests() {
    let sim = BedrockSim::new()
        .keep_requests(2)
        .start()
        .await
        .expect("it starts");
    for _ in 0..5 {
        ask(&sim, "GET", "/foundation-models", &Value::Null).await;
    }
    let kept: Vec<u64> = sim.requests().iter().map(|request| request.index).collect();
    assert_eq!(kept, [3, 4]);
    sim.forget_requests();
    assert_eq!((sim.requests().len(), sim.request_count()), (0, 5));
}
