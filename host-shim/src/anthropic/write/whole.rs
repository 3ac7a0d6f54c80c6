//! A whole answer → one message.

use provider_interface::{ErrorKind, Metadata, ProviderError};

use super::super::wire::{Extra, Message};
use super::{block, end};
use crate::Answer;

pub(super) fn message(id: &str, model: &str, answer: &Answer) -> Result<Vec<u8>, ProviderError> {
    let reason = answer.stop_reason.as_ref().ok_or_else(|| {
        let sentence = "the answer broke off before the model had stopped: ask again";
        ProviderError::new(ErrorKind::StreamTruncated, sentence)
    })?;
    end::check(reason)?;
    let nothing = Metadata::default();
    let metadata = answer.metadata.as_ref().unwrap_or(&nothing);
    let message = Message {
        id,
        role: "assistant",
        model: metadata.model_id.as_deref().unwrap_or(model),
        content: answer
            .message
            .content
            .iter()
            .filter_map(block::block)
            .collect(),
        stop: end::stop(reason, answer.additional_model_response_fields.as_ref()),
        usage: end::usage(metadata),
        extra: Extra {
            trace: metadata.trace.as_ref(),
            answered_by: None,
        },
    };
    serde_json::to_vec(&message).map_err(|error| {
        let sentence = format!("the answer can't be written as JSON: {error}");
        ProviderError::new(ErrorKind::Internal, sentence)
    })
}
