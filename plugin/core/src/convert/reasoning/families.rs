//! Which model family is asked in which way: a table, the first row that fits counts.

use provider_interface::Effort;

/// How a family is asked to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `thinking: {type: enabled, budget_tokens}`
    Budget,
    /// `thinking: {type: adaptive}` and `output_config: {effort}`
    Adaptive,
    /// `reasoningConfig: {type: enabled, maxReasoningEffort}`
    ReasoningConfig,
    /// `reasoning_effort`
    ReasoningEffort,
    /// `reasoning: {effort}`
    NestedEffort,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Family {
    /// A part of the model's id, of its profiles' ids and of their ARNs, in lower case.
    id_part: &'static str,
    pub(super) way: Way,
    /// The efforts that it takes, rising.
    efforts: &'static [&'static str],
}

const THREE: &[&str] = &["low", "medium", "high"];
const WITH_MAX: &[&str] = &["low", "medium", "high", "max"];
const FIVE: &[&str] = &["low", "medium", "high", "xhigh", "max"];

/// Sources: AWS user guides *Extended thinking*, *Adaptive thinking*, *Amazon Nova 2: Extended
/// thinking*, and the model cards of gpt-oss and GPT-5. Later Claude models are taken to be as the
/// newest that is known.
const FAMILIES: &[Family] = &[
    family("claude-3-7", Way::Budget, &[]),
    family("claude-opus-4-6", Way::Adaptive, WITH_MAX),
    family("claude-opus-4-7", Way::Adaptive, FIVE),
    family("claude-opus-4-8", Way::Adaptive, FIVE),
    family("claude-opus-4-9", Way::Adaptive, FIVE),
    family("claude-sonnet-4-6", Way::Adaptive, THREE),
    family("claude-sonnet-4-7", Way::Adaptive, THREE),
    family("claude-sonnet-4-8", Way::Adaptive, THREE),
    family("claude-sonnet-4-9", Way::Adaptive, THREE),
    family("claude-opus-4", Way::Budget, &[]),
    family("claude-sonnet-4", Way::Budget, &[]),
    family("claude-haiku-4", Way::Budget, &[]),
    family("claude-opus-", Way::Adaptive, FIVE),
    family("claude-sonnet-", Way::Adaptive, FIVE),
    family("claude-haiku-", Way::Adaptive, THREE),
    family("claude-mythos-", Way::Adaptive, FIVE),
    family("claude-fable-", Way::Adaptive, FIVE),
    family("amazon.nova-2-", Way::ReasoningConfig, THREE),
    family("openai.gpt-oss", Way::ReasoningEffort, THREE),
    family("openai.gpt-", Way::NestedEffort, THREE),
];

const fn family(id_part: &'static str, way: Way, efforts: &'static [&'static str]) -> Family {
    Family {
        id_part,
        way,
        efforts,
    }
}

impl Family {
    /// The family of a model id, a profile's id or an ARN.
    pub(super) fn of(model_id: &str) -> Option<&'static Self> {
        let id = model_id.to_ascii_lowercase();
        FAMILIES.iter().find(|family| id.contains(family.id_part))
    }

    /// The family's word for an effort: the same, else the next lower one that it takes.
    pub(super) fn effort(&self, asked: &Effort) -> &'static str {
        let rank = |name: &str| Effort::KNOWN.iter().position(|known| *known == name);
        let asked = rank(asked.as_str());
        let taken = self.efforts.iter().rev().find(|taken| rank(taken) <= asked);
        taken.or(self.efforts.first()).copied().unwrap_or("medium")
    }
}
