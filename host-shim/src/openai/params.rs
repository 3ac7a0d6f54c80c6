//! Which parameters mean something, which are refused, and which do nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::server::dialect::Refused;

/// A request's members by name, as they stand.
pub(super) type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The longest name of a parameter that is told back, and the most of them: they go into a header.
const MAX_NAME: usize = 64;
const MAX_NAMES: usize = 32;

/// What [`super::wire::Request`] reads.
const READ: [&str; 15] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "stop",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning_effort",
    "response_format",
    "service_tier",
];

/// What can't be had, unless it asks for what is so anyway.
const REFUSED: [(&str, &[&str], &str); 10] = [
    (
        "n",
        &["1"],
        "one answer is given to a request; ask again for another",
    ),
    (
        "logprobs",
        &["false"],
        "Bedrock gives no log probabilities; leave it out",
    ),
    (
        "top_logprobs",
        &["0"],
        "Bedrock gives no log probabilities; leave it out",
    ),
    (
        "logit_bias",
        &["{}"],
        "Bedrock takes no logit bias; leave it out",
    ),
    (
        "modalities",
        &["[\"text\"]"],
        "answers are text; leave it out",
    ),
    ("audio", &[], "answers are text; leave it out"),
    (
        "prediction",
        &[],
        "Bedrock takes no predicted output; leave it out",
    ),
    (
        "functions",
        &["[]"],
        "functions are called tools now; use `tools`",
    ),
    (
        "function_call",
        &["\"none\""],
        "functions are called tools now; use `tool_choice`",
    ),
    (
        "web_search_options",
        &[],
        "there is no web search here; leave it out",
    ),
];

/// Refuses what can't be had; returns what is there and does nothing.
pub(super) fn sort_out(members: &Members<'_>) -> Result<Vec<String>, Refused> {
    for (name, harmless, sentence) in REFUSED {
        let Some(given) = members.get(name) else {
            continue;
        };
        if !is_one_of(given.get(), harmless) {
            return Err(Refused {
                code: Some("unsupported_parameter"),
                ..Refused::invalid(name, format!("`{name}` is not supported: {sentence}"))
            });
        }
    }
    let is_ignored =
        |name: &str| !READ.contains(&name) && !REFUSED.iter().any(|(refused, ..)| *refused == name);
    let ignored = members
        .iter()
        .filter(|(name, value)| is_ignored(name) && value.get() != "null")
        .map(|(name, _)| printable(name))
        .take(MAX_NAMES);
    Ok(ignored.collect())
}

fn is_one_of(given: &str, harmless: &[&str]) -> bool {
    let Ok(given) = serde_json::from_str::<Value>(given) else {
        return false;
    };
    given.is_null() || harmless.iter().any(|text| *text == given.to_string())
}

/// A name as a header can carry it.
fn printable(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "_-.".contains(c) {
            c
        } else {
            '?'
        }
    };
    name.chars().take(MAX_NAME).map(plain).collect()
}
