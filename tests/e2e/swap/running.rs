//! Swaps of a running gateway: by its folder, its routes and the commands that talk to it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::thread;
use std::time::{Duration, Instant};

use host_shim::loader::MAX_IMAGES;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{V1, V2, put, sentence};
use crate::artifacts::library;
use crate::gateway::Gateway;
use crate::harness::SOON;
use crate::http::Server;

pub(super) const TOKEN: &str = "swap-token";

/// A user whose gateway has the first version of the echo.
pub(super) fn user() -> Gateway {
    let user = Gateway::new().config(&config(json!({})));
    put(&user.path(".openclaw/plugins/libecho.so"), V1);
    user
}

pub(super) fn config(echo: Value) -> Value {
    json!({
        "plugins": {"entries": {"echo": {"enabled": true, "config": echo}}},
        "gateway": {"auth": {"token": TOKEN}},
    })
}

/// An answer to one of those who run the gateway.
fn ask(server: &Server, method: &str, path: &str) -> (u16, Value) {
    let header = format!("x-api-key: {TOKEN}");
    let answer = server.request(method, path, &[&header], b"");
    (answer.status, answer.json())
}

/// What the echo is asked, and how it answers.
pub(super) fn chat(more: Value) -> Vec<u8> {
    let mut body = json!({"model": "echo/echo-1", "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body.to_string().into_bytes()
}

/// Which version answers.
pub(super) fn answers(server: &Server) -> String {
    let header = format!("x-api-key: {TOKEN}");
    let path = "/v1/chat/completions";
    let answer = server.request("POST", path, &[&header], &chat(json!({})));
    let body = answer.json();
    let text = body["choices"][0]["message"]["content"].as_str();
    let text = text.unwrap_or_else(|| panic!("{body}"));
    text.split(' ').next().unwrap().to_owned()
}

/// Waits until that holds.
pub(super) fn when(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "it does not come to that: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_new_version_serves_new_requests_while_a_stream_goes_on_with_the_old() {
    let user = user();
    fs::write(
        user.path(".openclaw/openclaw.json"),
        config(json!({"deltas": 150, "atOnce": 1, "pauseMs": 20})).to_string(),
    )
    .unwrap();
    let server = Server::start(&user, &[]);
    let header = format!("x-api-key: {TOKEN}");
    let body = chat(json!({"stream": true}));
    let mut open = server.send(&server.written("POST", "/v1/chat/completions", &[&header], &body));
    let mut begun = [0; 300];
    open.read_exact(&mut begun).unwrap();
    let (_, before) = ask(&server, "GET", "/admin/plugins");
    assert_eq!(before[0]["state"], "active");
    assert_eq!(before[0]["version"], "1.0.0");

    put(&user.path(".openclaw/plugins/echo/2.0.0/libecho.so"), V2);
    when("the second version serves", || {
        let (_, listed) = ask(&server, "GET", "/admin/plugins");
        listed[0]["state"] == "active" && listed[0]["version"] == "2.0.0"
    });
    let metrics = server.request("GET", "/metrics", &[&header], b"").body;
    assert!(
        metrics.contains("bedrock_gateway_plugin_swaps_total{result=\"activated\"} 2"),
        "{metrics}"
    );
    let draining = "bedrock_gateway_plugin_open_streams{plugin=\"echo\",version=\"1.0.0\",generation=\"1\",state=\"draining\"} 1";
    assert!(metrics.contains(draining), "{metrics}");

    let mut rest = String::new();
    open.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("1.0.0 149 hi") && rest.contains("[DONE]"),
        "{rest}"
    );
    assert!(!rest.contains("2.0.0"), "{rest}");
    when("the first version is gone", || {
        let (_, listed) = ask(&server, "GET", "/admin/plugins");
        listed[1]["state"] == "retired" && listed[1]["generation"] == 1
    });
}

#[test]
fn routes_and_commands_reload_and_roll_back() {
    let user = user();
    let server = Server::start(&user, &[]);
    put(&user.path(".openclaw/plugins/libecho.so"), V2);
    // At once, without waiting for anybody to look.
    let (status, serving) = ask(&server, "POST", "/admin/plugins/echo/reload");
    assert_eq!(
        (status, &serving["version"]),
        (200, &json!("2.0.0")),
        "{serving}"
    );
    for member in [
        "id",
        "version",
        "path",
        "sha256",
        "state",
        "generation",
        "interface",
        "enabled",
        "reason",
    ] {
        assert!(serving.get(member).is_some(), "{serving}");
    }
    assert_eq!(answers(&server), "2.0.0");

    let said = user.run(&["plugins", "rollback", "echo"]).good();
    assert_eq!(said, "echo 1.0.0 serves, generation 3\n");
    assert_eq!(answers(&server), "1.0.0");
    let listed: Value =
        serde_json::from_str(&user.run(&["plugins", "list", "--json"]).good()).unwrap();
    let states: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["state"])
        .collect();
    assert!(
        states.contains(&&json!("active")) && states.contains(&&json!("rejected")),
        "{listed:#}"
    );

    let url = format!("http://{}", server.address);
    let said = user
        .run(&["plugins", "reload", "echo", "--url", &url, "--json"])
        .good();
    assert_eq!(
        serde_json::from_str::<Value>(&said).unwrap()["version"],
        "2.0.0"
    );
    assert_eq!(answers(&server), "2.0.0");
}

