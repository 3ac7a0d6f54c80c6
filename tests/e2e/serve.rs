//! `bedrock-gateway serve` as its clients see it.

use std::io::{Read as _, Write as _};

use bedrock_simulator::{BedrockSim, Outcome, Reply, Simulator, ToolCall};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::harness::MODEL;
use crate::http::{Server, read};

/// A token that nobody but its owner may see.
const TOKEN: &str = "canary-token-1234";

fn giving(reply: Reply) -> (Simulator, Server) {
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let server = Server::start(&Gateway::at(&sim), &[]);
    (sim, server)
}

fn with_token() -> Server {
    let config = json!({"gateway": {"auth": {"token": TOKEN}}});
    let user = Gateway::new().config(&config);
    Server::start(&user, &["--simulate", "--log-level", "trace"])
}

fn hello(more: Value) -> Value {
    let mut body = json!({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]});
    let members = body.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn an_answer_comes_whole() {
    let (_sim, server) = giving(Reply::text("Hello there"));
    let answer = server.chat(&hello(json!({"seed": 1})));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("x-ignored-params"), Some("seed"));
    assert!(answer.header("x-request-id").is_some());
    let body = answer.json();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["model"], MODEL);
    assert_eq!(body["choices"][0]["message"]["content"], "Hello there");
    assert_eq!(body["choices"][0]["message"]["refusal"], Value::Null);
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert!(body["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn an_answer_comes_as_it_arrives() {
    let (_sim, server) = giving(Reply::text("Hello there"));
    let answer = server.chat(&hello(
        json!({"stream": true, "stream_options": {"include_usage": true}}),
    ));
    assert_eq!(
        answer.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(answer.data().last(), Some(&"[DONE]"));
    let chunks = answer.chunks();
    let text: String = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, "Hello there");
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let usage = chunks.last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert!(
        usage["usage"]["completion_tokens"].as_u64().is_some(),
        "{usage}"
    );
}

#[test]
fn two_tools_are_called_at_once() {
    let calls = [("t1", "f", json!({"a": 1})), ("t2", "g", json!({}))];
    let (_sim, server) = giving(Reply::tools(
        calls.map(|(id, name, input)| ToolCall::new(id, name, input)),
    ));
    let tools = json!([
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "g"}},
    ]);
    let answer = server.chat(&hello(json!({"tools": tools})));
    let calls = &answer.json()["choices"][0]["message"]["tool_calls"];
    assert_eq!(calls[0]["function"]["arguments"], "{\"a\":1}");
    assert_eq!(
        calls[1]["function"],
        json!({"name": "g", "arguments": "{}"})
    );
    let answer = server.chat(&hello(json!({"tools": tools, "stream": true})));
    let mut arguments = [String::new(), String::new()];
    for chunk in answer.chunks() {
        let Some(piece) = chunk["choices"][0]["delta"]["tool_calls"].get(0) else {
            continue;
        };
        let index = usize::try_from(piece["index"].as_u64().unwrap()).unwrap();
        arguments[index] += piece["function"]["arguments"].as_str().unwrap();
    }
    assert_eq!(arguments, ["{\"a\":1}", "{}"]);
}

#[test]
fn a_refusal_of_the_service_keeps_its_status_words_and_id() {
    let (_sim, server) =
        giving(Reply::error(429, "ThrottlingException", "Slow down").retry_after(7));
    for stream in [false, true] {
        let answer = server.chat(&hello(json!({"stream": stream})));
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_eq!(answer.header("x-should-retry"), Some("false"));
        assert!(answer.header("x-amzn-requestid").is_some());
        let error = &answer.json()["error"];
        assert_eq!(error["message"], "Slow down");
        assert_eq!(error["type"], "rate_limit_error");
        assert_eq!(error["param"], Value::Null);
    }
}

#[test]
fn a_stream_that_breaks_is_an_error_and_no_end() {
    for reply in [
        Reply::deltas(20, 8).cut_after(9),
        Reply::deltas(20, 8).end_after(9),
        Reply::deltas(20, 8).bad_message_crc_after(9),
    ] {
        let (_sim, server) = giving(reply);
        let answer = server.chat(&hello(json!({"stream": true})));
        assert_eq!(answer.status, 200);
        let data = answer.data();
        let last: Value = serde_json::from_str(data.last().unwrap()).unwrap();
        assert!(last["error"]["message"].is_string(), "{last}");
        assert!(!data.contains(&"[DONE]"));
        assert!(!answer.body.contains("\"finish_reason\":\"stop\""));
    }
}

