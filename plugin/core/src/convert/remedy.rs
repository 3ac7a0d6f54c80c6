//! What can be done about a refusal: the service names something that may be left out, or done in
//! another way. A table of what is refused, in which words, and what helps.

mod drop;

use provider_interface::{ChatRequest, ErrorKind, ProviderError};

use super::ConverseRequest;
use crate::models::Facts;

/// One thing that helps against a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Leave out topP.
    WithoutTopP,
    /// Leave out the temperature.
    WithoutTemperature,
    /// Leave out topK.
    WithoutTopK,
    /// Leave out stop sequences.
    WithoutStopSequences,
    /// Leave out cache points.
    WithoutCachePoints,
    /// Leave out the tools' `strict`.
    WithoutStrict,
    /// Leave out the service tier.
    WithoutServiceTier,
    /// Leave out beta flags.
    WithoutBetaFlags,
    /// Leave out what asks the model to think.
    WithoutReasoningFields,
    /// Leave out the thoughts of the history.
    WithoutReasoningHistory,
    /// Leave out both.
    WithoutReasoning,
    /// Have the answer in one piece.
    InOnePiece,
    /// Have a tool called for the structure of the answer.
    ByAnswerTool,
}

/// A refusal that something helps against.
struct Row {
    remedy: Remedy,
    /// One of these is in the message, in lower case.
    names: &'static [&'static str],
    /// And one of these.
    says: &'static [&'static str],
    /// Whether it is the model that refuses, and will again; else something in this request.
    is_lesson: bool,
}

/// How the service and the models say that they don't take something at all. A value that is out of
/// range is the caller's to mend, not ours to drop.
const REFUSED: &[&str] = &[
    "deprecated",
    "not support",
    "n't support",
    "unsupported",
    "not permitted",
    "not allow",
    "cannot both be specified",
    "cannot be specified",
    "may only be set to 1 when thinking",
    "must be unset",
    "unset when thinking",
    "extraneous",
    "unknown",
    "unrecognized",
    "unexpected",
    "invalid beta",
    "remove ",
    "cannot be set",
    "can't be set",
];

/// What the message says is enough.
const ANYTHING: &[&str] = &[""];

const TABLE: &[Row] = &[
    // Texts that are of one request come before what a model refuses in general.
    once(
        Remedy::WithoutReasoning,
        &[
            "invalid signature in thinking block",
            "invalid `signature` in `thinking` block",
            "expected `thinking` or `redacted_thinking`",
            "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified",
            "thinking.signature: field required",
        ],
    ),
    once(
        Remedy::WithoutStrict,
        &[
            "compiled grammar is too large",
            "too many strict tools",
            "too many parameters with union types",
        ],
    ),
    lesson(
        Remedy::InOnePiece,
        &["streaming"],
        &["unsupported for streaming", "not support", "n't support"],
    ),
    lesson(
        Remedy::ByAnswerTool,
        &[
            "outputconfig",
            "output_config.format",
            "textformat",
            "structured output",
            "json_schema",
        ],
        REFUSED,
    ),
    // Of two that exclude each other the temperature is what was set on purpose.
    lesson(Remedy::WithoutTopP, &["top_p", "topp"], REFUSED),
    lesson(Remedy::WithoutTemperature, &["temperature"], REFUSED),
    lesson(Remedy::WithoutTopK, &["top_k", "topk"], REFUSED),
    lesson(
        Remedy::WithoutStopSequences,
        &["stopsequences", "stop_sequences", "stop sequences"],
        REFUSED,
    ),
    lesson(
        Remedy::WithoutCachePoints,
        &[
            "cachepoint",
            "cache point",
            "cache_control",
            "prompt caching",
        ],
        REFUSED,
    ),
    lesson(Remedy::WithoutStrict, &["strict"], REFUSED),
    lesson(
        Remedy::WithoutServiceTier,
        &["servicetier", "service_tier", "service tier"],
        REFUSED,
    ),
    lesson(
        Remedy::WithoutBetaFlags,
        &["anthropic_beta", "beta flag"],
        REFUSED,
    ),
    lesson(
        Remedy::WithoutReasoningHistory,
        &["reasoningcontent", "reasoning content"],
        REFUSED,
    ),
    lesson(
        Remedy::WithoutReasoningFields,
        &[
            "thinking",
            "reasoningconfig",
            "reasoning_config",
            "reasoning_effort",
            "reasoning.effort",
            "output_config",
            "[reasoning]",
            "reasoning field",
        ],
        REFUSED,
    ),
];

