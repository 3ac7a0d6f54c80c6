//! Deadlines: for the first event, and for the next one while it is asked for. Slowness alone trips
//! neither.

use std::time::{Duration, Instant};

use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::{ErrorKind, StreamEvent};
use serde_json::json;

use crate::harness::{AT_ONCE, Bedrock, names};
use crate::workbench::{collect, texts};

/// The deadlines below.
const LIMIT: Duration = Duration::from_millis(500);

/// Twelve words, each a delta.
const WORDS: &str = "one two three four five six seven eight nine ten eleven twelve";

fn impatient(reply: Reply) -> Bedrock {
    let timeouts = json!({"timeouts": {"connect": 1, "firstEvent": 0.5, "idle": 0.5}});
    Bedrock::with(BedrockSim::new().default_reply(reply), timeouts)
}

async fn assert_times_out(reply: Reply, events_before: &[&str]) {
    let bedrock = impatient(reply);
    let asked = Instant::now();
    let (events, error) = bedrock.breaks_off(ErrorKind::Timeout).await;
    let waited = asked.elapsed();
    assert_eq!(names(&events), events_before);
    assert!(error.message.contains("500ms"), "{error}");
    assert!((LIMIT..6 * LIMIT).contains(&waited), "{waited:?}");
    assert_eq!(bedrock.sim.request_count(), 1);
    // Whoever gave up says so to the other end.
    assert!(bedrock.sim.wait_cancelled(0, AT_ONCE).await);
}

#[tokio::test]
async fn a_service_that_does_not_answer_times_out() {
    assert_times_out(Reply::text(WORDS).stall_before_headers(), &[]).await;
}

#[tokio::test]
async fn an_answer_without_a_first_event_times_out() {
    assert_times_out(Reply::text(WORDS).stall_after(0), &[]).await;
}

#[tokio::test]
async fn an_answer_that_falls_silent_times_out() {
    let before = ["messageStart", "contentBlockDelta", "contentBlockDelta"];
    assert_times_out(Reply::text(WORDS).stall_after(3), &before).await;
}

#[tokio::test]
async fn a_steady_answer_may_take_longer_than_any_deadline() {
    let bedrock = impatient(Reply::text(WORDS).pace(LIMIT / 5));
    let asked = Instant::now();
    let (events, end) = bedrock.answer().await;
    end.unwrap();
    assert_eq!(texts(&events).concat(), WORDS);
    assert!(asked.elapsed() > 2 * LIMIT, "it was too fast to tell");
}

#[tokio::test]
async fn a_pause_shorter_than_the_deadline_is_waited_for() {
    let reply = Reply::text("Hello").delay_headers(LIMIT / 4);
    let bedrock = impatient(reply.delay_first_event(LIMIT / 4).pace(LIMIT / 2));
    let (events, end) = bedrock.answer().await;
    end.unwrap();
    assert_eq!(texts(&events), ["Hello"]);
}

#[tokio::test]
async fn the_callers_own_pause_is_not_the_services_silence() {
    // More than the plugin holds by itself: it stops reading, and then waits for the caller.
    const DELTAS: usize = 20_000;
    let reply = Reply::deltas(DELTAS, 20).events_per_chunk(100);
    // Encoded now, so that it doesn't count as the service's silence.
    assert!(!reply.body().is_empty());
    let bedrock = impatient(reply);
    let mut stream = bedrock.ask("hello");
    let mut events = Vec::new();
    stream.next_batch(&mut events).await.unwrap();
    tokio::time::sleep(LIMIT * 3).await;
    let (rest, end) = collect(stream).await;
    end.unwrap();
    assert_eq!(texts(&events).len() + texts(&rest).len(), DELTAS);
    assert!(matches!(rest.last(), Some(StreamEvent::Metadata(_))));
}

#[tokio::test]
async fn an_answer_that_never_ends_is_ended_by_the_total_deadline() {
    let reply = Reply::text(WORDS.repeat(20)).pace(Duration::from_millis(20));
    let timeouts = json!({"timeouts": {"total": 0.5}});
    let bedrock = Bedrock::with(BedrockSim::new().default_reply(reply), timeouts);
    let (events, error) = bedrock.breaks_off(ErrorKind::Timeout).await;
    assert!(events.len() > 1, "it had begun");
    assert!(error.message.contains("total"), "{error}");
    assert!(bedrock.sim.wait_cancelled(0, AT_ONCE).await);
}
