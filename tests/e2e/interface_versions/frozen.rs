//! The plugins of today, opened by nothing but the frozen definitions: what a gateway of 1.0 makes of
//! them, and what plugins of 1.0 find in the gateways to come.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::{ErrorKind, ListModels};
use host_shim::versions::VERSIONS;
use host_shim::{Loader, Plugin};
use serde_json::json;

use super::ECHO;
use crate::artifacts::library;
use crate::harness::{AT_ONCE, MODEL, PLUGIN, SOON, asking, config_for, names};
use crate::workbench::{collect, request, texts};

/// Opens a package's library by the frozen definitions alone.
fn open(package: &str) -> Plugin {
    let folder = tempfile::tempdir().unwrap();
    let (present, frozen) = VERSIONS.split_first().unwrap();
    let loader = Loader::new(folder.path()).by_versions(frozen);
    loader.open(library(package)).unwrap_or_else(|refusal| {
        panic!(
            "published interfaces are frozen, and the plugin of today doesn't fit {frozen:?}: take \
             back what was changed in the present one ({present:?}) and append instead, as \
             interface/src/lib.rs says (\"How it grows\"), or begin a new major version: {refusal}"
        )
    })
}

/// Major, minor and patch.
fn parts(number: &str) -> Vec<u32> {
    number
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect()
}

#[test]
fn versions_are_tried_newest_to_oldest_and_the_present_one_has_its_copy() {
    let numbers: Vec<_> = VERSIONS.iter().map(|version| version.number()).collect();
    assert!(
        numbers.is_sorted_by_key(|number| Reverse(parts(number))),
        "{numbers:?}"
    );
    assert_eq!(
        parts(numbers[0])[..2],
        parts(numbers[1])[..2],
        "the present version has no frozen copy: see interface/src/versions.rs"
    );
}

#[tokio::test]
async fn a_whole_answer_streams() {
    let provider = open(ECHO).create("{}").unwrap();
    let pace = r#"{"deltas": 100, "atOnce": 30, "pauseMs": 5}"#;
    let (events, end) = collect(provider.start_stream(request("hello", pace))).await;
    end.unwrap();
    assert_eq!(events.len(), 104);
    assert_eq!(texts(&events)[99], "1.0.0 99 hello");
    assert_eq!(
        names(&events[101..]),
        ["contentBlockStop", "messageStop", "metadata"]
    );
}

#[tokio::test]
async fn everything_else_works() {
    let plugin = open(ECHO);
    assert_eq!(plugin.info().id, "echo");
    assert_eq!(plugin.call_ext("reverse", b"abc").unwrap(), b"cba");
    let error = plugin.call_ext("sing", b"").unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    let error = plugin.create("{").unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);

    let provider = plugin.create("{}").unwrap();
    let list = provider.list_models(ListModels::default()).await.unwrap();
    assert_eq!(list.models[0].reference, "echo/echo-1");
    let count = provider.count_tokens(request("one two", "")).await.unwrap();
    assert_eq!(count.input_tokens, 2);
    provider.probe().await.unwrap();
    provider.set_log_level(None).unwrap();
    provider.reconfigure(r#"{"deltas": 1}"#).unwrap();
    let (events, _) = collect(provider.start_stream(request("hello", ""))).await;
    assert_eq!(texts(&events).len(), 1);
    assert!(provider.reconfigure("{").is_err());

    assert!(provider.health().await.unwrap().ready);
    provider.begin_drain().unwrap();
    assert!(!provider.health().await.unwrap().ready);
    let (_, end) = collect(provider.start_stream(request("hello", ""))).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::Draining);
    provider.shutdown(Duration::ZERO).await.unwrap();
    let error = provider.list_models(ListModels::default()).await;
    assert_eq!(error.unwrap_err().kind, ErrorKind::Draining);
}

#[tokio::test]
async fn failures_and_panics_are_their_errors() {
    let provider = open(ECHO).create("{}").unwrap();
    let failing = provider.start_stream(request("hello", r#"{"ending": "failed"}"#));
    let (events, end) = collect(failing).await;
    assert_eq!(texts(&events).len(), 3);
    assert_eq!(end.unwrap_err().kind, ErrorKind::Unavailable);

    let panics = r#"{"panicIn": ["second_poll_batch", "health_future", "begin_drain"]}"#;
    let provider = open("test-plugin-panics").create(panics).unwrap();
    let (events, end) = collect(provider.start_stream(request("hello", ""))).await;
    assert_eq!(events.len(), 1);
    assert_eq!(end.unwrap_err().kind, ErrorKind::PluginPanicked);
    let error = provider.health().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PluginPanicked);
    let error = provider.begin_drain().unwrap_err();
    assert_eq!(error.kind, ErrorKind::PluginPanicked);
}

#[tokio::test]
async fn the_real_plugin_answers_and_a_dropped_stream_is_cancelled() {
    let stalled = Reply::text("Hello there").stall_after(3);
    let sim = BedrockSim::new().default_reply(stalled).spawn().unwrap();
    let config = config_for(&sim.url(), json!({}));
    let provider = open(PLUGIN).create(&config).unwrap();
    let mut stream = provider.start_stream(asking(MODEL, "hello"));
    let mut events = Vec::new();
    let began = Instant::now();
    while texts(&events).concat() != "Hello there" {
        assert!(began.elapsed() < SOON, "{events:?}");
        stream.next_batch(&mut events).await.unwrap();
    }
    drop(stream);
    assert!(sim.wait_cancelled(0, AT_ONCE).await);
    provider.shutdown(Duration::ZERO).await.unwrap();
}
