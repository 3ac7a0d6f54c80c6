//! What a conversation gets: scripted replies in order, functions, defaults, and what the log says of it.

use std::time::{Duration, Instant};

use bedrock_simulator::{BedrockSim, Block, Outcome, RecordedRequest, Reply, Usage, default_reply};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::client::{Answer, HAIKU, SOON, ask, converse_stream, frames, hello, kinds, path, send};

#[tokio::test]
async fn replies_come_in_order_and_then_the_default() {
    let sim = BedrockSim::new()
        .model("my.model")
        .reply(Reply::error(429, "ThrottlingException", "slow down").retry_after(2))
        .reply(Reply::text("Hello there"))
        .default_reply(Reply::text("Again"))
        .start()
        .await
        .expect("it starts");
    let busy = ask(&sim, "POST", &path("my.model", "converse-stream"), &hello()).await;
    assert_eq!(busy.error(), "429 ThrottlingException: slow down");
    assert_eq!(busy.retry_after.as_deref(), Some("2"));
    for expected in ["Hello there", "Again", "Again"] {
        let answer = ask(&sim, "POST", &path("my.model", "converse-stream"), &hello()).await;
        assert_eq!(text(&answer.body), expected);
        assert_eq!(answer.request_id.map(|id| id.len()), Some(36));
    }
    let outcomes: Vec<Outcome> = sim
        .requests()
        .into_iter()
        .map(|request| request.outcome)
        .collect();
    assert!(matches!(&outcomes[0], Outcome::Refused { status: 429, .. }));
    assert_eq!(
        outcomes[1..],
        [Outcome::Complete, Outcome::Complete, Outcome::Complete]
    );
}

fn text(body: &[u8]) -> String {
    let events = frames(body).expect("whole frames");
    events
        .iter()
        .filter_map(|(_, payload)| payload["delta"]["text"].as_str())
        .collect()
}

#[tokio::test]
async fn converse_and_converse_stream_say_the_same() {
    let reply = Reply::reasoning("Hm.", "c2ln", "Four.").usage(Usage::new(7, 2));
    let sim = BedrockSim::new()
        .default_reply(reply)
        .start()
        .await
        .expect("it starts");
    let whole = ask(&sim, "POST", &path(HAIKU, "converse"), &hello())
        .await
        .json();
    assert_eq!(whole["output"]["message"]["content"][1]["text"], "Four.");
    let stream = ask(&sim, "POST", &path(HAIKU, "converse-stream"), &hello()).await;
    let events = frames(&stream.body).expect("whole frames");
    assert_eq!(text(&stream.body), "Four.");
    assert_eq!(events.last().expect("metadata").1["usage"], whole["usage"]);
}

#[tokio::test]
async fn a_function_answers_what_it_reads() {
    let sim = BedrockSim::new()
        .respond_with(|request: &RecordedRequest| {
            Reply::text(request.last_user_text().to_uppercase())
        })
        .start()
        .await
        .expect("it starts");
    let answer = ask(&sim, "POST", &path(HAIKU, "converse-stream"), &hello()).await;
    assert_eq!(text(&answer.body), "HELLO");
    sim.respond_with(|_| panic!("a failed assertion"));
    assert_eq!(
        ask(&sim, "POST", &path(HAIKU, "converse"), &hello())
            .await
            .status,
        500
    );
}

#[tokio::test]
async fn by_itself_it_says_who_answers_and_repeats_the_text() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    let answer = ask(&sim, "POST", &path(HAIKU, "converse-stream"), &hello()).await;
    assert_eq!(
        text(&answer.body),
        format!(
            "Hello! This is the Bedrock simulator, answering in place of {HAIKU}. You said: \u{201c}Hello\u{201d}"
        )
    );
    assert!(sim.requests()[0].events_sent > 10);
}

#[tokio::test]
async fn the_built_in_answer_can_be_part_of_one_s_own() {
    let sim = BedrockSim::new()
        .respond_with(|request| {
            default_reply(request)
                .pace(Duration::ZERO)
                .stop_reason("max_tokens")
        })
        .start()
        .await
        .expect("it starts");
    let answer = ask(&sim, "POST", &path(HAIKU, "converse"), &hello()).await;
    assert_eq!(answer.json()["stopReason"], "max_tokens");
}

#[tokio::test]
async fn every_kind_of_block_streams_as_the_api_describes() {
    let blocks = [
        Block::RedactedReasoning(vec![vec![1, 2], vec![3]]),
        Block::Cited {
            text: "It is so.".into(),
            citations: vec![json!({"title": "Book"})],
        },
        Block::Image {
            format: "png".into(),
            bytes: vec![vec![0x89, b'P']],
        },
        Block::ToolResult {
            tool_use_id: "s1".into(),
            kind: Some("nova_code_interpreter_result".into()),
            status: Some("success".into()),
            content: vec![json!({"text": "42"})],
        },
    ];
    let sim = BedrockSim::new()
        .reply(Reply::blocks(blocks))
        .start()
        .await
        .expect("it starts");
    let body = ask(&sim, "POST", &path(HAIKU, "converse-stream"), &hello())
        .await
        .body;
    let deltas: Vec<Value> = frames(&body)
        .expect("whole frames")
        .into_iter()
        .filter(|(kind, _)| kind == "contentBlockDelta" || kind == "contentBlockStart")
        .map(|(_, payload)| {
            payload
                .get("delta")
                .or(payload.get("start"))
                .expect("one of both")
                .clone()
        })
        .collect();
    assert_eq!(
        deltas,
        [
            json!({"reasoningContent": {"redactedContent": "AQI="}}),
            json!({"reasoningContent": {"redactedContent": "Aw=="}}),
            json!({"citation": {"title": "Book"}}),
            json!({"text": "It"}),
            json!({"text": " is"}),
            json!({"text": " so."}),
            json!({"image": {"format": "png"}}),
            json!({"image": {"source": {"bytes": "iVA="}}}),
            json!({"toolResult": {"toolUseId": "s1", "type": "nova_code_interpreter_result", "status": "success"}}),
            json!({"toolResult": [{"text": "42"}]}),
        ]
    );
}

