//! The events of an answer, folded into the message that goes back into the conversation.

use provider_interface::{
    Blob, BlockStart, Citation, CitationsContent, ContentBlock, Delta, ImageBlock, ImageFormat,
    Json, MediaSource, Message, Metadata, ReasoningContent, ReasoningDelta, ReasoningText, Role,
    StopReason, StreamEvent, TextPiece, ToolResultBlock, ToolResultContent, ToolResultDelta,
    ToolResultStart, ToolUseBlock, ToolUseStart,
};

/// Folds events as they come.
#[derive(Debug, Default)]
pub struct AnswerBuilder {
    blocks: Vec<(u32, Partial)>,
    stop_reason: Option<StopReason>,
    response_fields: Option<Json>,
    metadata: Option<Metadata>,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the assistant said, blocks in the order of their first appearance.
    pub message: Message,
    /// Why it stopped; none if the stream broke off before.
    pub stop_reason: Option<StopReason>,
    /// What `additionalModelResponseFieldPaths` asked for.
    pub additional_model_response_fields: Option<Json>,
    /// What it took.
    pub metadata: Option<Metadata>,
}

/// A block as far as it has come.
#[derive(Debug)]
enum Partial {
    Text {
        text: String,
        citations: Vec<Citation>,
    },
    Reasoning {
        text: String,
        signature: Option<String>,
    },
    Redacted(Vec<u8>),
    ToolUse {
        start: ToolUseStart,
        input: String,
    },
    ToolResult {
        start: ToolResultStart,
        content: Vec<ToolResultContent>,
    },
    Image {
        format: ImageFormat,
        source: Option<MediaSource>,
    },
}

impl AnswerBuilder {
    /// Takes the next event.
    pub fn push(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::ContentBlockStart(start) => {
                self.start(start.content_block_index, &start.start);
            }
            StreamEvent::ContentBlockDelta(delta) => {
                self.append(delta.content_block_index, &delta.delta);
            }
            StreamEvent::MessageStop(stop) => {
                self.stop_reason = Some(stop.stop_reason.clone());
                self.response_fields
                    .clone_from(&stop.additional_model_response_fields);
            }
            StreamEvent::Metadata(metadata) => self.metadata = Some((**metadata).clone()),
            _ => {}
        }
    }

    /// The answer so far.
    pub fn finish(self) -> Answer {
        let content = self
            .blocks
            .into_iter()
            .filter_map(|(_, partial)| partial.finish());
        Answer {
            message: Message {
                role: Role::Assistant,
                content: content.collect(),
            },
            stop_reason: self.stop_reason,
            additional_model_response_fields: self.response_fields,
            metadata: self.metadata,
        }
    }

    fn start(&mut self, index: u32, start: &BlockStart) {
        let partial = match start {
            BlockStart::ToolUse(start) => Partial::ToolUse {
                start: start.clone(),
                input: String::new(),
            },
            BlockStart::ToolResult(start) => Partial::ToolResult {
                start: start.clone(),
                content: Vec::new(),
            },
            BlockStart::Image(start) => Partial::Image {
                format: start.format.clone(),
                source: None,
            },
            _ => return,
        };
        self.blocks.push((index, partial));
    }

    fn append(&mut self, index: u32, delta: &Delta) {
        // One index can carry deltas of different kinds: each kind is a block of its own.
        let mut same_index = self.blocks.iter_mut().rev().filter(|(of, _)| *of == index);
        if same_index.any(|(_, partial)| partial.append(delta)) {
            return;
        }
        let mut partial = match delta {
            Delta::Text(_) | Delta::Citation(_) => Partial::Text {
                text: String::new(),
                citations: Vec::new(),
            },
            Delta::ReasoningContent(ReasoningDelta::RedactedContent(_)) => {
                Partial::Redacted(Vec::new())
            }
            Delta::ReasoningContent(_) => Partial::Reasoning {
                text: String::new(),
                signature: None,
            },
            // Nothing to hang a piece on that came without its start.
            _ => return,
        };
        partial.append(delta);
        self.blocks.push((index, partial));
    }
}

impl Partial {
    /// Appends a delta; false if it is of another kind.
    fn append(&mut self, delta: &Delta) -> bool {
        match (self, delta) {
            (Self::Text { text, .. }, Delta::Text(more)) => text.push_str(more),
            (Self::Text { citations, .. }, Delta::Citation(citation)) => {
                citations.push(citation.clone());
            }
            (Self::Reasoning { text, signature }, Delta::ReasoningContent(delta)) => match delta {
                ReasoningDelta::Text(more) => text.push_str(more),
                ReasoningDelta::Signature(more) => {
                    signature.get_or_insert_default().push_str(more);
                }
                _ => return false,
            },
            (
                Self::Redacted(bytes),
                Delta::ReasoningContent(ReasoningDelta::RedactedContent(more)),
            ) => bytes.extend_from_slice(&more.0),
            (Self::ToolUse { input, .. }, Delta::ToolUse(more)) => input.push_str(&more.input),
            (Self::ToolResult { content, .. }, Delta::ToolResult(more)) => {
                content.extend(more.iter().filter_map(result_content));
            }
            (Self::Image { source, .. }, Delta::Image(delta)) => match (source, &delta.source) {
                (Some(MediaSource::Bytes(bytes)), Some(MediaSource::Bytes(more))) => {
                    bytes.0.extend_from_slice(&more.0);
                }
                (source, Some(more)) => *source = Some(more.clone()),
                (_, None) => {}
            },
            _ => return false,
        }
        true
    }

    fn finish(self) -> Option<ContentBlock> {
        Some(match self {
            Self::Text { text, citations } if citations.is_empty() => ContentBlock::Text(text),
            Self::Text { text, citations } => ContentBlock::CitationsContent(CitationsContent {
                content: Some(vec![TextPiece { text }]),
                citations: Some(citations),
            }),
            Self::Reasoning { text, signature } => {
                ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(ReasoningText {
                    text,
                    signature,
                }))
            }
            Self::Redacted(bytes) => {
                ContentBlock::ReasoningContent(ReasoningContent::RedactedContent(Blob(bytes)))
            }
            Self::ToolUse { start, input } => ContentBlock::ToolUse(ToolUseBlock {
                tool_use_id: start.tool_use_id,
                name: start.name,
                input: tool_input(input),
                kind: start.kind,
            }),
            Self::ToolResult { start, content } => ContentBlock::ToolResult(ToolResultBlock {
                tool_use_id: start.tool_use_id,
                content,
                status: start.status,
                kind: start.kind,
            }),
            Self::Image { format, source } => ContentBlock::Image(ImageBlock {
                format,
                source: source?,
                error: None,
            }),
        })
    }
}

/// No arguments are an empty object. Arguments that are no JSON are kept as a JSON text, so that
/// whoever reads them can say what is wrong with them.
fn tool_input(input: String) -> Json {
    if input.trim().is_empty() {
        return Json::empty_object();
    }
    let text = serde_json::Value::String(input.clone());
    Json::parse(input)
        .or_else(|_| Json::of(&text))
        .unwrap_or_else(|_| Json::empty_object())
}

fn result_content(delta: &ToolResultDelta) -> Option<ToolResultContent> {
    match delta {
        ToolResultDelta::Text(text) => Some(ToolResultContent::Text(text.clone())),
        ToolResultDelta::Json(json) => Some(ToolResultContent::Json(json.clone())),
        _ => None,
    }
}
