//! An answer in one piece, as Converse gives it: the same events as if it had been streamed.

use provider_interface::{
    Blob, BlockStart, Citation, ContentBlockDelta, ContentBlockStart, ContentBlockStop, Delta,
    ImageDelta, ImageFormat, ImageStart, Json, MediaError, MediaSource, MessageStart,
    ReasoningDelta, Role, StreamEvent, TextPiece, ToolResultDelta, ToolResultStart,
    ToolResultStatus, ToolUseDelta, ToolUseStart,
};
use serde::Deserialize;

use super::payload::{ToolResultMembers, read_event};
use super::stream::WireError;

/// More than any model writes; a body that doesn't end must not fill the memory.
const MAX_BYTES: usize = 64 << 20;

/// Gathers one answer.
#[derive(Debug, Default)]
pub struct WholeDecoder {
    body: Vec<u8>,
}

impl WholeDecoder {
    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        if self.body.len() + bytes.len() > MAX_BYTES {
            return Err(unreadable(format!("it is larger than {MAX_BYTES} bytes")));
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends the answer's events; to be called when nothing more arrives.
    pub fn finish(&self, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let read: Result<Answer, _> = serde_json::from_slice(&self.body);
        let message = read.map_err(unreadable)?.output.message;
        events.push(StreamEvent::MessageStart(MessageStart {
            role: message.role,
        }));
        let mut index = 0;
        for block in message.content {
            let mut parts = Parts::default();
            block.split(&mut parts);
            if parts.start.is_none() && parts.deltas.is_empty() {
                tracing::debug!("unknown content block skipped");
                continue;
            }
            parts.tell(index, events);
            index += 1;
        }
        // The answer has the members of both events at its root.
        for event_type in ["messageStop", "metadata"] {
            read_event(event_type, &self.body, events).map_err(unreadable)?;
        }
        Ok(())
    }
}

fn unreadable(reason: impl std::fmt::Display) -> WireError {
    WireError::Answer {
        reason: reason.to_string(),
    }
}

#[derive(Deserialize)]
struct Answer {
    output: Output,
}

#[derive(Deserialize)]
struct Output {
    message: WireMessage,
}

#[derive(Deserialize)]
struct WireMessage {
    role: Role,
    content: Vec<BlockMembers>,
}

/// *ContentBlock* is a union: one member is set, or one that this version doesn't know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockMembers {
    text: Option<String>,
    reasoning_content: Option<ReasoningMembers>,
    tool_use: Option<WireToolUse>,
    tool_result: Option<WireToolResult>,
    citations_content: Option<WireCitations>,
    image: Option<WireImage>,
}

/// Nested, unlike in a stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningMembers {
    reasoning_text: Option<WireReasoningText>,
    redacted_content: Option<Blob>,
}

#[derive(Deserialize)]
struct WireReasoningText {
    text: Option<String>,
    signature: Option<String>,
}

#[derive(Deserialize)]
struct WireToolUse {
    #[serde(flatten)]
    start: ToolUseStart,
    input: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireToolResult {
    tool_use_id: String,
    #[serde(default)]
    content: Vec<ToolResultMembers>,
    status: Option<ToolResultStatus>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct WireCitations {
    #[serde(default)]
    content: Vec<TextPiece>,
    #[serde(default)]
    citations: Vec<Citation>,
}

#[derive(Deserialize)]
struct WireImage {
    format: ImageFormat,
    source: Option<MediaSource>,
    error: Option<MediaError>,
}

/// A block as a stream tells it.
#[derive(Default)]
struct Parts {
    start: Option<BlockStart>,
    deltas: Vec<Delta>,
}

impl Parts {
    fn tell(self, content_block_index: u32, events: &mut Vec<StreamEvent>) {
        events.extend(self.start.map(|start| {
            StreamEvent::ContentBlockStart(ContentBlockStart {
                start,
                content_block_index,
            })
        }));
        events.extend(self.deltas.into_iter().map(|delta| {
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta,
                content_block_index,
            })
        }));
        events.push(StreamEvent::ContentBlockStop(ContentBlockStop {
            content_block_index,
        }));
    }
}

impl BlockMembers {
    fn split(self, parts: &mut Parts) {
        parts
            .deltas
            .extend(self.text.map(|text| Delta::Text(text.into())));
        if let Some(reasoning) = self.reasoning_content {
            parts.deltas.extend(reasoning.deltas());
        }
        if let Some(call) = self.tool_use {
            parts.start = Some(BlockStart::ToolUse(call.start));
            let input = call.input.as_str().into();
            parts.deltas.push(Delta::ToolUse(ToolUseDelta { input }));
        }
        if let Some(result) = self.tool_result {
            parts.start = Some(BlockStart::ToolResult(ToolResultStart {
                tool_use_id: result.tool_use_id,
                kind: result.kind,
                status: result.status,
            }));
            let pieces = result
                .content
                .into_iter()
                .filter_map(ToolResultMembers::into_delta);
            let pieces: Vec<ToolResultDelta> = pieces.collect();
            parts.deltas.push(Delta::ToolResult(pieces));
        }
        if let Some(cited) = self.citations_content {
            let texts = cited
                .content
                .into_iter()
                .map(|piece| Delta::Text(piece.text.into()));
            parts.deltas.extend(texts);
            parts
                .deltas
                .extend(cited.citations.into_iter().map(Delta::Citation));
        }
        if let Some(image) = self.image {
            let WireImage {
                format,
                source,
                error,
            } = image;
            parts.start = Some(BlockStart::Image(ImageStart { format }));
            parts
                .deltas
                .push(Delta::Image(ImageDelta { source, error }));
        }
    }
}

impl ReasoningMembers {
    fn deltas(self) -> impl Iterator<Item = Delta> {
        let (text, signature) = self
            .reasoning_text
            .map_or((None, None), |text| (text.text, text.signature));
        let pieces = [
            text.map(|text| ReasoningDelta::Text(text.into())),
            signature.map(|signature| ReasoningDelta::Signature(signature.into())),
            self.redacted_content.map(ReasoningDelta::RedactedContent),
        ];
        pieces.into_iter().flatten().map(Delta::ReasoningContent)
    }
}

#[cfg(test)]
mod tests;
