//! What the user knows better of models than the provider: `models` in the plugin's own config. What
//! the values may be is the provider's to say; the host's own list of models has no room for them.

use jsonc_parser::ast::Value;
use serde_json::value::RawValue;

use super::create::json_text;
use super::node::{Node, list, name};
use super::reader::{Manners, Reader};

/// What may be said of a model, besides the host's own `contextWindow` and the like.
const MEMBERS: [&str; 32] = [
    "baseModel",
    "cacheHour",
    "cachesDocuments",
    "caching",
    "contextWindow",
    "cost",
    "countTokens",
    "forcedTools",
    "forcedToolsWhileThinking",
    "input",
    "longContext",
    "maxTokens",
    "minMaxTokens",
    "onDemand",
    "prefill",
    "profiles",
    "reasoning",
    "reasoningReplay",
    "regionalFactor",
    "sampling",
    "samplingWhileThinking",
    "stopSequences",
    "streaming",
    "streamingTools",
    "strictTools",
    "structuredOutput",
    "systemPrompt",
    "thinking",
    "tiers",
    "toolUseIdLength",
    "tools",
    "topK",
];

/// All rows, as JSON.
pub(super) fn rules(node: &Node<'_>) -> Option<Vec<Box<RawValue>>> {
    let elements = node.elements().or_else(|| node.expected("a list"))?;
    Some(elements.iter().filter_map(rule).collect())
}

fn rule(node: &Node<'_>) -> Option<Box<RawValue>> {
    let mut reader = Reader::new(node, Manners::Ours);
    let id = reader.read("id", ids);
    if reader.is_present() && !reader.has("id") {
        let hint = "add id: \"…\", a model's id or how several begin";
        reader.complain("id", "it isn't said which models this is about", hint);
    }
    reader.accept(&MEMBERS);
    reader.finish();
    id?;
    RawValue::from_string(json_text(node)).ok()
}

fn ids(node: &Node<'_>) -> Option<Vec<String>> {
    match node.value {
        Value::Array(_) => list(name)(node),
        _ => name(node).map(|id| vec![id]),
    }
}
