//! An answer crosses the boundary: every event, in order, as soon as it is there; a stream that is
//! dropped is cancelled; each stays with the generation that it began with.

use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use futures_util::{Stream as _, StreamExt as _};
use host_shim::interface::{
    ErrorKind, ListModels, LogLevel, MessageStop, ProviderError, StopReason, StreamEvent,
};
use host_shim::{Provider, Registry};

use crate::workbench::{Workbench, collect, request, text, texts};

const ECHO: &str = "test-plugin-echo";
const ECHO_2: &str = "test-plugin-echo-v2";

/// The deltas of an answer, as the echo of that version numbers them.
fn numbered(version: &str, count: usize, said: &str) -> Vec<String> {
    (0..count)
        .map(|number| format!("{version} {number} {said}"))
        .collect()
}

/// Waits until that many streams are open.
async fn until_open(provider: &Provider, count: usize) {
    let wanted = format!("open streams: {count}");
    let deadline = Instant::now() + Duration::from_secs(10);
    while provider.health().await.unwrap().notes != [wanted.as_str()] {
        assert!(Instant::now() < deadline, "never came to {wanted}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn an_answer_comes_whole_and_in_order() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let (events, end) = collect(provider.start_stream(request("hello", ""))).await;
    end.unwrap();
    assert!(matches!(events[0], StreamEvent::MessageStart(_)));
    assert_eq!(texts(&events), numbered("1.0.0", 3, "hello"));
    let stop = MessageStop {
        stop_reason: StopReason::EndTurn,
        additional_model_response_fields: None,
    };
    assert_eq!(events[events.len() - 2], StreamEvent::MessageStop(stop));
    let StreamEvent::Metadata(metadata) = &events[events.len() - 1] else {
        panic!("the last event is the metadata");
    };
    assert_eq!(metadata.usage.output_tokens, 3);
}

#[tokio::test]
async fn one_by_one_and_in_batches_are_the_same_events() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let ask = || provider.start_stream(request("hello", r#"{"deltas": 300, "atOnce": 70}"#));
    let (batched, _) = collect(ask()).await;
    let single: Vec<_> = ask().map(Result::unwrap).collect().await;
    assert_eq!(batched, single);
    // What one way has taken over, the other gives.
    let mut stream = ask();
    let mut mixed = vec![stream.next().await.unwrap().unwrap()];
    stream.next_batch(&mut mixed).await.unwrap();
    mixed.push(stream.next().await.unwrap().unwrap());
    while stream.next_batch(&mut mixed).await.unwrap() {}
    assert_eq!(mixed, single);
}

#[tokio::test]
async fn what_is_ready_comes_at_once_and_no_more_than_a_batch() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let mut stream = provider.start_stream(request("x", r#"{"deltas": 1000, "atOnce": 1000}"#));
    let (mut events, mut batches) = (Vec::new(), Vec::new());
    while stream.next_batch(&mut events).await.unwrap() {
        batches.push(events.len());
        events.clear();
    }
    assert!(batches.iter().all(|&events| events <= 64), "{batches:?}");
    assert_eq!(batches.iter().sum::<usize>(), 1000 + 4);
    assert!(batches.len() < 20, "{batches:?}");
}

#[tokio::test]
async fn a_slow_answer_wakes_its_reader() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let pace = r#"{"deltas": 20, "atOnce": 1, "pauseMs": 2}"#;
    let (events, end) = collect(provider.start_stream(request("slow", pace))).await;
    end.unwrap();
    assert_eq!(texts(&events), numbered("1.0.0", 20, "slow"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_may_move_to_another_task() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let pace = r#"{"deltas": 10, "atOnce": 1, "pauseMs": 20}"#;
    let mut stream = provider.start_stream(request("moving", pace));
    let mut events = Vec::new();
    // The first task is gone when the plugin could wake it.
    for _ in 0..3 {
        let task = tokio::spawn(async move {
            let wait = Duration::from_millis(5);
            let _ = tokio::time::timeout(wait, stream.next_batch(&mut events)).await;
            (stream, events)
        });
        (stream, events) = task.await.unwrap();
    }
    let (rest, end) = collect(stream).await;
    end.unwrap();
    events.extend(rest);
    assert_eq!(texts(&events), numbered("1.0.0", 10, "moving"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_at_once_keep_to_themselves() {
    let provider = Workbench::new().provider(ECHO, r#"{"deltas": 50, "atOnce": 3, "pauseMs": 1}"#);
    let tasks = (0..300).map(|number| {
        let stream = provider.start_stream(request(&format!("stream {number}"), ""));
        tokio::spawn(collect(stream))
    });
    for (number, task) in tasks.collect::<Vec<_>>().into_iter().enumerate() {
        let (events, end) = task.await.unwrap();
        end.unwrap();
        assert_eq!(
            texts(&events),
            numbered("1.0.0", 50, &format!("stream {number}"))
        );
    }
    until_open(&provider, 0).await;
}

#[tokio::test]
async fn dropping_a_stream_cancels_it() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let pace = r#"{"deltas": 1000, "atOnce": 1, "pauseMs": 60000}"#;
    let mut stream = provider.start_stream(request("endless", pace));
    stream.next_batch(&mut Vec::new()).await.unwrap();
    // Also while it waits to be woken.
    let wait = Duration::from_millis(5);
    assert!(tokio::time::timeout(wait, stream.next()).await.is_err());
    until_open(&provider, 1).await;
    drop(stream);
    until_open(&provider, 0).await;
}

#[tokio::test]
async fn a_complete_stream_is_closed_before_it_is_dropped() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let mut stream = provider.start_stream(request("hello", ""));
    while stream.next().await.is_some() {}
    until_open(&provider, 0).await;
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn an_answer_without_its_stop_is_truncated() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let mut stream = provider.start_stream(request("cut", r#"{"ending": "truncated"}"#));
    let mut said = Vec::new();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(event) => said.extend(text(&event).map(str::to_owned)),
            Err(error) => break error,
        }
    };
    assert_eq!(said, numbered("1.0.0", 3, "cut"));
    assert_eq!(error.kind, ErrorKind::StreamTruncated);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn an_error_of_the_plugin_comes_after_the_events_before_it() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let stream = provider.start_stream(request("fail", r#"{"ending": "failed"}"#));
    let (events, end) = collect(stream).await;
    assert_eq!(texts(&events), numbered("1.0.0", 3, "fail"));
    let expected = ProviderError::new(ErrorKind::Unavailable, "the echo failed as it was told to");
    assert_eq!(end, Err(expected));
}

#[tokio::test]
async fn a_request_that_the_plugin_refuses_fails_in_the_stream() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let stream = provider.start_stream(request("hello", r#"{"volume": 11}"#));
    let (events, end) = collect(stream).await;
    assert!(events.is_empty());
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert!(error.message.contains("volume"), "{error}");
}

#[tokio::test]
async fn replies_come_from_the_plugins_thread() {
    let provider = Workbench::new().provider(ECHO, "{}");
    let list = provider.list_models(ListModels::default()).await.unwrap();
    assert_eq!(list.models[0].reference, "echo/echo-1");
    let count = provider.count_tokens(request("one two three", "")).await;
    assert_eq!(count.unwrap().input_tokens, 3);
    provider.reconfigure(r#"{"deltas": 1}"#).unwrap();
    let (events, _) = collect(provider.start_stream(request("short", ""))).await;
    assert_eq!(texts(&events), numbered("1.0.0", 1, "short"));
    let refused = provider.reconfigure("{").unwrap_err();
    assert_eq!(refused.kind, ErrorKind::InvalidRequest);
    let unknown = provider.set_log_level(Some(LogLevel::Other("loud".to_owned())));
    assert_eq!(unknown.unwrap_err().kind, ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn two_generations_serve_side_by_side() {
    let bench = Workbench::new();
    let registry = Registry::new();
    let pace = r#"{"deltas": 30, "atOnce": 1, "pauseMs": 1}"#;
    let first = bench.provider(ECHO, pace);
    assert!(registry.activate(first).unwrap().is_none());
    let mut old = registry.stream("echo/echo-1", request("old", "")).unwrap();
    let mut events = Vec::new();
    old.next_batch(&mut events).await.unwrap();

    let second = bench.provider(ECHO_2, pace);
    let number = second.generation();
    let replaced = registry.activate(second).unwrap().unwrap();
    assert!(replaced.generation() < number);
    let new = registry.stream("echo/echo-1", request("new", "")).unwrap();
    assert_eq!(new.provider().generation(), number);
    replaced.begin_drain().unwrap();
    let refused = collect(replaced.start_stream(request("late", ""))).await.1;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Draining);
    drop(replaced);

    // Nothing but the stream holds the first generation now.
    let ((rest, old_end), (new_events, new_end)) = tokio::join!(collect(old), collect(new));
    old_end.unwrap();
    new_end.unwrap();
    events.extend(rest);
    assert_eq!(texts(&events), numbered("1.0.0", 30, "old"));
    assert_eq!(texts(&new_events), numbered("2.0.0", 30, "new"));
}

#[tokio::test]
async fn shutting_down_waits_for_streams_up_to_its_deadline() {
    let bench = Workbench::new();
    let pace = r#"{"deltas": 30, "atOnce": 1, "pauseMs": 1}"#;
    let provider = bench.provider(ECHO, pace);
    let stream = provider.start_stream(request("in time", ""));
    let (shut_down, (events, end)) =
        tokio::join!(provider.shutdown(Duration::from_secs(60)), collect(stream));
    shut_down.unwrap();
    end.unwrap();
    assert_eq!(texts(&events), numbered("1.0.0", 30, "in time"));

    let provider = bench.provider(ECHO, r#"{"deltas": 2, "atOnce": 1, "pauseMs": 60000}"#);
    let stream = provider.start_stream(request("too late", ""));
    let (shut_down, (_, end)) = tokio::join!(
        provider.shutdown(Duration::from_millis(20)),
        collect(stream)
    );
    shut_down.unwrap();
    assert_eq!(end.unwrap_err().kind, ErrorKind::Draining);
}

#[test]
fn no_runtime_is_needed() {
    let provider = Workbench::new().provider(ECHO, r#"{"pauseMs": 2}"#);
    let (events, end) = block_on(collect(provider.start_stream(request("plain", ""))));
    end.unwrap();
    assert_eq!(texts(&events), numbered("1.0.0", 3, "plain"));
    block_on(provider.shutdown(Duration::ZERO)).unwrap();
}

#[test]
fn polling_by_hand_wakes_the_waker_it_was_given() {
    let provider = Workbench::new().provider(ECHO, r#"{"deltas": 2, "atOnce": 1, "pauseMs": 30}"#);
    let mut stream = pin!(provider.start_stream(request("hand", "")));
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let cx = &mut Context::from_waker(&waker);
    let (mut events, mut pending) = (0, 0);
    loop {
        match stream.as_mut().poll_next(cx) {
            Poll::Ready(Some(event)) => events += usize::from(event.is_ok()),
            Poll::Ready(None) => break,
            Poll::Pending => {
                pending += 1;
                std::thread::park_timeout(Duration::from_secs(10));
            }
        }
    }
    assert_eq!(events, 2 + 4);
    assert!((1..10).contains(&pending), "{pending}");
}

#[test]
fn what_a_plugin_logs_carries_its_generation() {
    let plugin = Workbench::new().open(ECHO);
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let provider = tracing::subscriber::with_default(subscriber, || plugin.create("{}").unwrap());
    let lines = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines = lines.replace(&provider.generation().to_string(), "N");
    insta::assert_snapshot!(lines, @r#" INFO plugin: created plugin="echo" generation=N origin="echo" fields="{\"greeting\":\"hello\"}""#);
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        std::thread::park();
    }
}
