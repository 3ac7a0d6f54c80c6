//! A whole answer → a chat completion.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use provider_interface::{
    Citation, CitationsContent, ContentBlock, ErrorKind, MediaSource, ProviderError,
    ReasoningContent, ToolUseBlock,
};
use serde_json::{Map, Value, json};

use super::media::to_data_url;
use super::places::{Detail, Image, Placed};
use super::stop::finish_reason;
use super::usage::Usage;
use super::writer::Head;
use crate::Answer;

/// Citations that are for a range of characters.
pub(super) fn placed(start: usize, end: usize, citations: Vec<Citation>) -> Vec<Placed> {
    let place = |citation| Placed {
        start_index: start,
        end_index: end,
        citation,
    };
    citations.into_iter().map(place).collect()
}

/// Encrypted reasoning.
pub(super) fn encrypted(bytes: &[u8], index: u32) -> Detail<'static> {
    Detail::Encrypted {
        data: STANDARD.encode(bytes),
        index,
    }
}

/// What a message is made of.
#[derive(Debug, Default)]
struct Parts {
    content: String,
    characters: usize,
    reasoning: String,
    details: Vec<Value>,
    citations: Vec<Placed>,
    images: Vec<Image>,
    calls: Vec<Value>,
}

/// The body of an answer.
pub(super) fn body(head: &Head, answer: &Answer) -> Result<Vec<u8>, ProviderError> {
    let Some(reason) = &answer.stop_reason else {
        let sentence = "the answer ended before the model had stopped; ask again";
        return Err(ProviderError::new(ErrorKind::StreamTruncated, sentence));
    };
    let finish_reason = finish_reason(reason)?;
    let mut parts = Parts::default();
    for (index, block) in (0u32..).zip(&answer.message.content) {
        parts.push(index, block);
    }
    let usage = answer.metadata.clone().unwrap_or_default();
    let body = json!({
        "id": head.id,
        "object": "chat.completion",
        "created": head.created,
        "model": head.model,
        "choices": [{
            "index": 0,
            "message": parts.message(),
            "logprobs": null,
            "finish_reason": finish_reason,
        }],
        "usage": Usage::of(&usage),
    });
    Ok(body.to_string().into_bytes())
}

impl Parts {
    fn push(&mut self, index: u32, block: &ContentBlock) {
        match block {
            ContentBlock::Text(text) => self.text(text),
            ContentBlock::CitationsContent(cited) => self.cited(cited),
            ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(reasoning)) => {
                self.reasoning.push_str(&reasoning.text);
                let (text, signature) = (reasoning.text.as_str(), reasoning.signature.as_deref());
                self.details.push(json!(Detail::Text {
                    text,
                    signature,
                    index
                }));
            }
            ContentBlock::ReasoningContent(ReasoningContent::RedactedContent(bytes)) => {
                self.details.push(json!(encrypted(&bytes.0, index)));
            }
            // One that the service runs itself is not the client's to answer.
            ContentBlock::ToolUse(call) if call.kind.is_none() => self.calls.push(tool_call(call)),
            ContentBlock::Image(image) => {
                if let MediaSource::Bytes(bytes) = &image.source {
                    let url = to_data_url(&image.format, &bytes.0);
                    self.images.push(Image::new(url));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.content.push_str(text);
        self.characters += text.chars().count();
    }

    fn cited(&mut self, cited: &CitationsContent) {
        let start = self.characters;
        for piece in cited.content.iter().flatten() {
            self.text(&piece.text);
        }
        let citations = cited.citations.clone().unwrap_or_default();
        self.citations
            .extend(placed(start, self.characters, citations));
    }

    fn message(self) -> Value {
        let mut message = Map::new();
        let content = (!self.content.is_empty()).then_some(self.content);
        message.insert("role".to_owned(), json!("assistant"));
        message.insert("content".to_owned(), json!(content));
        message.insert("refusal".to_owned(), Value::Null);
        // Clients look for it, though citations stand in a member that tells more.
        message.insert("annotations".to_owned(), Value::Array(Vec::new()));
        let reasoning = (!self.reasoning.is_empty()).then(|| json!(self.reasoning));
        let extras = [
            ("reasoning_content", reasoning),
            ("reasoning_details", listed(&self.details)),
            ("citations", listed(&self.citations)),
            ("images", listed(&self.images)),
            ("tool_calls", listed(&self.calls)),
        ];
        for (name, value) in extras {
            message.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(message)
    }
}

fn listed<T: serde::Serialize>(list: &[T]) -> Option<Value> {
    (!list.is_empty()).then(|| json!(list))
}

fn tool_call(call: &ToolUseBlock) -> Value {
    json!({
        "id": call.tool_use_id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.input.as_str()},
    })
}
