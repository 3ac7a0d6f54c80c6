//! `bedrock-gateway chat` as its user sees it: what is sent for which arguments, what is printed
//! where, and the exit status.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bedrock_simulator::{BedrockSim, Reply, Simulator};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::gateway::{Gateway, argument, finish, lines, signal, spawn};
use crate::harness::{AT_ONCE, MODEL, SOON};

/// The smallest PNG: one black pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

fn giving(reply: Reply) -> (Simulator, Gateway) {
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let user = Gateway::at(&sim);
    (sim, user)
}

fn greeting() -> (Simulator, Gateway) {
    giving(Reply::text("Hello there"))
}

/// The body of the only request.
fn asked(sim: &Simulator) -> Value {
    let requests = sim.requests();
    assert_eq!(requests.len(), 1);
    requests[0].body.clone()
}

#[test]
fn on_a_pipe_there_is_nothing_but_the_answer() {
    let (_sim, user) = greeting();
    assert_eq!(user.chat(&["hello"]).good(), "Hello there\n");
    let (_sim, user) = giving(Reply::reasoning("Let me think.", "c2ln", "Four.\n"));
    assert_eq!(user.chat(&["2+2?"]).good(), "Four.\n");
}

#[test]
fn the_built_in_simulator_answers_without_any_set_up() {
    let user = Gateway::new();
    let answer = user.run(&["chat", "--simulate", "hello", "you"]).good();
    assert!(answer.contains("simulator"), "{answer}");
    assert!(answer.contains("hello you"), "{answer}");
}

#[test]
fn a_prompt_is_the_arguments_the_pipe_or_both() {
    for (arguments, input, prompt) in [
        (&["two", "words"][..], None, "two words"),
        (&[][..], Some("from the pipe\n"), "from the pipe"),
        (
            &["sum this up:"][..],
            Some("a\nb\n"),
            "sum this up:\n\na\nb",
        ),
        (&["alone"][..], Some(""), "alone"),
    ] {
        let (sim, user) = greeting();
        let mut all = vec!["chat", "-m", MODEL];
        all.extend(arguments);
        let said = match input {
            Some(input) => user.run_with(&all, input.as_bytes()),
            None => user.run(&all),
        };
        assert_eq!(said.good(), "Hello there\n");
        let message = json!({"role": "user", "content": [{"text": prompt}]});
        assert_eq!(asked(&sim)["messages"], json!([message]));
    }
}

#[test]
fn an_empty_prompt_is_a_usage_error() {
    let (sim, user) = greeting();
    let said = user.run_with(&["chat", "-m", MODEL], b" \n");
    assert!(said.refusal(2).contains("prompt is empty"), "{said:?}");
    assert_eq!(sim.request_count(), 0);
}

#[test]
fn flags_say_which_model_what_system_and_how_hard_to_think() {
    let (sim, user) = greeting();
    let model = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
    let reference = format!("amazon-bedrock/{model}");
    let flags = ["-m", &reference, "-s", "Be brief.", "--effort", "low"];
    user.run(&[&["chat"][..], &flags, &["hi"]].concat()).good();
    assert_eq!(sim.requests()[0].model_id.as_deref(), Some(model));
    let body = asked(&sim);
    assert_eq!(body["system"], json!([{"text": "Be brief."}]));
    let thinking = &body["additionalModelRequestFields"]["thinking"];
    assert_eq!(thinking["type"], "enabled", "{body}");
    let budget = thinking["budget_tokens"].as_u64().unwrap();
    assert!(budget >= 1024, "{body}");
}

#[test]
fn images_go_before_the_prompt() {
    let (sim, user) = greeting();
    let png = user.file("dot.png", BASE64.decode(PNG).unwrap());
    let flags = ["--image", argument(&png), "--image", argument(&png)];
    user.chat(&[&flags[..], &["what is this?"]].concat()).good();
    let image = json!({"image": {"format": "png", "source": {"bytes": PNG}}});
    let content = json!([image, image, {"text": "what is this?"}]);
    assert_eq!(asked(&sim)["messages"][0]["content"], content);
}

#[test]
fn what_is_no_image_is_not_sent() {
    let (sim, user) = greeting();
    let text = user.file("notes.png", "not an image");
    let said = user.chat(&["--image", argument(&text), "look"]);
    assert!(said.refusal(2).contains("notes.png"), "{said:?}");
    let said = user.chat(&["--image", "nowhere.png", "look"]);
    assert!(said.refusal(2).contains("nowhere.png"), "{said:?}");
    assert_eq!(sim.request_count(), 0);
}

