//! What is known of models beyond what the service lists.

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
}

/// Tells what is known of a model by its id, and by the foundation model behind it where the id doesn't
/// tell.
pub(super) type Known<'a> = &'a dyn Fn(&str, Option<&str>) -> Facts;

/// Nothing but what the service lists is known.
pub(super) fn nothing(_id: &str, _base: Option<&str>) -> Facts {
    Facts::default()
}
