//! The way back: by request, and by itself from a generation that does nothing but panic.

use host_shim::State;
use host_shim::swap::{Options, Refused};
use serde_json::json;

use super::{BEST, Folder, V1, V2, panicked};
use crate::workbench::collect;

#[tokio::test]
async fn what_served_before_is_gone_back_to_and_the_other_stays_away() {
    let folder = Folder::serving();
    let first = folder.active().generation;
    folder.put(BEST, V2);
    folder.when_active("2.0.0");
    let back = folder.plugins.roll_back("echo").unwrap();
    assert_eq!(back.version.as_deref(), Some("1.0.0"));
    assert!(
        back.generation > first,
        "it is a new generation of the old code"
    );
    assert_eq!(folder.answers().await, "1.0.0");
    let reason = folder.when_rejected(BEST);
    assert_eq!(
        reason,
        "plugin echo 2.0.0 (FILE) is not used: rolled back by request"
    );
    // The same content is not tried again, even when its file is touched, …
    folder.put(BEST, V2);
    folder.write("plugins/libother.so", "text");
    folder.when(|all| all.iter().any(|listed| listed.id == "other"));
    assert_eq!(folder.when_rejected(BEST), reason);
    assert_eq!(folder.answers().await, "1.0.0");
    // … until somebody asks for it.
    assert_eq!(
        folder.plugins.reload("echo").unwrap().version.as_deref(),
        Some("2.0.0")
    );
    assert_eq!(folder.plugins.swaps().rolled_back, 1);
}

#[tokio::test]
async fn there_is_no_way_back_from_the_first() {
    let folder = Folder::serving();
    let refused = folder.plugins.roll_back("echo").unwrap_err();
    let sentence = "plugin echo can't be rolled back: nothing served before its version 1.0.0";
    assert_eq!(refused, Refused::Impossible(sentence.to_owned()));
    let unknown = folder.plugins.roll_back("ekko").unwrap_err();
    let sentence = "there is no plugin `ekko`; there are: echo";
    assert_eq!(unknown, Refused::Unknown(sentence.to_owned()));
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn a_generation_that_does_nothing_but_panic_is_rolled_back_by_itself() {
    let folder = Folder::serving_with(json!({"faults": {"2.0.0": "streamPanics"}}));
    folder.put(BEST, V2);
    folder.when_active("2.0.0");
    for _ in 0..Options::default().trial {
        let error = collect(folder.ask("").unwrap()).await.1.unwrap_err();
        assert!(panicked(&error), "{error}");
    }
    folder.when_active("1.0.0");
    assert_eq!(folder.answers().await, "1.0.0");
    assert_eq!(
        folder.when_rejected(BEST),
        "plugin echo 2.0.0 (FILE) is not used: rolled back: its first 3 answers all ended in a panic"
    );
    assert_eq!(folder.plugins.swaps().rolled_back, 1);
}

#[tokio::test]
async fn reloading_what_serves_makes_a_new_generation_of_the_same_code() {
    let folder = Folder::serving();
    let before = folder.active();
    let after = folder.plugins.reload("echo").unwrap();
    assert_eq!(after.sha256, before.sha256);
    assert!(after.generation > before.generation);
    folder.when(|all| {
        let gone = |state| state == State::Retired;
        all.iter()
            .any(|listed| listed.generation == before.generation && gone(listed.state))
    });
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn going_back_twice_does_not_lead_to_what_was_gone_back_from() {
    let folder = Folder::serving();
    folder.put("plugins/libecho.so", V2);
    folder.when_active("2.0.0");
    folder.put("plugins/libecho.so", V1);
    folder.when_active("1.0.0");
    let back = folder.plugins.roll_back("echo").unwrap();
    assert_eq!(back.version.as_deref(), Some("2.0.0"));
    let refused = folder.plugins.roll_back("echo").unwrap_err();
    assert!(
        refused.to_string().contains("nothing served before"),
        "{refused}"
    );
    assert_eq!(folder.answers().await, "2.0.0");
}

#[tokio::test]
async fn nothing_is_gone_back_to_that_the_config_has_excluded() {
    let folder = Folder::serving();
    folder.put(BEST, V2);
    folder.when_active("2.0.0");
    folder.configure(json!({"version": "2.0.0"}));
    folder.when(|all| all.iter().all(|listed| listed.state != State::Draining));
    let _ = folder.plugins.reload("echo").unwrap();
    let refused = folder.plugins.roll_back("echo").unwrap_err();
    assert!(
        refused.to_string().contains("can't be rolled back"),
        "{refused}"
    );
}