#[test]
fn json_is_the_events_of_the_stream_a_line_each() {
    let (_sim, user) = giving(Reply::text("Hello there").latency_ms(7));
    let said = user.chat(&["--json", "hello"]);
    let text = |text: &str| json!({"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}});
    let events = json!([
        {"messageStart": {"role": "assistant"}},
        text("Hello"),
        text(" there"),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {
            "usage": {"inputTokens": 10, "outputTokens": 2, "totalTokens": 12},
            "metrics": {"latencyMs": 7},
        }},
    ]);
    assert_eq!(json!(lines(&said.good())), events);
}

#[test]
fn a_failure_is_told_with_its_kind_and_the_request_and_ends_the_json() {
    let reply = Reply::error(403, "AccessDeniedException", "No access to this model.");
    let (_sim, user) = giving(reply);
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    for part in [
        "No access to this model.",
        "permission_denied",
        "HTTP 403",
        "request ",
    ] {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    let said = user.chat(&["--json", "hello"]);
    said.sentence(1);
    let mut last = said.lines().pop().unwrap();
    let error = last["error"].as_object_mut().unwrap();
    let request_id = error.remove("requestId").unwrap();
    assert!(said.err.contains(request_id.as_str().unwrap()));
    let rest = json!({
        "kind": "permission_denied",
        "message": "No access to this model.",
        "httpStatus": 403,
        "retryAfterMs": null,
    });
    assert_eq!(json!(error), rest);
}

#[test]
fn an_answer_that_breaks_off_is_printed_as_far_as_it_came() {
    let broken = Reply::text("Hello there").cut_after(2);
    let (_sim, user) = giving(broken);
    let said = user.chat(&["hello"]);
    assert!(said.sentence(1).contains("stream_truncated"), "{said:?}");
    assert_eq!(said.out, "Hello\n");
    let said = user.chat(&["--json", "hello"]);
    let error = &said.lines()[2]["error"];
    assert_eq!(error["kind"], "stream_truncated");
    assert_eq!(error["httpStatus"], Value::Null);
}

#[test]
fn an_answer_that_is_not_all_text_is_remarked_upon() {
    let (_sim, user) = giving(Reply::tool("t1", "get_time", json!({})));
    let said = user.chat(&["hello"]);
    assert!(said.err.contains("get_time"), "{said:?}");
    assert_eq!((said.status.code(), said.out.as_str()), (Some(0), ""));
    let (_sim, user) = giving(Reply::text("Once upon").stop_reason("max_tokens"));
    let said = user.chat(&["hello"]);
    assert_eq!(
        (said.status.code(), said.out.as_str()),
        (Some(0), "Once upon\n")
    );
    assert!(said.err.contains("max_tokens"), "{said:?}");
}

#[test]
fn without_a_model_it_says_how_to_name_one() {
    let (sim, user) = greeting();
    let said = user.run(&["chat", "hello"]);
    assert!(said.refusal(2).contains("-m MODEL"), "{said:?}");
    assert_eq!(sim.request_count(), 0);
}

#[tokio::test]
async fn control_c_cancels_the_answer_at_the_service() {
    let (sim, user) = giving(Reply::text("Hello there").stall_after(2));
    for (index, json) in [false, true].into_iter().enumerate() {
        let mut command = user.command(&["chat", "-m", MODEL, "hello"]);
        let flags = if json { &["--json"][..] } else { &[] };
        let mut child = spawn(command.args(flags).stdin(Stdio::null()));
        // Something has been printed: the answer is under way.
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 5]).unwrap();
        let pressed = Instant::now();
        signal(&child, Signal::INT);
        assert!(sim.wait_cancelled(index as u64, AT_ONCE).await);
        let said = finish(child);
        assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
        assert_eq!(said.status.code(), Some(130), "{said:?}");
        assert_eq!(said.err, "");
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        if json {
            let last = lines(rest.lines().last().unwrap()).pop().unwrap();
            assert_eq!(last["error"]["kind"], "cancelled");
        }
    }
}

#[tokio::test]
async fn control_c_before_the_first_event_cancels_too() {
    let (sim, user) = giving(Reply::text("Hello").stall_before_headers());
    let mut command = user.command(&["chat", "-m", MODEL, "hello"]);
    let child = spawn(command.stdin(Stdio::null()));
    sim.wait_request(0, SOON).await.unwrap();
    // Asked, and so listening for the signal.
    signal(&child, Signal::INT);
    assert!(sim.wait_cancelled(0, AT_ONCE).await);
    assert_eq!(finish(child).status.code(), Some(130));
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_it_quietly() {
    let endless = Reply::deltas(5_000, 20).pace(Duration::from_millis(1));
    let (sim, user) = giving(endless);
    let mut command = user.command(&["chat", "-m", MODEL, "--json", "hello"]);
    let mut child = spawn(command.stdin(Stdio::null()));
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let said = finish(child);
    assert_eq!((said.status.code(), said.err.as_str()), (Some(0), ""));
    assert!(sim.wait_cancelled(0, AT_ONCE).await);
}

#[test]
fn the_answer_is_printed_as_it_comes() {
    let (_sim, user) = giving(Reply::text("Hello there").pace(Duration::from_millis(400)));
    let mut command = user.command(&["chat", "-m", MODEL, "hello"]);
    let mut child = spawn(command.stdin(Stdio::null()));
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 5]).unwrap();
    let first = Instant::now();
    out.read_to_end(&mut Vec::new()).unwrap();
    // Four events follow the first word.
    assert!(first.elapsed() > Duration::from_millis(800));
    assert!(finish(child).status.success());
}

#[test]
fn what_it_keeps_on_disk_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_sim, user) = greeting();
    user.chat(&["hello"]).good();
    let state = user.path(".local/state/bedrock-gateway");
    let mode = fs::metadata(state).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
