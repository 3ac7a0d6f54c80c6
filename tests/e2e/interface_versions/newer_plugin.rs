//! A plugin of 1.1 in the gateway of today.

use std::time::Duration;

use host_shim::interface::{ErrorKind, ListModels};

use super::ECHO_NEXT;
use crate::artifacts::library;
use crate::harness::names;
use crate::workbench::{Workbench, collect, request, texts};

#[test]
fn a_newer_plugin_opens_and_what_it_says_beyond_is_ignored() {
    let plugin = Workbench::new().open(ECHO_NEXT);
    assert_eq!(plugin.info().interface, "1.1.0");
    assert_eq!(plugin.info().version, "3.0.0");
}

#[tokio::test]
async fn its_events_that_this_gateway_does_not_know_are_skipped_and_the_others_arrive() {
    let provider = Workbench::new().provider(ECHO_NEXT, "{}");
    let (events, end) = collect(provider.start_stream(request("hello", ""))).await;
    end.unwrap();
    let expected = [
        "messageStart",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
    ];
    assert_eq!(names(&events), expected);
    assert_eq!(texts(&events), ["hello", " and more"]);
}

#[tokio::test]
async fn its_kind_of_error_that_this_gateway_does_not_know_reads_as_internal() {
    let provider = Workbench::new().provider(ECHO_NEXT, "{}");
    let (events, end) = collect(provider.start_stream(request("fail", ""))).await;
    assert_eq!(texts(&events), ["fail", " and more"]);
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Internal);
    assert_eq!(error.message, "the quota is used up");
}

#[tokio::test]
async fn what_it_asks_of_a_newer_gateway_has_its_default_answer() {
    let provider = Workbench::new().provider(ECHO_NEXT, "{}");
    let health = provider.health().await.unwrap();
    assert_eq!(health.notes, ["the gateway says no name"]);
}

#[tokio::test]
async fn everything_else_that_it_offers_works() {
    let provider = Workbench::new().provider(ECHO_NEXT, "{}");
    let list = provider.list_models(ListModels::default()).await.unwrap();
    assert!(list.models.is_empty());
    let count = provider.count_tokens(request("hello", "")).await.unwrap();
    assert_eq!(count.input_tokens, 7);
    provider.probe().await.unwrap();
    provider.reconfigure("{}").unwrap();
    provider.set_log_level(None).unwrap();
    provider.begin_drain().unwrap();
    provider.shutdown(Duration::ZERO).await.unwrap();
}

#[test]
fn a_plugin_of_a_new_major_version_is_refused() {
    let sentence = Workbench::new().refusal(&library("test-plugin-other-interface"));
    insta::assert_snapshot!(sentence, @"cannot load plugin FILE: it was built against interface 2.0.0, this gateway has 1.0.0; get a build for 1.0.0");
}
