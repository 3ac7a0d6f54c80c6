//! Models that the user describes: `models.providers["amazon-bedrock"].models`.
//!
//! What the user left out stays out: unknown is not zero.

use serde::Serialize;

use super::node::{Node, flag, list, name, one_of, price, whole};
use super::reader::{Manners, Reader};

/// No model comes near; a figure beyond it is a slip.
pub(super) const MAX_TOKENS: u64 = 1_000_000_000;

/// One model of the user's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelConfig {
    /// Model id, inference-profile id or ARN.
    pub id: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it can think before it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
    /// What it can be shown: `text`, `image`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Vec<String>>,
    /// Prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// In tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// In tokens, of one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Read for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// Written by the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// Read from the prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Written to the prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
}

/// Limits that the provider entry gives for all its models.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) context_window: Option<u64>,
    pub(super) max_tokens: Option<u64>,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            context_window: reader.read("contextWindow", whole(1..=MAX_TOKENS)),
            max_tokens: reader.read("maxTokens", whole(1..=MAX_TOKENS)),
        }
    }
}

/// The host's keys for a model that mean nothing here.
const UNUSED: [&str; 10] = [
    "api",
    "agentRuntime",
    "baseUrl",
    "compat",
    "contextTokens",
    "headers",
    "mediaInput",
    "metadataSource",
    "params",
    "thinkingLevelMap",
];

/// All models, the first of each id.
pub(super) fn models(node: &Node<'_>, limits: Limits) -> Option<Vec<ModelConfig>> {
    let mut models: Vec<ModelConfig> = Vec::new();
    for element in node.elements().or_else(|| node.expected("a list"))? {
        let Some(model) = model(&element, limits) else {
            continue;
        };
        if models.iter().any(|earlier| earlier.id == model.id) {
            element.warn("a second model with the same id; the first one counts");
        } else {
            models.push(model);
        }
    }
    Some(models)
}

fn model(node: &Node<'_>, limits: Limits) -> Option<ModelConfig> {
    let mut reader = Reader::new(node, Manners::Ours);
    let id = reader.read("id", name);
    if reader.is_present() && !reader.has("id") {
        reader.complain(
            "id",
            "the model has no id",
            "add id: \"…\", as Bedrock names it",
        );
    }
    let title = reader.read("name", name);
    let reasoning = reader.read("reasoning", flag);
    let input = reader.read("input", list(modality));
    let cost = reader.section("cost", Manners::Ours);
    let own = Limits::read(&mut reader);
    reader.accept(&UNUSED);
    reader.finish();
    Some(ModelConfig {
        cost: cost.is_present().then(|| Cost::read(cost)),
        id: id?,
        name: title,
        reasoning,
        input,
        context_window: own.context_window.or(limits.context_window),
        max_tokens: own.max_tokens.or(limits.max_tokens),
    })
}

fn modality(node: &Node<'_>) -> Option<String> {
    one_of(&["text", "image", "document", "video", "audio"])(node).map(str::to_owned)
}

impl Cost {
    fn read(mut reader: Reader<'_>) -> Self {
        let cost = Self {
            input: reader.read("input", price),
            output: reader.read("output", price),
            cache_read: reader.read("cacheRead", price),
            cache_write: reader.read("cacheWrite", price),
        };
        reader.accept(&["tieredPricing"]);
        reader.finish();
        cost
    }
}
