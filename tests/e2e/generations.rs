//! A generation of the real plugin while it serves: reconfigured, drained, shut down.

use std::time::{Duration, Instant};

use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::ErrorKind;
use serde_json::json;

use crate::harness::{AT_ONCE, Bedrock, SOON, config_for};
use crate::workbench::{collect, texts};

/// Takes about half a second.
fn slow() -> Reply {
    Reply::text("one two three four five six seven eight").pace(Duration::from_millis(50))
}

const SLOW: &str = "one two three four five six seven eight";

#[tokio::test]
async fn a_new_config_is_for_new_requests_and_an_open_stream_goes_on() {
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(slow()));
    let other = BedrockSim::new()
        .default_reply(Reply::text("from the other"))
        .spawn()
        .unwrap();
    let mut old = bedrock.ask("hello");
    let mut events = Vec::new();
    old.next_batch(&mut events).await.unwrap();
    let config = config_for(&other.url(), json!({}));
    bedrock.provider.reconfigure(&config).unwrap();

    let (new, end) = bedrock.answer().await;
    end.unwrap();
    assert_eq!(texts(&new).concat(), "from the other");
    let (rest, end) = collect(old).await;
    end.unwrap();
    events.extend(rest);
    assert_eq!(texts(&events).concat(), SLOW);
    assert_eq!(bedrock.sim.request_count(), 1);
    assert_eq!(other.request_count(), 1);
}

#[tokio::test]
async fn a_config_that_does_not_hold_is_refused_and_the_old_one_stays() {
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(Reply::text("Hello")));
    for (config, says) in [
        ("{", "config"),
        (r#"{"timeuots": {}}"#, "timeuots"),
        (r#"{"timeouts": {"idle": 0}}"#, "positive"),
        (r#"{"timeouts": {"idle": -1}}"#, "positive"),
    ] {
        let error = bedrock.provider.reconfigure(config).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{config}");
        assert!(error.message.contains(says), "{config}: {error}");
    }
    bedrock.answer().await.1.unwrap();
}

#[tokio::test]
async fn draining_refuses_new_requests_and_finishes_the_open_ones() {
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(slow()));
    let open = bedrock.ask("hello");
    bedrock.sim.wait_request(0, SOON).await.unwrap();
    bedrock.provider.begin_drain().unwrap();
    assert_eq!(bedrock.refusal().await.kind, ErrorKind::Draining);
    assert!(!bedrock.provider.health().await.unwrap().ready);
    let (events, end) = collect(open).await;
    end.unwrap();
    assert_eq!(texts(&events).concat(), SLOW);
    assert_eq!(bedrock.sim.request_count(), 1);
}

#[tokio::test]
async fn shutting_down_waits_for_an_open_stream() {
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(slow()));
    let open = bedrock.ask("hello");
    bedrock.sim.wait_request(0, SOON).await.unwrap();
    let began = Instant::now();
    let (ended, (events, end)) = tokio::join!(bedrock.provider.shutdown(SOON), collect(open));
    ended.unwrap();
    end.unwrap();
    assert_eq!(texts(&events).concat(), SLOW);
    assert!(began.elapsed() < SOON, "it does not sit out its deadline");
}

#[tokio::test]
async fn shutting_down_ends_what_is_open_at_its_deadline() {
    let stalled = Reply::text("Hello there").stall_after(2);
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(stalled));
    let mut open = bedrock.ask("hello");
    let mut events = Vec::new();
    while texts(&events).is_empty() {
        open.next_batch(&mut events).await.unwrap();
    }
    let deadline = Duration::from_millis(300);
    let began = Instant::now();
    bedrock.provider.shutdown(deadline).await.unwrap();
    let took = began.elapsed();
    assert!((deadline..deadline + AT_ONCE).contains(&took), "{took:?}");
    assert!(bedrock.sim.wait_cancelled(0, AT_ONCE).await);

    let error = open.next_batch(&mut events).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Draining);
    assert_eq!(bedrock.refusal().await.kind, ErrorKind::Draining);
    bedrock.provider.shutdown(deadline).await.unwrap();
}

#[tokio::test]
async fn what_had_arrived_before_the_end_is_still_given() {
    let stalled = Reply::text("Hello there").stall_after(3);
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(stalled));
    let open = bedrock.ask("hello");
    bedrock.sim.wait_request(0, SOON).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    bedrock.provider.shutdown(Duration::ZERO).await.unwrap();
    let (events, end) = collect(open).await;
    assert_eq!(texts(&events).concat(), "Hello there");
    assert_eq!(end.unwrap_err().kind, ErrorKind::Draining);
}