#[test]
fn a_client_that_goes_away_cancels_its_request() {
    let (sim, server) = giving(Reply::deltas(20, 8).stall_after(5));
    let body = hello(json!({"stream": true})).to_string();
    let mut socket =
        server.send(&server.written("POST", "/v1/chat/completions", &[], body.as_bytes()));
    let mut some = [0; 512];
    assert!(socket.read(&mut some).unwrap() > 0);
    drop(socket);
    while sim.requests()[0].outcome == Outcome::Open {
        std::thread::yield_now();
    }
    assert_eq!(sim.requests()[0].outcome, Outcome::Cancelled);
}

#[test]
fn models_are_listed_and_found_by_either_name() {
    let server = Server::start(&Gateway::new(), &["--simulate"]);
    let list = server.get("/v1/models").json();
    assert_eq!(list["object"], "list");
    let first = &list["data"][0];
    let id = first["id"].as_str().unwrap();
    assert_eq!(&server.get(&format!("/v1/models/{id}")).json(), first);
    let bare = id.strip_prefix("amazon-bedrock/").unwrap();
    assert_eq!(&server.get(&format!("/v1/models/{bare}")).json(), first);
    let unknown = server.get("/v1/models/no-such-thing");
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json()["error"]["code"], "model_not_found");
}

#[test]
fn without_the_token_only_probes_and_the_page_are_open() {
    let server = with_token();
    for open in [
        "/healthz",
        "/readyz",
        "/",
        "/page.js",
        "/page.css",
        "/page.svg",
    ] {
        assert_eq!(server.get(open).status, 200, "{open}");
    }
    for (path, headers, status) in [
        ("/v1/models", vec![], 401),
        ("/metrics", vec![], 401),
        ("/admin/plugins", vec![], 401),
        ("/nothing", vec![], 401),
        ("/v1/models", vec!["authorization: Bearer wrong"], 401),
        (
            "/v1/models",
            vec!["authorization: Bearer canary-token-1234"],
            200,
        ),
        ("/admin/plugins", vec!["x-api-key: canary-token-1234"], 200),
    ] {
        let answer = server.request("GET", path, &headers, b"");
        assert_eq!(answer.status, status, "{path} {headers:?}");
    }
}

