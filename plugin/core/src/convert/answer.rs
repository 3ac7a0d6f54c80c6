//! An answer as the caller expects it: tools by the caller's names, a structured answer as text, the
//! stop reason that is true, and what it cost.

use std::sync::Arc;

use provider_interface::{
    BlockStart, ContentBlockDelta, ContentBlockStop, Delta, Json, Metadata, RString, StopReason,
    StreamEvent,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ConverseRequest;
use super::repair::NameMap;
use super::rules::AnswerTool;
use crate::models::{Facts, Served, cost};

/// Makes an answer what the caller expects. One for each answer.
#[derive(Debug)]
pub struct Restorer {
    names: NameMap,
    tool: Option<AnswerTool>,
    /// The block that is a call of the answer's tool, and its arguments so far.
    answer: Option<(u32, String)>,
    has_answered: bool,
    has_called: bool,
    facts: Arc<Facts>,
    model_id: String,
    /// The service tier that was asked for.
    tier: Option<String>,
    /// Whether the caller asked another model.
    is_other: bool,
}

impl Restorer {
    /// For the answer to a request; `asked` is the model that the caller named.
    pub fn new(sent: &ConverseRequest, facts: Arc<Facts>, asked: &str) -> Self {
        let tier = sent.request.service_tier.as_ref();
        Self {
            names: sent.names.clone(),
            tool: sent.answer_tool.clone(),
            answer: None,
            has_answered: false,
            has_called: false,
            facts,
            model_id: sent.request.model_id.clone(),
            tier: tier.map(|tier| tier.kind.as_str().to_owned()),
            is_other: sent.request.model_id != asked.trim(),
        }
    }

    /// Does it to the events from one on, in place.
    pub fn restore(&mut self, events: &mut Vec<StreamEvent>, from: usize) {
        if self.tool.is_some() {
            for event in events.split_off(from) {
                self.as_text(event, events);
            }
        }
        for event in events.iter_mut().skip(from) {
            self.restore_one(event);
        }
    }

    fn restore_one(&mut self, event: &mut StreamEvent) {
        match event {
            StreamEvent::ContentBlockStart(block) => {
                if let BlockStart::ToolUse(call) = &mut block.start {
                    self.has_called |= call.kind.is_none();
                    self.names.restore(&mut call.name);
                }
            }
            StreamEvent::MessageStop(stop) => self.tell_the_truth(&mut stop.stop_reason),
            StreamEvent::Metadata(metadata) => self.complete(metadata),
            _ => {}
        }
    }

    /// Some models call a tool and say that they are done; who answers by a tool is done.
    fn tell_the_truth(&self, reason: &mut StopReason) {
        match reason {
            StopReason::EndTurn if self.has_called => *reason = StopReason::ToolUse,
            StopReason::ToolUse if self.has_answered && !self.has_called => {
                *reason = StopReason::EndTurn;
            }
            _ => {}
        }
    }

    fn complete(&self, metadata: &mut Metadata) {
        let served = metadata.service_tier.as_ref();
        let served = Served {
            model_id: &self.model_id,
            tier: served
                .map(|tier| tier.kind.as_str())
                .or(self.tier.as_deref()),
        };
        metadata.cost = cost(&metadata.usage, served, &self.facts);
        metadata.model_id = self.is_other.then(|| self.model_id.clone());
    }

    /// A call of the answer's tool becomes the answer's text.
    fn as_text(&mut self, event: StreamEvent, events: &mut Vec<StreamEvent>) {
        let Some(tool) = &self.tool else {
            events.push(event);
            return;
        };
        match event {
            StreamEvent::ContentBlockStart(block) if calls(&block.start, &tool.name) => {
                self.answer = Some((block.content_block_index, String::new()));
                self.has_answered = true;
            }
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta: Delta::ToolUse(piece),
                content_block_index,
            }) if self.is_answer(content_block_index) => {
                if let Some((_, arguments)) = &mut self.answer {
                    arguments.push_str(&piece.input);
                }
                if !self.is_wrapped() && !piece.input.is_empty() {
                    events.push(text(piece.input, content_block_index));
                }
            }
            StreamEvent::ContentBlockStop(ContentBlockStop {
                content_block_index,
            }) if self.is_answer(content_block_index) => {
                let (_, arguments) = self.answer.take().unwrap_or_default();
                if self.is_wrapped() {
                    events.push(text(unwrapped(&arguments).into(), content_block_index));
                } else if arguments.is_empty() {
                    events.push(text("{}".into(), content_block_index));
                }
                events.push(event);
            }
            other => events.push(other),
        }
    }

    fn is_answer(&self, index: u32) -> bool {
        self.answer
            .as_ref()
            .is_some_and(|(answer, _)| *answer == index)
    }

    fn is_wrapped(&self) -> bool {
        self.tool.as_ref().is_some_and(|tool| tool.is_wrapped)
    }
}

fn calls(start: &BlockStart, name: &str) -> bool {
    matches!(start, BlockStart::ToolUse(call) if call.name == name)
}

fn text(text: RString, content_block_index: u32) -> StreamEvent {
    StreamEvent::ContentBlockDelta(ContentBlockDelta {
        delta: Delta::Text(text),
        content_block_index,
    })
}

/// The text of the argument `value`; arguments of another form are the answer themselves.
fn unwrapped(arguments: &str) -> String {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
    }
    let wrapped: Result<Wrapped<'_>, _> = serde_json::from_str(arguments);
    let value = wrapped.map(|wrapped| wrapped.value.get().to_owned());
    let is_json = |text: &String| Json::parse(text.clone()).is_ok();
    value
        .ok()
        .filter(is_json)
        .unwrap_or_else(|| arguments.to_owned())
}

#[cfg(test)]
mod tests;