#[test]
fn a_refusal_is_one_sentence_with_status_1() {
    let user = user();
    let server = Server::start(&user, &[]);
    let file = user.file(
        ".openclaw/plugins/echo/2.0.0/libecho.so",
        "this is no library, it is a text",
    );
    let said = user.run(&["plugins", "reload", "echo"]);
    assert_eq!(
        sentence(said.refusal(1), &file),
        "cannot load plugin FILE: it is text, not a shared library; put the library itself there"
    );
    let (status, body) = ask(&server, "POST", "/admin/plugins/echo/reload");
    assert_eq!(status, 409);
    assert!(
        body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("it is text"),
        "{body}"
    );
    assert_eq!(
        user.run(&["plugins", "rollback", "echo"]).refusal(1),
        "plugin echo can't be rolled back: nothing served before its version 1.0.0"
    );
    assert_eq!(
        user.run(&["plugins", "reload", "ekko"]).refusal(1),
        "there is no plugin `ekko`; there are: echo"
    );
    assert_eq!(ask(&server, "POST", "/admin/plugins/ekko/rollback").0, 404);
    assert_eq!(answers(&server), "1.0.0");
}

#[test]
fn without_a_running_gateway_there_is_nothing_to_swap() {
    let user = user();
    let said = user.run(&["plugins", "reload", "echo"]);
    assert!(
        said.refusal(1).contains("no gateway is running"),
        "{said:?}"
    );
    let said = user.run(&["plugins", "reload", "echo", "--url", "http://127.0.0.1:9"]);
    assert!(
        said.refusal(1)
            .contains("no gateway answers at http://127.0.0.1:9"),
        "{said:?}"
    );
    // One that was killed has left its address.
    let server = Server::start(&user, &[]);
    assert!(
        user.path(".local/state/bedrock-gateway/serve.json")
            .exists()
    );
    server.signal(Signal::KILL);
    server.ended();
    let said = user.run(&["plugins", "rollback", "echo"]);
    assert!(
        said.refusal(1).contains("no gateway is running"),
        "{said:?}"
    );
    assert_eq!(
        user.run(&["plugins", "list"])
            .good()
            .matches("detected")
            .count(),
        1
    );
    // One that ends by itself takes it along.
    let server = Server::start(&user, &[]);
    server.signal(Signal::TERM);
    server.ended();
    assert!(
        !user
            .path(".local/state/bedrock-gateway/serve.json")
            .exists()
    );
}

#[test]
fn swapping_needs_the_token() {
    let user = user();
    let server = Server::start(&user, &[]);
    for path in ["/admin/plugins/echo/reload", "/admin/plugins/echo/rollback"] {
        assert_eq!(server.request("POST", path, &[], b"").status, 401);
    }
    let (_, listed) = ask(&server, "GET", "/admin/plugins");
    assert_eq!(listed[0]["generation"], 1);
}

#[test]
fn a_gateway_without_plugins_waits_for_the_first() {
    let user = Gateway::new().config(&config(json!({})));
    fs::create_dir(user.path(".openclaw/plugins")).unwrap();
    let server = Server::start(&user, &[]);
    assert_eq!(server.get("/readyz").status, 503);
    put(&user.path(".openclaw/plugins/libecho.so"), V1);
    when("it is ready", || server.get("/readyz").status == 200);
    assert_eq!(answers(&server), "1.0.0");
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status, Some(0));
    assert!(
        log.contains("nothing is served yet: no plugin lies in"),
        "{log}"
    );
}

#[test]
fn the_65th_library_is_refused_and_everything_serves_on() {
    let user = user();
    let server = Server::start(&user, &[]);
    let bytes = fs::read(library(V1)).unwrap();
    let path = user.path(".openclaw/plugins/libecho.so");
    let reload = |number: usize| {
        let mut other = bytes.clone();
        other.extend(format!("content {number}").bytes());
        let fresh = path.with_extension("part");
        fs::write(&fresh, other).unwrap();
        fs::rename(&fresh, &path).unwrap();
        ask(&server, "POST", "/admin/plugins/echo/reload")
    };
    for number in 2..=MAX_IMAGES {
        let (status, body) = reload(number);
        assert_eq!(status, 200, "{number}: {body}");
    }
    let (status, body) = reload(MAX_IMAGES + 1);
    assert_eq!(status, 409);
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.contains("restart required"), "{message}");
    let health = server.get("/healthz").json();
    assert!(
        health["warnings"][0]
            .as_str()
            .unwrap()
            .starts_with("restart required"),
        "{health}"
    );
    assert_eq!(answers(&server), "1.0.0");
    // What has been opened before still can be.
    assert_eq!(reload(2).0, 200);
    assert_eq!(
        user.run(&["plugins", "rollback", "echo"]).status.code(),
        Some(0)
    );
}

#[test]
fn the_log_follows_each_generation() {
    let user = user();
    let mut command = user.command(&[
        "--log-level",
        "info",
        "--log-format",
        "json",
        "serve",
        "--listen",
        "127.0.0.1:0",
    ]);
    let mut child = crate::gateway::spawn(&mut command);
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    put(&user.path(".openclaw/plugins/libecho.so"), V2);
    when("it has been swapped", || {
        user.run(&["plugins", "list"]).out.contains("retired")
    });
    crate::gateway::signal(&child, Signal::TERM);
    let said = crate::gateway::finish(child);
    let events: Vec<(u64, String)> = said
        .err
        .lines()
        .filter_map(|line| {
            let event: Value = serde_json::from_str(line).ok()?;
            let fields = &event["fields"];
            Some((
                fields["generation"].as_u64()?,
                fields["state"].as_str()?.to_owned(),
            ))
        })
        .collect();
    let expected = [
        (1, "active"),
        (2, "active"),
        (1, "draining"),
        (1, "shutting_down"),
        (1, "retired"),
    ];
    assert_eq!(
        events,
        expected.map(|(number, state)| (number, state.to_owned())),
        "{}",
        said.err
    );
    assert!(!said.err.contains(TOKEN));
}
