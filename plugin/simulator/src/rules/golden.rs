//! Golden cases of the rules: for each, a conversation that it lets pass, one that it refuses, and the message.
//! The cases are JSON files beside this one. A rule without a case fails the test.

use serde_json::Value;

use super::{Conversation, all, conversation};
use crate::catalogue::Catalogue;
use crate::routes::Operation;

const FILES: [(&str, &str); 8] = [
    ("shape", include_str!("golden/shape.json")),
    ("content", include_str!("golden/content.json")),
    ("turns", include_str!("golden/turns.json")),
    ("tools", include_str!("golden/tools.json")),
    ("documents", include_str!("golden/documents.json")),
    ("cache", include_str!("golden/cache.json")),
    ("inference", include_str!("golden/inference.json")),
    ("families", include_str!("golden/families.json")),
];

/// The model of the cases that name none.
const DEFAULT_MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

fn cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for (name, text) in FILES {
        let file: Vec<Value> = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("golden/{name}.json: {error}"));
        cases.extend(file);
    }
    cases
}

/// The first rule that refuses, and what it says.
fn refusal(conversation: &Conversation<'_>) -> Option<(&'static str, String)> {
    all().find_map(|rule| {
        (rule.check)(conversation)
            .err()
            .map(|error| (rule.name, error.message))
    })
}

fn judge(case: &Value, body: &str) -> Option<(&'static str, String)> {
    let catalogue = Catalogue::default().any_model();
    let model = case["model"].as_str().unwrap_or(DEFAULT_MODEL);
    let resolved = catalogue
        .resolve(model, "us-east-1")
        .expect("any model resolves");
    let whole = body == "accept" && case["acceptOperation"] == "Converse";
    let operation = if whole {
        Operation::Converse
    } else {
        Operation::ConverseStream
    };
    refusal(&conversation(&full(&case[body]), operation, &resolved))
}

/// Cases leave the plain first message away; `#3` in place of a text stands for three million
/// characters of base64.
fn full(body: &Value) -> Value {
    let mut body = body.clone();
    if body.get("messages").is_none() {
        body["messages"] = serde_json::json!([{"role": "user", "content": [{"text": "Hello"}]}]);
    }
    grow(&mut body);
    body
}

fn grow(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(millions) = text
                .strip_prefix('#')
                .and_then(|digits| digits.parse::<usize>().ok())
            {
                // Base64 of PNG's first bytes, then of zeros.
                *text = format!("iVBORw0KGgoA{}", "AAAA".repeat(millions * 250_000));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(grow),
        Value::Object(members) => members.values_mut().for_each(grow),
        _ => {}
    }
}

#[test]
fn every_rule_lets_pass_what_is_right_and_refuses_what_is_wrong() {
    let mut wrong = Vec::new();
    for (index, case) in cases().iter().enumerate() {
        let rule = case["rule"].as_str().expect("a case names its rule");
        if let Some((by, message)) = judge(case, "accept") {
            wrong.push(format!(
                "case {index}, {rule}: should pass, but {by} says: {message}"
            ));
        }
        let (by, message) = judge(case, "refuse").unwrap_or(("no rule", String::new()));
        if by != rule || case["message"] != message.as_str() {
            wrong.push(format!("case {index}, {rule}: {by} says: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_and_a_source() {
    let cases = cases();
    for rule in all() {
        assert!(
            cases.iter().any(|case| case["rule"] == rule.name),
            "{} has no case",
            rule.name
        );
        assert!(!rule.source.is_empty(), "{} has no source", rule.name);
    }
}
