//! Thoughts in the history: a model takes back its own, if any.

use provider_interface::{ChatRequest, ContentBlock, ReasoningContent};

use crate::convert::repair::Repairs;
use crate::models::ReasoningReplay;

/// Drops the thoughts that the model doesn't take back. None known: all stay.
pub(super) fn keep_reasoning(
    request: &mut ChatRequest,
    replay: Option<ReasoningReplay>,
    repairs: &mut Repairs,
) {
    let Some(replay) = replay else {
        return;
    };
    let mut is_dropped = false;
    for message in &mut request.messages {
        let before = message.content.len();
        message.content.retain(|block| match block {
            ContentBlock::ReasoningContent(reasoning) => takes(replay, reasoning),
            _ => true,
        });
        is_dropped |= message.content.len() < before;
    }
    repairs.note_if(
        is_dropped,
        "reasoning that the model doesn't take back dropped",
    );
}

fn takes(replay: ReasoningReplay, reasoning: &ReasoningContent) -> bool {
    let is_signed = match reasoning {
        ReasoningContent::ReasoningText(text) => text
            .signature
            .as_ref()
            .is_some_and(|signature| !signature.is_empty()),
        // Encrypted: as good as signed. Of other kinds this version knows nothing.
        _ => true,
    };
    match replay {
        ReasoningReplay::None => false,
        ReasoningReplay::Signed => is_signed,
        // A signature is another maker's.
        ReasoningReplay::Readable => !is_signed,
    }
}