#[tokio::test]
async fn events_arrive_at_their_pace() {
    let reply = Reply::text("one two three four").pace(Duration::from_millis(20));
    let sim = BedrockSim::new()
        .reply(reply)
        .start()
        .await
        .expect("it starts");
    let started = Instant::now();
    let response = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer");
    let headers_after = started.elapsed();
    assert_eq!(kinds(&Answer::of(response).await.body).len(), 8);
    let all_after = started.elapsed();
    assert!(all_after >= Duration::from_millis(7 * 20), "{all_after:?}");
    assert!(
        headers_after < all_after / 2,
        "{headers_after:?} of {all_after:?}"
    );
}

#[tokio::test]
async fn slices_arrive_apart() {
    let reply = Reply::text("Hello there").split_at([10, 100]);
    let sim = BedrockSim::new()
        .reply(reply)
        .start()
        .await
        .expect("it starts");
    let mut body = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer")
        .into_body();
    let mut sizes = Vec::new();
    while let Some(frame) = body.frame().await {
        sizes.push(frame.expect("a frame").into_data().expect("data").len());
    }
    assert_eq!(sizes[..2], [10, 90]);
    assert_eq!(sizes.len(), 3);
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_even_while_nothing_is_sent() {
    let sim = BedrockSim::new()
        .reply(Reply::text("Hello there").stall_after(2))
        .reply(Reply::text("Hello there").stall_before_headers())
        .start()
        .await
        .expect("it starts");
    let mut body = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer")
        .into_body();
    body.frame().await.expect("a frame").expect("data");
    assert_eq!(
        sim.wait_request(0, SOON).await.expect("it came").outcome,
        Outcome::Open
    );
    drop(body);
    assert!(sim.wait_cancelled(0, Duration::from_secs(1)).await);
    let waiting = tokio::spawn(send(sim.address(), converse_stream(&sim)));
    sim.wait_request(1, SOON).await.expect("it came");
    waiting.abort();
    // The connection is driven by a task of its own, which ends once its sender is gone.
    assert!(sim.wait_cancelled(1, Duration::from_secs(1)).await);
    assert!(sim.wait_open_connections(0, SOON).await);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_flooded() {
    let sim = BedrockSim::new()
        .reply(Reply::deltas(30_000, 1_000))
        .start()
        .await
        .expect("it starts");
    let response = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let first = sim.requests()[0].clone();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = sim.requests()[0].clone();
    assert_eq!(first.events_sent, second.events_sent, "it stands still");
    assert!(
        first.bytes_sent < 20_000_000,
        "{} of 34 MB",
        first.bytes_sent
    );
    assert!(first.socket_bytes > 0 && first.socket_bytes <= first.bytes_sent + 100_000);
    drop(response);
    assert!(sim.wait_cancelled(0, SOON).await);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_recorded() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    let body = json!({"messages": [{"role": "assistant", "content": [{"text": "Hi"}]}]});
    let answer = ask(&sim, "POST", &path(HAIKU, "converse-stream"), &body).await;
    assert!(
        answer
            .error()
            .starts_with("400 ValidationException: A conversation must start with a user message")
    );
    let request = &sim.requests()[0];
    assert_eq!(request.model_id.as_deref(), Some(HAIKU));
    assert_eq!(request.body, body);
    assert!(matches!(
        &request.outcome,
        Outcome::Refused { status: 400, .. }
    ));
}

#[tokio::test]
async fn what_is_no_json_or_no_route_is_refused() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    for body in [json!([1]), json!("text")] {
        let answer = ask(&sim, "POST", &path(HAIKU, "converse"), &body).await;
        assert!(
            answer.error().starts_with("400 SerializationException"),
            "{}",
            answer.error()
        );
    }
    let mut deep = json!(null);
    for _ in 0..bedrock_simulator::limits::MAX_JSON_DEPTH {
        deep = json!([deep]);
    }
    let answer = ask(
        &sim,
        "POST",
        &path(HAIKU, "converse"),
        &json!({"deep": deep}),
    )
    .await;
    assert!(
        answer.error().starts_with("400 SerializationException"),
        "{}",
        answer.error()
    );
    let answer = ask(&sim, "POST", "/model/m/invoke", &hello()).await;
    assert!(answer.error().starts_with("404 UnknownOperationException"));
}
