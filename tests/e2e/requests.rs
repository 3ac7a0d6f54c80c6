//! `chat --request`: a whole Converse request goes through to the letter, and one that can't be read
//! is refused with its place before anything is sent.

use bedrock_simulator::{BedrockSim, Reply, Simulator};
use serde_json::{Value, json};

use crate::gateway::{Gateway, argument};
use crate::harness::MODEL;

fn greeting() -> (Simulator, Gateway) {
    let reply = Reply::text("Hello there");
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let user = Gateway::at(&sim);
    (sim, user)
}

fn request() -> Value {
    json!({
        "modelId": MODEL,
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "hello"}]}],
        "inferenceConfig": {"maxTokens": 100, "stopSequences": ["END"]},
        "requestMetadata": {"team": "blue"},
    })
}

#[test]
fn a_request_goes_through_with_all_its_members() {
    let (sim, user) = greeting();
    let file = user.file("ask.json", request().to_string());
    let said = user.run(&["chat", "--request", argument(&file)]);
    assert_eq!(said.good(), "Hello there\n");
    let said = user.run_with(
        &["chat", "--request", "-"],
        request().to_string().as_bytes(),
    );
    assert_eq!(said.good(), "Hello there\n");
    let mut body = request();
    body.as_object_mut().unwrap().remove("modelId");
    for request in sim.requests() {
        assert_eq!(request.body, body);
        assert_eq!(request.model_id.as_deref(), Some(MODEL));
    }
    assert_eq!(sim.request_count(), 2);
}

#[test]
fn a_flag_names_the_model_in_place_of_the_request() {
    let (sim, user) = greeting();
    let input = request().to_string();
    let other = "amazon.nova-lite-v1:0";
    let said = user.run_with(&["chat", "-m", other, "--request", "-"], input.as_bytes());
    said.good();
    assert_eq!(sim.requests()[0].model_id.as_deref(), Some(other));
}

#[test]
fn a_request_and_a_prompt_exclude_each_other() {
    let (sim, user) = greeting();
    let said = user.run(&["chat", "--request", "ask.json", "hello"]);
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    assert!(said.err.contains("cannot be used with"), "{said:?}");
    assert_eq!(sim.request_count(), 0);
}

/// The sentence about a request that isn't sent.
fn refusal(bytes: &[u8]) -> String {
    let (sim, user) = greeting();
    let file = user.file("ask.json", bytes);
    let said = user.run(&["chat", "--request", argument(&file)]);
    assert_eq!(sim.request_count(), 0);
    let sentence = said.refusal(2);
    sentence.replace(argument(&file), "FILE")
}

#[test]
fn an_unknown_member_is_told_with_its_place() {
    let sentence = refusal(b"{\n  \"modelId\": \"m\",\n  \"mesages\": []\n}");
    assert!(sentence.starts_with("FILE:3:11: "), "{sentence}");
    assert!(sentence.contains("mesages"), "{sentence}");
    let sentence = refusal(
        br#"{"messages": [{"role": "user", "content": [{"image": {"format": "png", "sauce": {}}}]}]}"#,
    );
    assert!(sentence.contains("sauce"), "{sentence}");
    assert!(sentence.contains("messages[0].content[0]"), "{sentence}");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_its_place() {
    let sentence = refusal(br#"{"inferenceConfig": {"maxTokens": "many"}}"#);
    assert!(sentence.starts_with("FILE:1:"), "{sentence}");
    assert!(sentence.contains("inferenceConfig.maxTokens"), "{sentence}");
    let sentence = refusal(br#"{"messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "?"}}}]}]}"#);
    assert!(sentence.contains("base64"), "{sentence}");
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    for (text, place) in [
        ("{\n\"modelId\": ,", "FILE:2:12: "),
        ("", "FILE:1:0: "),
        ("[]", "FILE: the request is a list"),
        ("{} {}", "FILE:1:4: "),
    ] {
        let sentence = refusal(text.as_bytes());
        assert!(sentence.starts_with(place), "{text}: {sentence}");
    }
}

#[test]
fn a_deeply_nested_request_is_refused_and_not_fallen_over() {
    const DEPTH: usize = 200_000;
    let nested = |open: &str, close: &str| open.repeat(DEPTH) + "1" + &close.repeat(DEPTH);
    for text in [
        nested(r#"{"messages":"#, "}"),
        format!(
            r#"{{"additionalModelRequestFields": {}}}"#,
            nested(r#"{"a":"#, "}")
        ),
        format!(r#"{{"additionalModelRequestFields": {}"#, "[".repeat(DEPTH)),
    ] {
        let sentence = refusal(text.as_bytes());
        assert!(sentence.starts_with("FILE:1:"), "{sentence}");
    }
}

#[test]
fn what_is_no_text_or_no_file_is_said() {
    let sentence = refusal(b"{\"modelId\": \"\xff\"}");
    assert!(sentence.contains("UTF-8"), "{sentence}");
    assert!(sentence.contains("byte 13"), "{sentence}");
    let (_sim, user) = greeting();
    let said = user.run(&["chat", "--request", "nowhere.json"]);
    assert!(said.refusal(2).contains("nowhere.json"), "{said:?}");
    let said = user.run(&["chat", "--request", "."]);
    assert!(said.refusal(2).contains("directory"), "{said:?}");
}

#[test]
fn what_the_model_cannot_take_is_refused_before_it_is_sent() {
    let (sim, user) = greeting();
    let mut request = request();
    request["additionalModelRequestFields"] = json!([1]);
    let said = user.run_with(&["chat", "--request", "-"], request.to_string().as_bytes());
    let sentence = said.refusal(1);
    assert!(
        sentence.contains("additionalModelRequestFields"),
        "{sentence}"
    );
    assert!(sentence.contains("invalid_request"), "{sentence}");
    assert_eq!(sim.request_count(), 0);
}
