//! A panic in any entry of a plugin is an error of that call, and nothing else: the gateway runs on,
//! and so does the rest of the plugin.

use std::fmt::Debug;
use std::time::Duration;

use futures_util::StreamExt as _;
use host_shim::interface::{ErrorKind, ListModels, LogLevel, ProviderError};
use host_shim::{Plugin, Provider};

use crate::workbench::{Workbench, collect, request};

const PANICS: &str = "test-plugin-panics";

/// Whether each panic has a payload whose destructor panics too.
const PAYLOADS: [bool; 2] = [false, true];

/// A provider that panics in those entries.
fn provider(plugin: &Plugin, entries: &[&str], hostile: bool) -> Result<Provider, ProviderError> {
    let config = format!(r#"{{"panicIn": {entries:?}, "hostile": {hostile}}}"#);
    plugin.create(&config)
}

fn assert_panicked<T: Debug>(result: Result<T, ProviderError>, entry: &str, hostile: bool) {
    let error = result.expect_err(entry);
    assert_eq!(error.kind, ErrorKind::PluginPanicked, "{entry}: {error}");
    let said = if hostile { "no message" } else { entry };
    assert!(error.message.contains(said), "{entry}: {error}");
}

/// A request whose text nobody reads.
async fn answer(provider: &Provider) -> Result<(), ProviderError> {
    collect(provider.start_stream(request("hello", ""))).await.1
}

/// Everything that a provider offers works.
async fn assert_works(plugin: &Plugin) {
    let provider = provider(plugin, &[], false).unwrap();
    answer(&provider).await.unwrap();
    provider.list_models(ListModels::default()).await.unwrap();
    provider.count_tokens(request("hello", "")).await.unwrap();
    assert!(provider.health().await.unwrap().ready);
    provider.reconfigure("{}").unwrap();
    provider.set_log_level(Some(LogLevel::Debug)).unwrap();
    provider.begin_drain().unwrap();
    provider.shutdown(Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn a_panic_in_create_is_its_error() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        assert_panicked(provider(&plugin, &["create"], hostile), "create", hostile);
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_in_a_call_is_its_error_and_the_others_work() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        let with = |entry| provider(&plugin, &[entry], hostile).unwrap();
        let entry = "reconfigure";
        assert_panicked(with(entry).reconfigure("{}"), entry, hostile);
        let entry = "set_log_level";
        assert_panicked(with(entry).set_log_level(None), entry, hostile);
        let entry = "begin_drain";
        let provider = with(entry);
        assert_panicked(provider.begin_drain(), entry, hostile);
        answer(&provider).await.unwrap();
        assert_panicked(provider.begin_drain(), entry, hostile);
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_in_a_reply_is_its_error_at_the_call_and_in_the_future() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        let with = |entry| provider(&plugin, &[entry], hostile).unwrap();
        for entry in ["list_models", "list_models_future"] {
            let reply = with(entry).list_models(ListModels::default());
            assert_panicked(reply.await, entry, hostile);
        }
        for entry in ["count_tokens", "count_tokens_future"] {
            let reply = with(entry).count_tokens(request("hello", ""));
            assert_panicked(reply.await, entry, hostile);
        }
        for entry in ["health", "health_future"] {
            assert_panicked(with(entry).health().await, entry, hostile);
        }
        for entry in ["shutdown", "shutdown_future"] {
            let reply = with(entry).shutdown(Duration::ZERO);
            assert_panicked(reply.await, entry, hostile);
        }
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_in_a_stream_is_its_last_item() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        for (entry, events) in [
            ("start_stream", 0),
            ("poll_batch", 0),
            ("second_poll_batch", 1),
        ] {
            let provider = provider(&plugin, &[entry], hostile).unwrap();
            let mut stream = provider.start_stream(request("hello", ""));
            for _ in 0..events {
                stream.next().await.unwrap().unwrap();
            }
            assert_panicked(stream.next().await.unwrap(), entry, hostile);
            assert!(stream.next().await.is_none(), "{entry}");
            assert!(
                !stream.next_batch(&mut Vec::new()).await.unwrap(),
                "{entry}"
            );
        }
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_in_a_destructor_goes_nowhere() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        let everywhere = ["source_drop", "reply_drop", "provider_drop"];
        let provider = provider(&plugin, &everywhere, hostile).unwrap();
        // Dropped before the first poll, in the midst, and at the end by the plugin itself.
        drop(provider.start_stream(request("hello", "")));
        let mut stream = provider.start_stream(request("hello", ""));
        stream.next().await.unwrap().unwrap();
        drop(stream);
        answer(&provider).await.unwrap();
        drop(provider.health());
        provider.health().await.unwrap();
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_and_then_another_while_cleaning_up_are_one_error() {
    let plugin = Workbench::new().open(PANICS);
    for hostile in PAYLOADS {
        let entries = ["poll_batch", "source_drop", "health_future", "reply_drop"];
        let provider = provider(&plugin, &entries, hostile).unwrap();
        assert_panicked(answer(&provider).await, "poll_batch", hostile);
        assert_panicked(provider.health().await, "health_future", hostile);
    }
    assert_works(&plugin).await;
}

#[tokio::test]
async fn a_panic_in_an_operation_of_the_plugin_is_its_error() {
    let plugin = Workbench::new().open(PANICS);
    assert_panicked(plugin.call_ext("anything", b""), "call_ext", false);
    assert_works(&plugin).await;
}

#[test]
fn a_plugin_that_panics_when_it_is_asked_what_it_is_is_refused() {
    let bench = Workbench::new();
    let path = bench.apart(PANICS);
    let plugin = bench.loader().open(&path).unwrap();
    plugin.call_ext("info", b"panic").unwrap();
    insta::assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it can't say what it is: the plugin panicked: panicked in info; report it to its maker");
}

#[test]
fn a_plugin_that_says_nonsense_of_itself_is_refused() {
    let bench = Workbench::new();
    let path = bench.apart(PANICS);
    let plugin = bench.loader().open(&path).unwrap();
    let saying = |id: &str, version: &str, providers: &str| {
        let info = format!(
            r#"{{"id": "{id}", "version": "{version}", "interface": "1.0.0", "providerIds": [{providers}]}}"#
        );
        plugin.call_ext("info", info.as_bytes()).unwrap();
        bench.refusal(&path)
    };
    insta::assert_snapshot!(saying("../etc", "1.0.0", r#""echo""#), @"cannot load plugin FILE: what it says of itself makes no sense: its id is `../etc`; report it to its maker");
    insta::assert_snapshot!(saying("echo", "one", r#""echo""#), @"cannot load plugin FILE: what it says of itself makes no sense: its version is `one`; report it to its maker");
    insta::assert_snapshot!(saying("echo", "1.0.0", ""), @"cannot load plugin FILE: what it says of itself makes no sense: it offers no provider; report it to its maker");
    insta::assert_snapshot!(saying("echo", "1.0.0", r#""echo", "a/b""#), @"cannot load plugin FILE: what it says of itself makes no sense: it offers a provider with the id `a/b`; report it to its maker");
    insta::assert_snapshot!(saying(&"long".repeat(2000), "1.0.0", r#""echo""#), @"cannot load plugin FILE: what it says of itself makes no sense: its id is `longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglo…; report it to its maker");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_panics_at_once_are_as_many_errors() {
    let plugin = Workbench::new().open(PANICS);
    let tasks = (0..200).map(|number| {
        let plugin = plugin.clone();
        tokio::spawn(async move {
            let provider = provider(&plugin, &["second_poll_batch"], number % 2 == 0).unwrap();
            answer(&provider).await.expect_err("it panics").kind
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap(), ErrorKind::PluginPanicked);
    }
    assert_works(&plugin).await;
}