#[test]
fn secrets_and_prompts_are_in_no_log_metric_or_error() {
    let server = with_token();
    let bearer = format!("authorization: Bearer {TOKEN}");
    let body =
        hello(json!({"messages": [{"role": "user", "content": "canary-prompt"}]})).to_string();
    let path = "/v1/chat/completions";
    assert_eq!(
        server
            .request("POST", path, &[&bearer], body.as_bytes())
            .status,
        200
    );
    let wrong = server.request("POST", path, &["authorization: Bearer canary-wrong"], b"{}");
    let refused = server.request("POST", path, &[&bearer], b"{\"canary-name\":");
    let metrics = server.request("GET", "/metrics", &[&bearer], b"");
    assert!(
        metrics
            .body
            .contains("gen_ai_server_request_duration_seconds"),
        "{}",
        metrics.body
    );
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status, Some(0));
    assert!(log.contains("answered"), "{log}");
    for text in [wrong.body, refused.body, metrics.body, log] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn other_names_and_other_pages_are_turned_away() {
    let server = Server::start(
        &Gateway::new(),
        &["--simulate", "--allow-host", "gateway.local"],
    );
    let own = format!("origin: http://{}", server.address);
    for (header, status) in [
        ("host: evil.example", 403),
        ("host: localhost:1", 200),
        ("host: gateway.local", 200),
        ("origin: http://evil.example", 403),
        ("origin: null", 403),
        (own.as_str(), 200),
    ] {
        let answer = server.request("GET", "/healthz", &[header], b"");
        assert_eq!(answer.status, status, "{header}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn an_open_address_without_a_token_is_refused() {
    let user = Gateway::new();
    let said = user.run(&["serve", "--simulate", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("no token is set"), "{}", said.err);
    assert_eq!(said.out, "");
}

#[test]
fn a_token_that_can_not_be_had_is_refused() {
    let config = json!({"gateway": {"auth": {"token": "${NOT_SET_ANYWHERE}"}}});
    let said =
        Gateway::new()
            .config(&config)
            .run(&["serve", "--simulate", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("NOT_SET_ANYWHERE"), "{}", said.err);
}

#[test]
fn bodies_that_make_no_sense_are_refused_with_a_4xx() {
    let server = Server::start(&Gateway::new(), &["--simulate"]);
    let deep = "[".repeat(200_000);
    for (body, status) in [
        (b"".to_vec(), 400),
        (b"\xff\xfe".to_vec(), 400),
        (deep.into_bytes(), 400),
        (hello(json!({"n": 2})).to_string().into_bytes(), 400),
        (vec![b' '; 33 * 1024 * 1024], 413),
    ] {
        let answer = server.request("POST", "/v1/chat/completions", &[], &body);
        assert_eq!(answer.status, status);
        let error = &answer.json()["error"];
        for member in ["message", "type", "param", "code"] {
            assert!(error.get(member).is_some(), "{error}");
        }
    }
    assert_eq!(server.get("/v1/chat/completions").status, 405);
    assert_eq!(server.get("/nowhere").status, 404);
}

#[test]
fn a_first_signal_lets_open_answers_end() {
    let (_sim, server) = giving(Reply::deltas(50, 8).events_per_second(100.0));
    let body = hello(json!({"stream": true})).to_string();
    let mut socket =
        server.send(&server.written("POST", "/v1/chat/completions", &[], body.as_bytes()));
    let mut start = [0; 1];
    socket.read_exact(&mut start).unwrap();
    server.signal(Signal::TERM);
    while server.get("/readyz").status != 503 {
        std::thread::yield_now();
    }
    let late = server.chat(&hello(json!({})));
    assert_eq!(
        (late.status, late.header("x-should-retry")),
        (503, Some("true"))
    );
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("[DONE]"), "{rest}");
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let (_sim, server) = giving(Reply::deltas(20, 8).stall_after(5));
    let body = hello(json!({"stream": true})).to_string();
    let mut socket =
        server.send(&server.written("POST", "/v1/chat/completions", &[], body.as_bytes()));
    let mut start = [0; 1];
    socket.read_exact(&mut start).unwrap();
    server.signal(Signal::INT);
    while server.get("/readyz").status != 503 {
        std::thread::yield_now();
    }
    server.signal(Signal::INT);
    assert_eq!(server.ended().0, Some(130));
}

#[test]
fn a_half_closed_socket_and_a_half_request_hurt_nobody() {
    let server = Server::start(&Gateway::new(), &["--simulate"]);
    let mut half =
        server.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-le");
    half.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    let _ = half.read_to_end(&mut rest);
    let mut idle: Vec<_> = (0..100).map(|_| server.send(b"")).collect();
    assert_eq!(server.get("/healthz").status, 200);
    idle[0]
        .write_all(&server.written("GET", "/healthz", &[], b""))
        .unwrap();
    assert_eq!(read(idle.remove(0)).status, 200);
}

#[test]
fn the_page_runs_nothing_from_elsewhere() {
    let server = Server::start(&Gateway::new(), &["--simulate"]);
    let page = server.get("/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'"), "{policy}");
    for part in ["/", "/page.js", "/page.css"] {
        let text = server.get(part).body;
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{part}"
        );
        assert!(
            !text.contains(" style=") && !text.contains(" onclick="),
            "{part}"
        );
    }
}

#[test]
fn the_plugin_that_serves_is_listed() {
    let server = Server::start(&Gateway::new(), &["--simulate"]);
    let plugins = server.get("/admin/plugins").json();
    assert_eq!(plugins[0]["id"], "amazon-bedrock");
    assert_eq!(plugins[0]["state"], "active");
    assert_eq!(plugins[0]["generation"], 1);
    let metrics = server.get("/metrics").body;
    assert!(
        metrics.contains("bedrock_gateway_plugin_generation{plugin=\"amazon-bedrock\""),
        "{metrics}"
    );
}
