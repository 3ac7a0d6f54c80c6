//! Secrets stay where they are: whatever is asked, however it fails and however much is logged, no
//! key, token or header of theirs is printed or kept.

use std::fs;
use std::path::Path;

use bedrock_simulator::{BedrockSim, Reply, Simulator};
use serde_json::json;

use crate::artifacts::library;
use crate::gateway::{Gateway, Said};
use crate::harness::{MODEL, PLUGIN};

const KEY_ID: &str = "AKIACANARYACCESSKEY1";
const SECRET: &str = "canary/Secret+Access/Key/0123456789abcdefg";
const SESSION: &str = "canary-session-token-IQoJb3JpZ2luX2VjEAa";
const BEARER: &str = "canary-bearer-ABSKQmVkcm9ja0FQSUtleS0";
const GATEWAY: &str = "canary-gateway-token-12345";

const SECRETS: [&str; 5] = [KEY_ID, SECRET, SESSION, BEARER, GATEWAY];

/// What nobody but the service may read of a request.
const TRACES: [&str; 3] = ["Signature=", "AWS4-HMAC-SHA256", "x-amz-security-token"];

fn user(sim: &Simulator) -> Gateway {
    Gateway::at(sim)
        .env("AWS_ACCESS_KEY_ID", KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", SESSION)
        .config(&json!({
            "plugins": {
                "load": {"paths": [library(PLUGIN)]},
                "entries": {PLUGIN: {"enabled": true, "config": {"serve": {"token": GATEWAY}}}},
            },
            "models": {"providers": {PLUGIN: {"apiKey": BEARER}}},
            "gateway": {"auth": {"token": GATEWAY}},
        }))
}

/// Runs every command at every level of logging.
fn run_all(user: &Gateway) {
    let commands: [&[&str]; 8] = [
        &["chat", "-m", MODEL, "hello"],
        &["chat", "-m", MODEL, "--json", "hello"],
        &["models", "--json", "--refresh"],
        &["doctor", "--live"],
        &["plugins", "list", "--json"],
        &["config", "show"],
        &["config", "validate"],
        &["--help"],
    ];
    for level in ["warn", "info", "trace"] {
        for command in commands {
            let flags = ["--log-level", level];
            assert_silent(&user.run(&[&flags[..], command].concat()));
        }
    }
    assert_not_kept(&user.path(".local"));
    assert_not_kept(&user.path(".cache"));
}

fn assert_silent(said: &Said) {
    for secret in SECRETS.iter().chain(&TRACES) {
        assert!(!said.out.contains(secret), "{secret} in {}", said.out);
        assert!(!said.err.contains(secret), "{secret} in {}", said.err);
    }
}

fn assert_not_kept(path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            assert_not_kept(&entry.unwrap().path());
        }
    } else if let Ok(bytes) = fs::read(path) {
        for secret in SECRETS {
            let mut places = bytes.windows(secret.len());
            let found = places.any(|bytes| bytes == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
}

#[test]
fn a_success_prints_no_secret() {
    let sim = BedrockSim::new().credentials(KEY_ID, SECRET);
    let sim = sim.session_token(SESSION).default_reply(Reply::text("Hi"));
    let sim = sim.spawn().unwrap();
    let user = user(&sim);
    assert_eq!(user.chat(&["hello"]).good(), "Hi\n");
    run_all(&user);
}

#[test]
fn a_wrong_signature_whose_refusal_echoes_the_request_prints_no_secret() {
    let sim = BedrockSim::new().credentials(KEY_ID, "another secret");
    let sim = sim.session_token(SESSION).spawn().unwrap();
    let user = user(&sim);
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("authentication"), "{said:?}");
    run_all(&user);
}

#[test]
fn unknown_keys_and_tokens_print_no_secret() {
    let sim = BedrockSim::new().spawn().unwrap();
    let keys = user(&sim);
    let said = keys.chat(&["hello"]);
    assert!(said.refusal(1).contains("authentication"), "{said:?}");
    run_all(&keys);
    let bearer = user(&sim).env("AWS_BEARER_TOKEN_BEDROCK", BEARER);
    let said = bearer.chat(&["hello"]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    run_all(&bearer);
}

#[test]
fn a_service_that_is_not_there_prints_no_secret() {
    let gone = BedrockSim::new().spawn().unwrap();
    let user = user(&gone).env("AWS_MAX_ATTEMPTS", "1");
    drop(gone);
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("unavailable"), "{said:?}");
    run_all(&user);
}

#[test]
fn a_broken_answer_prints_no_secret() {
    let sim = BedrockSim::new().credentials(KEY_ID, SECRET);
    let broken = Reply::text("Hello there").bad_message_crc_after(2);
    let sim = sim.session_token(SESSION).default_reply(broken);
    let sim = sim.spawn().unwrap();
    run_all(&user(&sim));
}
