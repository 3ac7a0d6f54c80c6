//! Events → chunks. The hot path: the constant part of a chunk is written once, only text is
//! escaped.

use std::collections::BTreeMap;

use provider_interface::{
    BlockStart, Citation, ContentBlockDelta, ContentBlockStart, Delta, ImageFormat, MediaSource,
    Metadata, ProviderError, ReasoningDelta, StreamEvent,
};
use serde::Serialize;
use serde_json::json;

use super::media::to_data_url;
use super::places::{Detail, Image};
use super::stop::finish_reason;
use super::usage::Usage;
use super::{error, whole};
use crate::Answer;
use crate::server::dialect::{EventWriter, Failure, Stamp};
use crate::server::status::of_error;

/// Writes one answer.
#[derive(Debug)]
pub struct Writer {
    pub(super) head: Head,
    /// Everything of a chunk up to its choices.
    opening: Vec<u8>,
    include_usage: bool,
    /// How many characters of `content` have gone out, which is what citations count in.
    characters: usize,
    tools: u32,
    open: BTreeMap<u32, Open>,
    metadata: Option<Box<Metadata>>,
}

/// What every chunk of an answer says.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: String,
}

/// A block that hasn't ended, where its end matters.
#[derive(Debug)]
enum Open {
    Text {
        start: usize,
        citations: Vec<Citation>,
    },
    Tool {
        number: u32,
        is_empty: bool,
    },
    Redacted(Vec<u8>),
    Image {
        format: ImageFormat,
        bytes: Vec<u8>,
    },
}

impl Writer {
    pub(super) fn new(model: &str, stamp: &Stamp, include_usage: bool) -> Self {
        let head = Head {
            id: format!("chatcmpl-{}", stamp.unique),
            created: stamp.created,
            model: model.to_owned(),
        };
        let mut opening = b"data: {\"id\":".to_vec();
        append(&mut opening, &head.id);
        opening.extend_from_slice(b",\"object\":\"chat.completion.chunk\",\"created\":");
        append(&mut opening, &head.created);
        opening.extend_from_slice(b",\"model\":");
        append(&mut opening, &head.model);
        opening.extend_from_slice(b",\"choices\":[");
        Self {
            head,
            opening,
            include_usage,
            characters: 0,
            tools: 0,
            open: BTreeMap::new(),
            metadata: None,
        }
    }

    /// A chunk whose delta has one member.
    fn member(&self, out: &mut Vec<u8>, name: &str, value: &impl Serialize) {
        self.open_chunk(out);
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        append(out, value);
        out.extend_from_slice(b"},\"finish_reason\":null}]}\n\n");
    }

