//! Golden cases: one JSON file a family, what becomes of each request in the snapshot beside it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::*;
use super::body;

#[derive(Deserialize)]
struct Case<'a> {
    name: String,
    /// The header `anthropic-beta`.
    betas: Option<String>,
    /// Members of the body; `model`, `max_tokens` and `messages` are put where they are missing.
    #[serde(borrow)]
    body: &'a RawValue,
    /// As it is, without the members that every body has.
    #[serde(default)]
    bare: bool,
}

/// Each case: what it is, and the neutral request or the refusal.
fn golden(cases: &str) -> String {
    let cases: Vec<Case<'_>> = serde_json::from_str(cases).expect("cases");
    cases.iter().map(|case| told(case) + "\n").collect()
}

fn told(case: &Case<'_>) -> String {
    let Case { name, betas, .. } = case;
    let body = if case.bare {
        case.body.get().to_owned()
    } else {
        filled(case.body.get())
    };
    match read::read(body.as_bytes(), betas.as_deref(), Purpose::Answer) {
        Ok(asked) => {
            assert!(asked.request.model_id.is_empty(), "{name}");
            let request = serde_json::to_string(&asked.request).expect("JSON");
            let mut told = format!("# {name}\n  request: {request}\n");
            if asked.stream {
                told += "  streamed\n";
            }
            if !asked.ignored.is_empty() {
                told += &format!("  ignored: {}\n", asked.ignored.join(", "));
            }
            told
        }
        Err(refused) => format!(
            "# {name}\n  refused: {} {}\n  param: {}\n",
            refused.status,
            refused.message,
            refused.param.unwrap_or_default(),
        ),
    }
}

/// The members that a case leaves out because it isn't about them.
fn filled(given: &str) -> String {
    let common = r#"{"model": "anthropic.claude-x", "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi"}]}"#;
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(common).expect("JSON");
    let given: BTreeMap<String, &RawValue> = serde_json::from_str(given).expect("an object");
    members.extend(given);
    serde_json::to_string(&members).expect("JSON")
}

macro_rules! golden {
    ($($family:ident)+) => {
        $(#[test]
        fn $family() {
            let cases = include_str!(concat!("golden/", stringify!($family), ".json"));
            insta::assert_snapshot!(golden(cases));
        })+
    };
}

golden! { messages documents results tools thinking caching output parameters betas refused }

#[test]
fn counting_needs_no_limit_of_the_answer() {
    let body = r#"{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}"#;
    let asked = read_count(body.as_bytes(), None).expect("a request");
    assert_eq!(asked.request.inference_config, None);
    let refused = read::read(body.as_bytes(), None, Purpose::Answer).expect_err("no limit");
    assert_eq!(refused.message, "max_tokens is missing");
    assert_eq!(
        count(TokenCount { input_tokens: 7 }),
        br#"{"input_tokens":7}"#
    );
}

#[test]
fn json_that_nests_without_end_is_refused() {
    let deep = "[".repeat(200_000);
    for (text, place) in [
        (deep.clone(), "the body is not valid JSON"),
        (
            body(&format!("{deep}{}", "]".repeat(200_000))),
            "messages.0 must be an object",
        ),
        (
            body(&format!(
                r#"[{{"role": "assistant", "content": [{{"type": "tool_use", "id": "a", "name": "f",
                    "input": {{"a": {deep}{}}}}}]}}]"#,
                "]".repeat(200_000)
            )),
            "messages.0.content.0.input must be JSON that nests at most 128 levels deep",
        ),
    ] {
        let refused = read::read(text.as_bytes(), None, Purpose::Answer).expect_err("too deep");
        assert!(refused.message.starts_with(place), "{}", refused.message);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let refused = read::read(b"{\"model\": \"\xff\"}", None, Purpose::Answer);
    let refused = refused.expect_err("no UTF-8");
    assert_eq!(refused.status, 400);
}
