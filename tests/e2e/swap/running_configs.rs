//! The config file of a running gateway, edited by its owner.

use std::fs;

use rustix::process::Signal;
use serde_json::json;

use super::running::{TOKEN, answers, chat, config, user, when};
use crate::http::Server;

#[test]
fn a_changed_config_counts_and_a_broken_one_is_told_with_its_place() {
    let user = user();
    let server = Server::start(&user, &[]);
    let file = user.path(".openclaw/openclaw.json");
    let count = || {
        let header = format!("x-api-key: {TOKEN}");
        let body = chat(json!({}));
        let answer = server.request("POST", "/v1/chat/completions", &[&header], &body);
        answer.json()["usage"]["completion_tokens"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(count(), 3);
    fs::write(&file, config(json!({"deltas": 5})).to_string()).unwrap();
    when("the new config counts", || count() == 5);
    fs::write(&file, "{ plugins: {\n  enabled: 'perhaps' } }").unwrap();
    when("it is warned of", || {
        let warnings = server.get("/healthz").json();
        warnings["warnings"].to_string().contains("does not hold")
    });
    assert_eq!(count(), 5);
    // A hang-up asks for a look without waiting.
    fs::write(&file, config(json!({"deltas": 6})).to_string()).unwrap();
    server.signal(Signal::HUP);
    when("the mended config counts", || count() == 6);
    let well = json!({"status": "ok", "warnings": []});
    when("it is not warned of any more", || {
        server.get("/healthz").json() == well
    });
    server.signal(Signal::TERM);
    let (_, log) = server.ended();
    assert!(log.contains("openclaw.json:2:12"), "{log}");
}

#[test]
fn a_config_that_is_gone_leaves_the_one_before_in_force() {
    let user = user();
    let server = Server::start(&user, &[]);
    let file = user.path(".openclaw/openclaw.json");
    let text = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let warnings = || server.get("/healthz").json()["warnings"].to_string();
    when("it is warned of", || warnings().contains("does not hold"));
    assert_eq!(answers(&server), "1.0.0");
    fs::write(&file, text).unwrap();
    when("it is not warned of any more", || warnings() == "[]");
    assert_eq!(answers(&server), "1.0.0");
}
