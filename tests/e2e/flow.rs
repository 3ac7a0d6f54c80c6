//! How answers flow: what is dropped is cancelled at the socket, what isn't read isn't sent, and
//! many at once don't mix.

use std::time::Duration;

use bedrock_simulator::{BedrockSim, Outcome, RecordedRequest, Reply};
use host_shim::interface::ErrorKind;

use crate::harness::{AT_ONCE, Bedrock, MODEL, SOON, asking};
use crate::workbench::{collect, texts};

#[tokio::test]
async fn dropping_a_stream_ends_its_connection_within_a_second() {
    let sim = BedrockSim::new()
        .reply(Reply::text("never said").stall_before_headers())
        .reply(Reply::text("said in part").stall_after(2))
        .reply(Reply::deltas(5_000, 10).pace(Duration::from_millis(1)));
    let bedrock = Bedrock::start(sim);
    let unanswered = bedrock.ask("hello");
    bedrock.sim.wait_request(0, SOON).await.unwrap();
    drop(unanswered);
    assert!(bedrock.sim.wait_cancelled(0, AT_ONCE).await);
    for request in 1..3 {
        let mut stream = bedrock.ask("hello");
        stream.next_batch(&mut Vec::new()).await.unwrap();
        drop(stream);
        assert!(bedrock.sim.wait_cancelled(request, AT_ONCE).await);
    }
    assert!(bedrock.sim.wait_open_connections(0, AT_ONCE).await);
}

#[tokio::test]
async fn a_stream_that_is_dropped_at_once_leaves_nothing_behind() {
    let reply = Reply::text("Hello").stall_after(1);
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(reply));
    for _ in 0..50 {
        drop(bedrock.ask("hello"));
    }
    assert!(bedrock.sim.wait_open_connections(0, AT_ONCE).await);
    let requests = bedrock.sim.requests();
    let gone = |request: &RecordedRequest| request.outcome == Outcome::Cancelled;
    assert!(requests.iter().all(gone));
}

/// The bytes that the simulator's socket has taken, once it takes no more.
async fn bytes_when_still(bedrock: &Bedrock) -> u64 {
    const STILL: Duration = Duration::from_millis(300);
    let mut before = 0;
    loop {
        tokio::time::sleep(STILL).await;
        let request = bedrock.sim.wait_request(0, SOON).await.unwrap();
        if request.socket_bytes > 0 && request.socket_bytes == before {
            return before;
        }
        before = request.socket_bytes;
    }
}

#[tokio::test]
async fn what_nobody_reads_stays_at_the_service() {
    const DELTAS: usize = 60_000;
    // What both kernels hold of one connection, and a few batches.
    const BOUND: u64 = 16 << 20;
    let reply = Reply::deltas(DELTAS, 600).events_per_chunk(16);
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(reply));
    let mut stream = bedrock.ask("hello");
    let mut events = Vec::new();
    stream.next_batch(&mut events).await.unwrap();
    let held = bytes_when_still(&bedrock).await;
    assert!(held < BOUND, "{held} bytes were sent to nobody");
    let mut deltas = texts(&events).len();
    loop {
        events.clear();
        let more = stream.next_batch(&mut events).await.unwrap();
        deltas += texts(&events).len();
        if !more {
            break;
        }
    }
    assert_eq!(deltas, DELTAS);
    let request = bedrock.sim.wait_ended(0, SOON).await.unwrap();
    assert_eq!(request.outcome, Outcome::Complete);
    assert!(request.socket_bytes > 2 * BOUND, "too small to tell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_at_once_keep_their_order_and_their_own_words() {
    const STREAMS: usize = 64;
    let words = |stream: &str| -> String {
        let words = (0..40).map(|number| format!(" {stream}.{number}"));
        words.collect()
    };
    let sim = BedrockSim::new().respond_with(move |request| {
        Reply::text(words(&request.last_user_text())).pace(Duration::from_millis(1))
    });
    let bedrock = Bedrock::start(sim);
    let tasks: Vec<_> = (0..STREAMS)
        .map(|number| {
            let request = asking(MODEL, &number.to_string());
            tokio::spawn(collect(bedrock.provider.start_stream(request)))
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let (events, end) = task.await.unwrap();
        end.unwrap();
        assert_eq!(texts(&events).concat(), words(&number.to_string()));
    }
    assert_eq!(bedrock.sim.request_count(), STREAMS as u64);
}

#[tokio::test]
async fn a_failing_stream_does_not_touch_its_neighbours() {
    let sim = BedrockSim::new().respond_with(|request| match request.last_user_text() {
        text if text.ends_with("cut") => Reply::text("one two three").cut_after(2),
        _ => Reply::text("one two three").pace(Duration::from_millis(5)),
    });
    let bedrock = Bedrock::start(sim);
    let asked = (0..20).map(|number| {
        let cut = number % 2 == 0;
        let stream = bedrock.ask(if cut { "cut" } else { "whole" });
        async move { (cut, collect(stream).await) }
    });
    for (cut, (events, end)) in futures_util::future::join_all(asked).await {
        match end {
            Err(error) if cut => assert_eq!(error.kind, ErrorKind::StreamTruncated),
            end => {
                end.unwrap();
                assert!(!cut);
                assert_eq!(texts(&events).concat(), "one two three");
            }
        }
    }
}
