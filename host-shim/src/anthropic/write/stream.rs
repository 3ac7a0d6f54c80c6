//! Events → the stream's events.
//!
//! Converse has no start for text and reasoning, may mix kinds under one index, and tells the usage
//! after the end. Anthropic's blocks each begin and end, one after the other, with indices of their
//! own, and `message_delta` has both the reason and the usage.

use std::borrow::Cow;

use provider_interface::{
    BlockStart, ContentBlockDelta, ContentBlockStart, ErrorKind, Json, MessageStop, Metadata,
    ProviderError, StreamEvent,
};

use super::super::wire::{
    Block, Caller, Error, Event, Extra, KnownBlock, Message, Stop, ToolUse, Usage,
};
use super::super::{SERVER_TOOL_USE, error};
use super::open::{Kind, Open, Way, piece};
use super::{block, end, whole};
use crate::server::dialect::EventWriter;
use crate::{Answer, AnswerBuilder};

/// Writes one answer.
#[derive(Debug)]
pub struct MessageWriter {
    id: String,
    model: String,
    begun: bool,
    ended: bool,
    open: Vec<Open>,
    next_index: u32,
    stop: Option<MessageStop>,
    metadata: Option<Box<Metadata>>,
}

impl MessageWriter {
    /// A writer for the answer of a model; `unique` tells it from all others.
    pub fn new(unique: &str, model: &str) -> Self {
        Self {
            id: format!("msg_{unique}"),
            model: model.to_owned(),
            begun: false,
            ended: false,
            open: Vec::new(),
            next_index: 0,
            stop: None,
            metadata: None,
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let message = Message {
            id: &self.id,
            role: "assistant",
            model: &self.model,
            content: Vec::new(),
            stop: Stop::default(),
            usage: Usage::default(),
            extra: Extra::default(),
        };
        write(out, &Event::MessageStart { message });
        write(out, &Event::Ping);
    }

    fn block_start(&mut self, event: &StreamEvent, start: &ContentBlockStart, out: &mut Vec<u8>) {
        let Some(kind) = Kind::of_start(&start.start) else {
            return;
        };
        self.make_room(out);
        let way = match &start.start {
            BlockStart::ToolUse(start) => {
                let tool_use = ToolUse {
                    id: &start.tool_use_id,
                    name: &start.name,
                    input: Cow::Owned(Json::empty_object()),
                    caller: Caller::Direct,
                    bedrock_type: start
                        .kind
                        .as_deref()
                        .filter(|kind| *kind != SERVER_TOOL_USE),
                };
                let block = match start.kind {
                    None => KnownBlock::ToolUse(tool_use),
                    Some(_) => KnownBlock::ServerToolUse(tool_use),
                };
                Way::Pieces(self.start(Block::Known(block), out))
            }
            _ => Way::Held(Box::new(holding(event))),
        };
        let of = start.content_block_index;
        self.open.push(Open { of, kind, way });
    }

    fn block_delta(&mut self, event: &StreamEvent, delta: &ContentBlockDelta, out: &mut Vec<u8>) {
        let Some(kind) = Kind::of_delta(&delta.delta) else {
            return;
        };
        let of = delta.content_block_index;
        let mut place = self
            .open
            .iter()
            .rposition(|open| open.of == of && open.kind == kind);
        if place.is_none() && kind.has_no_start() {
            self.make_room(out);
            let way = match kind {
                kind if kind.is_held() => Way::Held(Box::default()),
                kind => Way::Pieces(self.start(empty(kind), out)),
            };
            place = Some(self.open.len());
            self.open.push(Open { of, kind, way });
        }
        // There is nothing to hang a piece on that came without its start.
        let Some(open) = place.and_then(|place| self.open.get_mut(place)) else {
            return;
        };
        match &mut open.way {
            Way::Held(answer) => answer.push(event),
            Way::Pieces(index) => {
                if let Some(delta) = piece(&delta.delta) {
                    let index = *index;
                    write(out, &Event::ContentBlockDelta { index, delta });
                }
            }
        }
    }

    /// Ends the blocks that give way to another.
    fn make_room(&mut self, out: &mut Vec<u8>) {
        self.close(|open| open.kind.has_no_start(), out);
    }

    fn close(&mut self, which: impl Fn(&Open) -> bool, out: &mut Vec<u8>) {
        while let Some(place) = self.open.iter().position(&which) {
            let index = match self.open.remove(place).way {
                Way::Pieces(index) => index,
                Way::Held(answer) => {
                    let content = answer.finish().message.content;
                    let Some(block) = content.first().and_then(block::block) else {
                        continue;
                    };
                    self.start(block, out)
                }
            };
            write(out, &Event::ContentBlockStop { index });
        }
    }

    fn start(&mut self, content_block: Block<'_>, out: &mut Vec<u8>) -> u32 {
        let index = self.next_index;
        self.next_index += 1;
        let start = Event::ContentBlockStart {
            index,
            content_block,
        };
        write(out, &start);
        index
    }

    /// Ends the message, once.
    fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(stop) = &self.stop else {
            return;
        };
        self.ended = true;
        let nothing = Metadata::default();
        let metadata = self.metadata.as_deref().unwrap_or(&nothing);
        let fields = stop.additional_model_response_fields.as_ref();
        let delta = Event::MessageDelta {
            delta: end::stop(&stop.stop_reason, fields),
            usage: end::usage(metadata),
            extra: Extra {
                trace: metadata.trace.as_ref(),
                answered_by: metadata.model_id.as_deref(),
            },
        };
        write(out, &delta);
        write(out, &Event::MessageStop);
    }
}