    /// A chunk up to its delta.
    fn open_chunk(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.opening);
        out.extend_from_slice(b"{\"index\":0,\"delta\":");
    }

    fn delta(&self, out: &mut Vec<u8>, delta: &impl Serialize) {
        self.open_chunk(out);
        append(out, delta);
        out.extend_from_slice(b",\"finish_reason\":null}]}\n\n");
    }

    fn start(&mut self, start: &ContentBlockStart, out: &mut Vec<u8>) {
        let index = start.content_block_index;
        match &start.start {
            // One that the service runs itself is not the client's to answer.
            BlockStart::ToolUse(tool) if tool.kind.is_none() => {
                let number = self.tools;
                self.tools += 1;
                self.open.insert(
                    index,
                    Open::Tool {
                        number,
                        is_empty: true,
                    },
                );
                let call = json!([{
                    "index": number,
                    "id": tool.tool_use_id,
                    "type": "function",
                    "function": {"name": tool.name, "arguments": ""},
                }]);
                self.member(out, "tool_calls", &call);
            }
            BlockStart::Image(image) => {
                let (format, bytes) = (image.format.clone(), Vec::new());
                self.open.insert(index, Open::Image { format, bytes });
            }
            _ => {}
        }
    }

    fn piece(&mut self, delta: &ContentBlockDelta, out: &mut Vec<u8>) {
        let index = delta.content_block_index;
        match &delta.delta {
            Delta::Text(text) => {
                self.text_block(index);
                self.characters += text.chars().count();
                self.member(out, "content", &text.as_str());
            }
            Delta::ToolUse(piece) => {
                let Some(Open::Tool { number, is_empty }) = self.open.get_mut(&index) else {
                    return;
                };
                *is_empty &= piece.input.is_empty();
                let number = *number;
                self.arguments(number, &piece.input, out);
            }
            Delta::ReasoningContent(piece) => self.reasoning(index, piece, out),
            Delta::Citation(citation) => {
                if let Open::Text { citations, .. } = self.text_block(index) {
                    citations.push(citation.clone());
                }
            }
            Delta::Image(piece) => {
                if let Some(Open::Image { bytes, .. }) = self.open.get_mut(&index)
                    && let Some(MediaSource::Bytes(more)) = &piece.source
                {
                    bytes.extend_from_slice(&more.0);
                }
            }
            _ => {}
        }
    }

    fn text_block(&mut self, index: u32) -> &mut Open {
        let start = self.characters;
        self.open.entry(index).or_insert_with(|| Open::Text {
            start,
            citations: Vec::new(),
        })
    }

    fn arguments(&self, number: u32, piece: &str, out: &mut Vec<u8>) {
        self.open_chunk(out);
        out.extend_from_slice(b"{\"tool_calls\":[{\"index\":");
        append(out, &number);
        out.extend_from_slice(b",\"function\":{\"arguments\":");
        append(out, &piece);
        out.extend_from_slice(b"}}]},\"finish_reason\":null}]}\n\n");
    }

    fn reasoning(&mut self, index: u32, piece: &ReasoningDelta, out: &mut Vec<u8>) {
        match piece {
            ReasoningDelta::Text(text) => {
                let detail = Detail::Text {
                    text: text.as_str(),
                    signature: None,
                    index,
                };
                let delta =
                    json!({"reasoning_content": text.as_str(), "reasoning_details": [detail]});
                self.delta(out, &delta);
            }
            ReasoningDelta::Signature(signature) => {
                let detail = Detail::Text {
                    text: "",
                    signature: Some(signature.as_str()),
                    index,
                };
                self.member(out, "reasoning_details", &[detail]);
            }
            // Pieces of base64 can't be put together by a client that takes them for text.
            ReasoningDelta::RedactedContent(more) => {
                let open = self
                    .open
                    .entry(index)
                    .or_insert_with(|| Open::Redacted(Vec::new()));
                if let Open::Redacted(bytes) = open {
                    bytes.extend_from_slice(&more.0);
                }
            }
            _ => {}
        }
    }

    fn stop(&mut self, index: u32, out: &mut Vec<u8>) {
        match self.open.remove(&index) {
            Some(Open::Text { start, citations }) if !citations.is_empty() => {
                let placed = whole::placed(start, self.characters, citations);
                self.member(out, "citations", &placed);
            }
            Some(Open::Tool {
                number,
                is_empty: true,
            }) => self.arguments(number, "{}", out),
            Some(Open::Redacted(bytes)) => {
                let detail = whole::encrypted(&bytes, index);
                self.member(out, "reasoning_details", &[detail]);
            }
            Some(Open::Image { format, bytes }) => {
                let image = Image::new(to_data_url(&format, &bytes));
                self.member(out, "images", &[image]);
            }
            _ => {}
        }
    }
}

impl EventWriter for Writer {
    fn event(&mut self, event: &StreamEvent, out: &mut Vec<u8>) -> Result<(), ProviderError> {
        match event {
            StreamEvent::MessageStart(_) => {
                self.delta(out, &json!({"role": "assistant", "content": ""}));
            }
            StreamEvent::ContentBlockStart(start) => self.start(start, out),
            StreamEvent::ContentBlockDelta(delta) => self.piece(delta, out),
            StreamEvent::ContentBlockStop(stop) => self.stop(stop.content_block_index, out),
            StreamEvent::MessageStop(stop) => {
                let reason = finish_reason(&stop.stop_reason)?;
                // A block that the service left open ends with the message.
                for index in self.open.keys().copied().collect::<Vec<_>>() {
                    self.stop(index, out);
                }
                self.open_chunk(out);
                out.extend_from_slice(b"{},\"finish_reason\":");
                append(out, &reason);
                out.extend_from_slice(b"}]}\n\n");
            }
            StreamEvent::Metadata(metadata) => self.metadata = Some(metadata.clone()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.include_usage {
            let metadata = self.metadata.take().unwrap_or_default();
            out.extend_from_slice(&self.opening);
            out.extend_from_slice(b"],\"usage\":");
            append(out, &Usage::of(&metadata));
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn failed(&mut self, error: &ProviderError, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&error::body(of_error(error), Failure::Provider(error)));
        out.extend_from_slice(b"\n\n");
    }

    fn whole(self, answer: Answer) -> Result<Vec<u8>, ProviderError> {
        whole::body(&self.head, &answer)
    }
}

/// Appends a value as JSON; neither a vector nor the values here can fail.
fn append(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let written = serde_json::to_writer(out, value);
    debug_assert!(written.is_ok(), "{written:?}");
}
