//! Spans of `serve`, as a collector gets them. Needs the plugin's library beside the program:
//! `cargo build --workspace --all-targets` makes it.

#![cfg(feature = "otlp")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bedrock-gateway");

/// Longer than anything that is bound to happen.
const SOON: Duration = Duration::from_secs(30);

const MODEL: &str = "amazon.nova-lite-v1:0";

/// Reads a head and a body of known length.
fn read(socket: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(socket);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A collector that takes one export, and its head and body.
fn collector() -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let taken = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        let taken = read(&socket);
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        socket.write_all(answer.as_bytes()).unwrap();
        taken
    });
    (address, taken)
}

fn serve(home: &Path, collector: &str) -> Child {
    Command::new(PROGRAM)
        .args(["serve", "--simulate", "--listen", "127.0.0.1:0"])
        .env_clear()
        .env("HOME", home)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Asks for a chat completion.
fn ask(address: &str, text: &str) {
    let body = json!({"model": MODEL, "messages": [{"role": "user", "content": text}]}).to_string();
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n";
    let length = body.len();
    write!(socket, "{head}content-length: {length}\r\n\r\n{body}").unwrap();
    let (head, body) = read(&socket);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}{body}");
}

#[test]
fn an_answer_is_a_span_without_its_words() {
    let home = tempfile::tempdir().unwrap();
    let (collector, taken) = collector();
    let mut child = serve(home.path(), &collector);
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    ask(
        line.trim().strip_prefix("listening http://").unwrap(),
        "canary",
    );
    // What hasn't been sent by then is sent at the end.
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (head, text) = taken.join().unwrap();
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    assert!(!text.contains("canary"), "{text}");

    let export: Value = serde_json::from_str(&text).unwrap();
    let span = &export["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["name"], format!("chat {MODEL}"));
    let attributes = span["attributes"].as_array().unwrap();
    let value = |name: &str| {
        let found = attributes.iter().find(|one| one["key"] == name);
        &found.unwrap_or_else(|| panic!("no {name}: {span}"))["value"]
    };
    for (name, expected) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "aws.bedrock"),
        ("gen_ai.request.model", MODEL),
    ] {
        assert_eq!(value(name)["stringValue"], expected);
    }
    for name in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] {
        assert!(value(name).get("intValue").is_some(), "{name}");
    }
    let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(time("startTimeUnixNano") < time("endTimeUnixNano"));
}

#[test]
fn a_collector_behind_tls_is_refused_at_the_start() {
    let home = tempfile::tempdir().unwrap();
    let mut child = serve(home.path(), "https://collector.example");
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
