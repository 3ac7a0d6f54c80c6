//! A changed config while plugins serve.

use host_shim::State;
use serde_json::json;

use super::{BEST, Folder, V2};
use crate::workbench::{collect, texts};

async fn deltas(folder: &Folder) -> usize {
    let (events, end) = collect(folder.ask("").unwrap()).await;
    end.unwrap();
    texts(&events).len()
}

/// Waits until the last order to look has been obeyed: orders are taken one by one.
fn obeyed(folder: &Folder) {
    let _ = folder.plugins.roll_back("nobody");
}

#[tokio::test]
async fn a_new_config_goes_to_the_generation_that_serves() {
    let folder = Folder::serving();
    let before = folder.active();
    folder.configure(json!({"deltas": 7}));
    obeyed(&folder);
    assert_eq!(deltas(&folder).await, 7);
    assert_eq!(folder.active(), before);
    assert_eq!(folder.plugins.swaps().reconfigured, 1);
}

#[tokio::test]
async fn where_that_does_not_suffice_a_new_generation_takes_it() {
    let folder = Folder::serving();
    let before = folder.active();
    folder.configure(json!({"deltas": 7, "faults": {"1.0.0": "reconfigureFails"}}));
    obeyed(&folder);
    assert_eq!(deltas(&folder).await, 7);
    assert!(folder.active().generation > before.generation);
}

#[tokio::test]
async fn a_config_that_does_not_hold_is_told_and_the_old_one_stays() {
    let folder = Folder::serving_with(json!({"deltas": 7}));
    let before = folder.active();
    // Refused by the gateway, …
    folder.config.lock().unwrap()["plugins"]["allow"] = json!("no list");
    folder.configure(json!({"deltas": 8}));
    obeyed(&folder);
    assert_eq!(deltas(&folder).await, 7);
    assert!(folder.plugins.warnings()[0].contains("does not hold"));
    // … and by the plugin, both ways.
    folder.config.lock().unwrap()["plugins"]["allow"] = json!(["echo"]);
    folder.configure(json!({"deltas": "many"}));
    obeyed(&folder);
    assert_eq!(deltas(&folder).await, 7);
    assert_eq!(folder.active(), before);
    assert!(folder.plugins.warnings().is_empty());
    folder.configure(json!({"deltas": 9}));
    obeyed(&folder);
    assert_eq!(deltas(&folder).await, 9);
}

#[tokio::test]
async fn a_plugin_that_is_not_wanted_any_more_ends_and_may_come_back() {
    let folder = Folder::serving();
    let mut open = folder.ask(r#"{"deltas": 50, "pauseMs": 20}"#).unwrap();
    let mut events = Vec::new();
    open.next_batch(&mut events).await.unwrap();
    folder.config.lock().unwrap()["plugins"]["deny"] = json!(["echo"]);
    folder.plugins.refresh();
    folder.when(|all| all.iter().any(|listed| listed.state == State::Draining));
    folder.when(|all| all.iter().any(|listed| listed.state == State::Disabled));
    assert!(folder.ask("").is_err());
    while open.next_batch(&mut events).await.unwrap() {}
    assert_eq!(super::version_of(&events), "1.0.0");
    folder.config.lock().unwrap()["plugins"]["deny"] = json!([]);
    folder.plugins.refresh();
    folder.when_active("1.0.0");
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn another_config_is_another_chance_for_what_could_not_start() {
    let folder = Folder::serving_with(json!({"faults": {"2.0.0": "createFails"}}));
    folder.put(BEST, V2);
    folder.when_rejected(BEST);
    folder.configure(json!({}));
    folder.when_active("2.0.0");
    assert_eq!(folder.answers().await, "2.0.0");
}
