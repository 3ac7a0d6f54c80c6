//! Which provider a model's name means, and which generation of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use host_shim::Registry;
use host_shim::interface::ErrorKind;

use crate::workbench::{Workbench, collect, request, texts};

const ECHO: &str = "test-plugin-echo";
const ECHO_2: &str = "test-plugin-echo-v2";
const PANICS: &str = "test-plugin-panics";

/// The provider and model id that a name means.
fn resolved(registry: &Registry, model: &str) -> String {
    match registry.resolve(model) {
        Ok((provider, id)) => format!("{} → {id}", provider.info().id),
        Err(error) => format!("{}: {}", error.kind, error.message),
    }
}

#[test]
fn a_name_is_a_provider_and_a_model_or_a_model_alone() {
    let bench = Workbench::new();
    let registry = Registry::new();
    insta::assert_snapshot!(resolved(&registry, "echo/echo-1"), @"unavailable: no provider is active");

    registry.activate(bench.provider(ECHO, "{}")).unwrap();
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.model";
    assert_eq!(resolved(&registry, "echo/echo-1"), "echo → echo-1");
    assert_eq!(resolved(&registry, "echo-1"), "echo → echo-1");
    assert_eq!(resolved(&registry, arn), format!("echo → {arn}"));
    assert_eq!(
        resolved(&registry, &format!("echo/{arn}")),
        format!("echo → {arn}")
    );
    assert_eq!(resolved(&registry, "other/model"), "echo → other/model");
    insta::assert_snapshot!(resolved(&registry, "echo/"), @"invalid_request: the request names no model; write PROVIDER/MODEL");
    insta::assert_snapshot!(resolved(&registry, ""), @"invalid_request: the request names no model; write PROVIDER/MODEL");

    registry.activate(bench.provider(PANICS, "{}")).unwrap();
    assert_eq!(resolved(&registry, "panics/x"), "panics → x");
    assert_eq!(
        resolved(&registry, &format!("echo/{arn}")),
        format!("echo → {arn}")
    );
    insta::assert_snapshot!(resolved(&registry, "echo-1"), @"model_not_found: `echo-1` names no provider; write PROVIDER/MODEL, where PROVIDER is one of: echo, panics");
    insta::assert_snapshot!(resolved(&registry, "other/model"), @"model_not_found: `other/model` names no provider; write PROVIDER/MODEL, where PROVIDER is one of: echo, panics");
    let ids: Vec<_> = registry.providers().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["echo", "panics"]);
}

#[tokio::test]
async fn a_request_gets_the_model_id_without_the_provider() {
    let registry = Registry::new();
    registry
        .activate(Workbench::new().provider(ECHO, "{}"))
        .unwrap();
    let stream = registry
        .stream("echo/echo-1", request("hello", ""))
        .unwrap();
    let (events, end) = collect(stream).await;
    end.unwrap();
    assert_eq!(texts(&events).len(), 3);
    let error = Registry::new().stream("echo/echo-1", request("hello", ""));
    assert_eq!(error.err().unwrap().kind, ErrorKind::Unavailable);
}

#[test]
fn a_swap_and_a_roll_back_open_nothing_again() {
    let bench = Workbench::new();
    let registry = Registry::new();
    let (first, second) = (bench.open(ECHO), bench.open(ECHO_2));
    registry.activate(first.create("{}").unwrap()).unwrap();
    let old = registry
        .activate(second.create("{}").unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(registry.get("echo").unwrap().info().version, "2.0.0");
    let rolled_back = old.plugin().create("{}").unwrap();
    let newest = rolled_back.generation();
    assert!(newest > registry.get("echo").unwrap().generation());
    registry.activate(rolled_back).unwrap();
    let active = registry.get("echo").unwrap();
    assert_eq!(
        (active.info().version.as_str(), active.generation()),
        ("1.0.0", newest)
    );
    assert_eq!(registry.deactivate("echo").unwrap().generation(), newest);
    assert!(registry.get("echo").is_none());
    assert!(registry.deactivate("echo").is_none());
}

#[test]
fn a_plugin_cannot_take_anothers_provider() {
    let bench = Workbench::new();
    let registry = Registry::new();
    registry.activate(bench.provider(ECHO, "{}")).unwrap();
    let path = bench.apart(PANICS);
    let info = r#"{"id": "rival", "version": "1.0.0", "interface": "0.1.0", "providerIds": ["rival", "echo"]}"#;
    let plugin = bench.loader().open(&path).unwrap();
    plugin.call_ext("info", info.as_bytes()).unwrap();
    let rival = bench.loader().open(&path).unwrap().create("{}").unwrap();
    let refused = registry.activate(rival).unwrap_err();
    insta::assert_snapshot!(refused, @"plugin `rival` offers provider `echo`, which plugin `echo` serves; disable one of the two");
    assert!(registry.get("rival").is_none());
    assert_eq!(registry.get("echo").unwrap().info().id, "echo");
}

#[test]
fn there_is_a_generation_at_every_moment_of_many_swaps() {
    let bench = Workbench::new();
    let registry = Arc::new(Registry::new());
    let plugins = [bench.open(ECHO), bench.open(ECHO_2)];
    registry.activate(plugins[0].create("{}").unwrap()).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (registry, done) = (Arc::clone(&registry), Arc::clone(&done));
        std::thread::spawn(move || {
            let (mut last, mut reads) = (0, 0u64);
            while !done.load(Ordering::Relaxed) {
                let (provider, _) = registry.resolve("echo/echo-1").expect("always one");
                assert!(provider.generation() >= last, "an old generation came back");
                last = provider.generation();
                reads += 1;
            }
            reads
        })
    };
    for swap in 0..200 {
        let next = plugins[swap % 2].create("{}").unwrap();
        let replaced = registry.activate(next).unwrap();
        assert!(replaced.is_some());
    }
    done.store(true, Ordering::Relaxed);
    assert!(reader.join().unwrap() > 0);
}
