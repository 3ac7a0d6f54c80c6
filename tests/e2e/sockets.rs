//! Clients that send slowly, read slowly or do nothing: each is cut off in its time, and hurts
//! nobody else.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bedrock_simulator::{BedrockSim, Outcome, Reply};
use host_shim::server::Timeouts;
use serde_json::{Value, json};

use crate::embedded::{Embedded, PATIENT};
use crate::harness::{MODEL, SOON};
use crate::http::{Door, read};

/// What comes at all comes within that, unless somebody waits for it.
const SHORT: Duration = Duration::from_millis(500);

/// Between two bytes of a peer that trickles.
const TRICKLE: Duration = Duration::from_millis(50);

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const COUNT: &str = "/v1/messages/count_tokens";

fn hello(more: Value) -> Value {
    let mut body = json!({
        "model": MODEL,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "hello"}],
    });
    let members = body.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    body
}

/// Asks for an answer as it arrives.
fn streaming(door: &Door, path: &str) -> TcpStream {
    let body = hello(json!({"stream": true})).to_string();
    door.send(&door.written("POST", path, &[], body.as_bytes()))
}

/// Whether the other side has closed the connection; nothing is expected on it before.
fn is_closed(socket: &mut TcpStream) -> bool {
    match socket.read(&mut [0; 64]) {
        Ok(0) => true,
        Ok(_) => panic!("an answer to no request"),
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn heads_that_trickle_are_cut_off_and_keep_nobody_waiting() {
    const SLOW: usize = 200;
    let timeouts = Timeouts {
        head: Duration::from_secs(2),
        ..PATIENT
    };
    let server = Embedded::giving(Reply::text("Hello"), timeouts);
    let mut slow: Vec<_> = (0..SLOW)
        .map(|_| server.send(b"GET / HTTP/1.1\r\nx-a: "))
        .collect();
    for socket in &slow {
        socket.set_nonblocking(true).unwrap();
    }
    assert_eq!(server.chat(&hello(json!({}))).status, 200);
    let mut rounds = 0;
    while !slow.is_empty() {
        for socket in &mut slow {
            // One that is closed by now is found so below.
            let _ = socket.write_all(b"a");
        }
        slow.retain_mut(|socket| !is_closed(socket));
        assert_eq!(server.chat(&hello(json!({}))).status, 200);
        rounds += 1;
        assert!(rounds * TRICKLE < SOON, "{} are still open", slow.len());
        thread::sleep(TRICKLE);
    }
}

#[test]
fn a_body_that_trickles_is_refused_in_the_words_of_its_path() {
    let timeouts = Timeouts {
        body: SHORT,
        ..PATIENT
    };
    let server = Embedded::giving(Reply::text("Hello"), timeouts);
    for (path, kind) in [
        (CHAT, "/error/code"),
        (MESSAGES, "/error/type"),
        (COUNT, "/error/type"),
    ] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n");
        let socket = server.send(head.as_bytes());
        let mut trickling = socket.try_clone().unwrap();
        let sender = thread::spawn(move || {
            // Ends when the server has closed the connection, at the latest when all is sent.
            for _ in 0..999 {
                if trickling.write_all(b" ").is_err() {
                    break;
                }
                thread::sleep(TRICKLE);
            }
        });
        let answer = read(socket);
        assert_eq!(answer.status, 408, "{answer:?}");
        let body = answer.json();
        assert!(body.pointer(kind).is_some_and(Value::is_string), "{body}");
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains("took longer than 500ms"), "{message}");
        assert_eq!(body.get("type").is_some(), path != CHAT, "{body}");
        sender.join().unwrap();
    }
    assert_eq!(server.sim().request_count(), 0);
}

#[test]
fn a_connection_that_is_kept_and_not_used_is_closed() {
    let timeouts = Timeouts {
        head: SHORT,
        ..PATIENT
    };
    let server = Embedded::giving(Reply::text("Hello"), timeouts);
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut socket = server.send(request);
    // Used twice, and so it was kept.
    let mut first = [0; 12];
    socket.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    socket.write_all(request).unwrap();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.matches("HTTP/1.1 200").count(), 1, "{rest}");
}

