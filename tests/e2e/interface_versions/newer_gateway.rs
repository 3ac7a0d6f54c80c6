//! The plugins of today in a gateway of 1.1.

use abi_stable::std_types::ROption;
use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::ErrorKind;
use insta::assert_snapshot;
use serde_json::json;
use test_interface_next::ChatRequest;

use super::next_gateway::{Answer, Opened, VERSIONS, ask};
use super::{ECHO, ECHO_NEXT};
use crate::artifacts::library;
use crate::harness::{MODEL, PLUGIN, asking, config_for};
use crate::workbench::{Workbench, request};

/// Opens a package's library in the gateway of 1.1.
fn open(package: &str) -> Opened {
    Opened::open(&library(package), VERSIONS).unwrap()
}

/// Why the first `known` versions of that gateway refuse a package's library, with `FILE` for its path.
fn refusal(package: &str, known: usize) -> String {
    let path = library(package);
    let error = Opened::open(&path, &VERSIONS[..known]).unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.chars().count() < 400, "too long: {sentence}");
    sentence.replace(&path.display().to_string(), "FILE")
}

fn hello() -> ChatRequest {
    ChatRequest {
        before: request("hello", ""),
        ..ChatRequest::default()
    }
}

#[tokio::test]
async fn a_plugin_of_its_own_version_is_opened_by_that() {
    let plugin = open(ECHO_NEXT);
    let Opened::By1_1(module) = &plugin else {
        panic!("opened by {plugin:?}");
    };
    assert_eq!(module.motto()().as_str(), "more to come");
    let provider = plugin.create("{}").unwrap();
    let answer = Answer {
        text: "hello and more".to_owned(),
        new_events: 5,
    };
    assert_eq!(ask(&provider, &hello()).await.unwrap(), answer);
    assert_eq!(provider.open_streams(), ROption::RSome(0));
}

#[tokio::test]
async fn an_older_plugin_is_opened_by_the_older_definitions_and_answers() {
    let plugin = open(ECHO);
    assert!(matches!(plugin, Opened::By1_0(_)), "opened by {plugin:?}");
    let paced = r#"{"deltas": 2, "atOnce": 1, "pauseMs": 20}"#;
    let provider = plugin.create(paced).unwrap();
    let answer = ask(&provider, &hello()).await.unwrap();
    assert_eq!(answer.text, "1.0.0 0 hello1.0.0 1 hello");
}

#[tokio::test]
async fn the_real_plugin_is_opened_by_the_older_definitions_and_answers() {
    let plugin = open(PLUGIN);
    assert!(matches!(plugin, Opened::By1_0(_)), "opened by {plugin:?}");
    let reply = Reply::text("Hello there");
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let provider = plugin.create(&config_for(&sim.url(), json!({}))).unwrap();
    let request = ChatRequest {
        before: asking(MODEL, "hello"),
        ..ChatRequest::default()
    };
    let answer = ask(&provider, &request).await.unwrap();
    assert_eq!(answer.text, "Hello there");
}

#[test]
fn without_the_older_definitions_an_older_plugin_would_be_refused() {
    assert_snapshot!(refusal(ECHO, 1), @"cannot load plugin FILE: its interface 1.0.0 is laid out differently from this gateway's 1.1.0: EventTwin (field _phantom_ty_param_0 of NonExhaustive): too many fields, expected 10, found 8; rebuild it");
    assert!(refusal(PLUGIN, 1).contains("laid out differently from this gateway's 1.1.0"));
}

#[test]
fn a_method_that_an_older_plugin_lacks_has_its_default_answer() {
    let provider = open(ECHO).create("{}").unwrap();
    assert_eq!(provider.open_streams(), ROption::RNone);
}

#[tokio::test]
async fn a_member_of_a_request_that_an_older_plugin_does_not_know_is_refused_by_its_name() {
    let provider = open(ECHO).create("{}").unwrap();
    let request = ChatRequest {
        urgency: Some("high".to_owned()),
        ..hello()
    };
    let error = ask(&provider, &request).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert!(error.message.contains("`urgency`"), "{error}");
    assert!(error.message.contains("interface 1.0.0"), "{error}");
}

#[test]
fn a_library_may_be_asked_by_one_version_after_the_other_and_again() {
    let bench = Workbench::new();
    for package in [ECHO, ECHO_NEXT] {
        let path = bench.apart(package);
        for _ in 0..3 {
            let plugin = bench.loader().open(&path).unwrap();
            plugin.create("{}").unwrap();
            let opened = Opened::open(&path, VERSIONS).unwrap();
            assert_eq!(matches!(opened, Opened::By1_1(_)), package == ECHO_NEXT);
            opened.create("{}").unwrap();
            let by_1_0 = Opened::open(&path, &VERSIONS[1..]).unwrap();
            by_1_0.create("{}").unwrap();
            let by_1_1 = Opened::open(&path, &VERSIONS[..1]);
            assert_eq!(by_1_1.is_ok(), package == ECHO_NEXT);
        }
    }
}

#[test]
fn a_plugin_that_fits_no_version_is_refused_by_the_one_that_it_was_built_against() {
    assert_snapshot!(refusal("test-plugin-wrong-layout", 2), @"cannot load plugin FILE: its interface 1.0.0 is laid out differently from this gateway's 1.0.0: Packed (field field_0 of BatchPoll): mismatched type, expected RVec, found Packed; rebuild it");
    assert_snapshot!(refusal("test-plugin-other-interface", 2), @"cannot load plugin FILE: it was built against interface 2.0.0, this gateway has 1.1.0; get a build for 1.1.0");
    assert_snapshot!(refusal("test-plugin-broken-root", 2), @"cannot load plugin FILE: its root module failed to start: the root module loader panicked; report it to its maker");
    assert_snapshot!(refusal("test-plugin-unchecked-layout", 2), @"cannot load plugin FILE: it leaves out its layout, so it can't be checked; export it with export_root_module alone");
}
