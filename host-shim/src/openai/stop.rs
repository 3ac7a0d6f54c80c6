//! Why a model stopped → `finish_reason`.

use provider_interface::{ErrorKind, ProviderError, StopReason};

/// OpenAI's word for it. What means that the answer is unusable, or nothing that is known, is an
/// error: a client would take it for a good end.
pub(super) fn finish_reason(reason: &StopReason) -> Result<&'static str, ProviderError> {
    match reason {
        StopReason::EndTurn | StopReason::StopSequence => Ok("stop"),
        StopReason::MaxTokens | StopReason::ModelContextWindowExceeded => Ok("length"),
        StopReason::ToolUse => Ok("tool_calls"),
        StopReason::ContentFiltered | StopReason::GuardrailIntervened => Ok("content_filter"),
        other => Err(ProviderError::new(
            ErrorKind::Unavailable,
            format!(
                "the model stopped with `{other}`, so its answer can't be relied on; ask again"
            ),
        )),
    }
}