#[test]
fn a_slow_reader_is_cut_off_and_its_request_cancelled() {
    // Both kernels hold a few megabytes of each of the two connections; the rest must stay unsaid.
    const HELD: u64 = 24 << 20;
    let timeouts = Timeouts {
        write: SHORT,
        ..PATIENT
    };
    let sim = BedrockSim::new()
        .reply(Reply::deltas(100_000, 600).events_per_chunk(16))
        .default_reply(Reply::text("Hello"));
    let server = Embedded::start(sim, timeouts);
    let mut lazy = streaming(&server, CHAT);
    lazy.read_exact(&mut [0; 1]).unwrap();
    for _ in 0..10 {
        assert_eq!(server.chat(&hello(json!({}))).status, 200);
    }
    let request = server.wait(server.sim().wait_ended(0, SOON)).unwrap();
    assert_eq!(request.outcome, Outcome::Cancelled);
    assert!(
        request.socket_bytes < HELD,
        "{} bytes",
        request.socket_bytes
    );
    let mut rest = Vec::new();
    // What the kernels hold comes still, and then the connection is no more, one way or another.
    let _ = lazy.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"data: [DONE]\n\n"));
}

#[test]
fn a_silent_model_is_no_slow_reader_and_its_client_sees_signs_of_life() {
    const SILENT: Duration = Duration::from_millis(200);
    let timeouts = Timeouts {
        write: SILENT / 2,
        keep_alive: SILENT / 10,
        ..PATIENT
    };
    let reply = || Reply::deltas(2, 8).pace(SILENT);
    let server = Embedded::giving(reply(), timeouts);
    for (path, sign, end) in [
        (CHAT, ": keep-alive\n\n", "data: [DONE]"),
        (
            MESSAGES,
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "event: message_stop",
        ),
    ] {
        let answer = read(streaming(&server, path));
        assert!(answer.body.contains(sign), "{}", answer.body);
        assert!(answer.body.contains(end), "{}", answer.body);
        let quiet = Embedded::giving(reply(), PATIENT);
        let same = read(streaming(&quiet, path)).body;
        assert!(!same.contains(": keep-alive"), "{same}");
        let texts = |body: &str| body.matches("lorem").count();
        assert_eq!(texts(&answer.body), texts(&same));
    }
}

#[test]
fn a_client_that_goes_away_before_the_answer_begins_cancels_its_request() {
    let server = Embedded::giving(Reply::text("Hello").stall_before_headers(), PATIENT);
    for (index, stream) in [true, false].into_iter().enumerate() {
        let body = hello(json!({"stream": stream})).to_string();
        let socket = server.send(&server.written("POST", CHAT, &[], body.as_bytes()));
        let index = index as u64;
        server.wait(server.sim().wait_request(index, SOON)).unwrap();
        drop(socket);
        assert!(server.wait(server.sim().wait_cancelled(index, SOON)));
    }
}

#[test]
fn a_client_that_is_refused_while_it_sends_sees_why() {
    // More than the kernels take of what nobody reads.
    let body = vec![b' '; 16 << 20];
    let server = Embedded::giving(Reply::text("Hello"), PATIENT);
    for (method, path, header, status) in [
        ("POST", "/nowhere", "", 404),
        ("POST", "/v1/models", "", 405),
        ("POST", CHAT, "host: evil.example", 403),
        ("GET", "/healthz", "", 200),
    ] {
        let headers: Vec<_> = [header]
            .into_iter()
            .filter(|header| !header.is_empty())
            .collect();
        let mut socket = server.send(&server.written(method, path, &headers, &body)[..1024]);
        // Answered already, most likely.
        thread::sleep(TRICKLE);
        let rest = socket.write_all(&server.written(method, path, &headers, &body)[1024..]);
        assert!(rest.is_ok(), "{method} {path}: {rest:?}");
        assert_eq!(read(socket).status, status, "{method} {path}");
    }
}