const fn once(remedy: Remedy, names: &'static [&'static str]) -> Row {
    Row {
        remedy,
        names,
        says: ANYTHING,
        is_lesson: false,
    }
}

const fn lesson(
    remedy: Remedy,
    names: &'static [&'static str],
    says: &'static [&'static str],
) -> Row {
    Row {
        remedy,
        names,
        says,
        is_lesson: true,
    }
}

/// What helps against a refusal of this request, and whether the model would refuse it again.
pub fn find(error: &ProviderError, sent: &ConverseRequest) -> Option<(Remedy, bool)> {
    // Some refusals of cache points say that access is denied.
    if !matches!(
        error.kind,
        ErrorKind::InvalidRequest | ErrorKind::PermissionDenied
    ) {
        return None;
    }
    let message = error.message.to_ascii_lowercase();
    let has_one = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    let row = TABLE
        .iter()
        .find(|row| has_one(row.names) && has_one(row.says) && row.remedy.changes(sent))?;
    Some((row.remedy, row.is_lesson))
}

impl Remedy {
    /// Whether it would make another request of this one.
    fn changes(self, sent: &ConverseRequest) -> bool {
        match self {
            Self::InOnePiece => sent.streams,
            Self::ByAnswerTool => {
                let config = sent.request.output_config.as_ref();
                config.is_some_and(|config| config.text_format.is_some())
            }
            _ => self.apply(&mut sent.request.clone()),
        }
    }

    /// Does it to a request; whether there was anything to do.
    pub(super) fn apply(self, request: &mut ChatRequest) -> bool {
        match self {
            Self::WithoutTopP => drop::top_p(request),
            Self::WithoutTemperature => drop::temperature(request),
            Self::WithoutTopK => drop::top_k(request),
            Self::WithoutStopSequences => drop::stop_sequences(request),
            Self::WithoutCachePoints => drop::cache_points(request),
            Self::WithoutStrict => drop::strict(request),
            Self::WithoutServiceTier => request.service_tier.take().is_some(),
            Self::WithoutBetaFlags => drop::beta_flags(request),
            Self::WithoutReasoningFields => drop::reasoning_fields(request),
            Self::WithoutReasoningHistory => drop::reasoning_history(request),
            Self::WithoutReasoning => {
                drop::reasoning_fields(request) | drop::reasoning_history(request)
            }
            Self::InOnePiece | Self::ByAnswerTool => false,
        }
    }

    /// What it says of the model, where there is a word for it.
    pub fn teaches(self, facts: &mut Facts, has_tools: bool) {
        match self {
            Self::InOnePiece if has_tools => facts.streaming_tools = Some(false),
            Self::InOnePiece => facts.streaming = Some(false),
            Self::ByAnswerTool => facts.structured_output = Some(false),
            _ => {}
        }
    }

    /// For people: how the model is asked now.
    pub fn told(self) -> &'static str {
        match self {
            Self::WithoutTopP => "without topP",
            Self::WithoutTemperature => "without temperature",
            Self::WithoutTopK => "without topK",
            Self::WithoutStopSequences => "without stop sequences",
            Self::WithoutCachePoints => "without cache points",
            Self::WithoutStrict => "without strict tools",
            Self::WithoutServiceTier => "without a service tier",
            Self::WithoutBetaFlags => "without beta flags",
            Self::WithoutReasoningFields => "without reasoning fields",
            Self::WithoutReasoningHistory => "without the reasoning of earlier turns",
            Self::WithoutReasoning => "without reasoning",
            Self::InOnePiece => "for answers in one piece",
            Self::ByAnswerTool => "for structured answers by a tool",
        }
    }
}

#[cfg(test)]
mod tests;
