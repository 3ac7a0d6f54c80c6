//! What is known of models beyond what the service lists. All of discovery asks here and nowhere
//! else.

use provider_interface::{Modality, ModelCost};

/// What is known of a model. Every member may be unknown.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    /// The most tokens of a whole conversation.
    pub(super) context_window: Option<u32>,
    /// The most tokens of an answer.
    pub(super) max_tokens: Option<u32>,
    /// What goes in.
    pub(super) input: Option<Vec<Modality>>,
    /// Whether it can think before it answers.
    pub(super) reasoning: Option<bool>,
    /// Whether it can call tools.
    pub(super) tools: Option<bool>,
    /// Whether it streams.
    pub(super) streaming: Option<bool>,
    /// Prices.
    pub(super) cost: Option<ModelCost>,
    /// The geographies of its inference profiles, if it can't be called by its bare id.
    pub(super) profiles: Option<Vec<String>>,
    /// Whether it is called by its bare id.
    pub(super) on_demand: bool,
}

/// Families that are called by their bare id (user guide, *Supported foundation models*, column
/// "Single-region model support").
const ON_DEMAND: &[&str] = &[
    "ai21.jamba",
    "amazon.titan-text",
    "anthropic.claude-3-haiku-",
    "anthropic.claude-v2",
    "mistral.mistral-",
    "openai.gpt-oss-",
];

/// What is known of a model; `base` is the foundation model behind it, where the id doesn't tell.
pub(super) fn facts(id: &str, base: Option<&str>) -> Facts {
    let model = base.unwrap_or(id);
    Facts {
        on_demand: ON_DEMAND.iter().any(|family| model.starts_with(family)),
        ..Facts::default()
    }
}