impl EventWriter for MessageWriter {
    fn event(&mut self, event: &StreamEvent, out: &mut Vec<u8>) -> Result<(), ProviderError> {
        if self.ended {
            return Ok(());
        }
        self.begin(out);
        match event {
            StreamEvent::ContentBlockStart(start) => self.block_start(event, start, out),
            StreamEvent::ContentBlockDelta(delta) => self.block_delta(event, delta, out),
            StreamEvent::ContentBlockStop(stop) => {
                self.close(|open| open.of == stop.content_block_index, out);
            }
            StreamEvent::MessageStop(stop) => {
                end::check(&stop.stop_reason)?;
                self.close(|_| true, out);
                self.stop = Some(stop.clone());
            }
            StreamEvent::Metadata(metadata) => {
                self.metadata = Some(metadata.clone());
                self.finish(out);
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match &self.stop {
            Some(_) => self.finish(out),
            None => {
                let sentence = "the answer broke off before the model had stopped: ask again";
                let error = ProviderError::new(ErrorKind::StreamTruncated, sentence);
                self.failed(&error, out);
            }
        }
    }

    fn failed(&mut self, error: &ProviderError, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let event = Event::Error {
            error: Error {
                kind: error::by_kind(error),
                message: &error::message(error),
            },
            request_id: error.request_id.as_deref(),
        };
        write(out, &event);
    }

    fn keep_alive(&mut self, out: &mut Vec<u8>) {
        match (self.begun, self.ended) {
            (_, true) => {}
            (true, false) => write(out, &Event::Ping),
            (false, false) => out.extend_from_slice(b": keep-alive\n\n"),
        }
    }

    fn whole(self, answer: Answer) -> Result<Vec<u8>, ProviderError> {
        whole::message(&self.id, &self.model, &answer)
    }
}

fn empty(kind: Kind) -> Block<'static> {
    Block::Known(match kind {
        Kind::Thinking => KnownBlock::Thinking {
            thinking: "",
            signature: "",
        },
        _ => KnownBlock::Text {
            text: Cow::Borrowed(""),
            citations: None,
        },
    })
}

/// What has come of a block that is held: its start.
fn holding(start: &StreamEvent) -> AnswerBuilder {
    let mut answer = AnswerBuilder::default();
    answer.push(start);
    answer
}

fn write(out: &mut Vec<u8>, event: &Event<'_>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(event.name().as_bytes());
    out.extend_from_slice(b"\ndata: ");
    let written = serde_json::to_writer(&mut *out, event);
    debug_assert!(written.is_ok(), "strings and numbers can always be written");
    out.extend_from_slice(b"\n\n");
}
