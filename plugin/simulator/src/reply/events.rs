//! From a reply to what the API says: the events of ConverseStream, or the one message of Converse.

use serde_json::{Value, json};

use super::{Block, Content, Envelope, Reply, Usage};

/// An event's type and its payload.
pub(crate) type Event = (String, Value);

/// How many words the simulator takes for a prompt that it was not told about.
const ASSUMED_INPUT_TOKENS: u64 = 10;

/// `metrics.latencyMs` when the script does not say.
const ASSUMED_LATENCY_MS: u64 = 42;

impl Reply {
    /// The events of the whole, undisturbed answer.
    pub(crate) fn stream_events(&self) -> Vec<Event> {
        match &self.content {
            Content::Events(events) => events.clone(),
            Content::Blocks(blocks) => self.events_of(blocks),
            Content::Deltas { count, size } => {
                let delta = filler(*size);
                self.events_of(&[Block::TextDeltas(vec![delta; *count])])
            }
            Content::Raw(_) | Content::Json(_) | Content::Error(_) => Vec::new(),
        }
    }

    /// The order as recorded: no start event for text and reasoning, metadata after `messageStop`.
    fn events_of(&self, blocks: &[Block]) -> Vec<Event> {
        let mut events = vec![event("messageStart", json!({"role": "assistant"}))];
        for (index, block) in blocks.iter().enumerate() {
            if let Some(start) = block.start() {
                let payload = json!({"contentBlockIndex": index, "start": start});
                events.push(event("contentBlockStart", payload));
            }
            for delta in block.deltas() {
                let payload = json!({"contentBlockIndex": index, "delta": delta});
                events.push(event("contentBlockDelta", payload));
            }
            events.push(event(
                "contentBlockStop",
                json!({ "contentBlockIndex": index }),
            ));
        }
        let mut stop = json!({"stopReason": self.envelope.stop_reason(blocks)});
        set(
            &mut stop,
            "additionalModelResponseFields",
            self.envelope.response_fields.clone(),
        );
        events.push(event("messageStop", stop));
        events.push(event("metadata", self.envelope.metadata(blocks)));
        pad(&mut events);
        events
    }

    /// The answer of Converse; none for replies that only exist as a stream.
    pub(crate) fn converse_message(&self) -> Option<Value> {
        let filled;
        let blocks = match &self.content {
            Content::Blocks(blocks) => blocks.as_slice(),
            Content::Deltas { count, size } => {
                filled = [Block::Text(filler(*size).repeat(*count))];
                &filled
            }
            _ => return None,
        };
        let content: Vec<Value> = blocks.iter().map(Block::whole).collect();
        let mut answer = self.envelope.metadata(blocks);
        set(
            &mut answer,
            "output",
            Some(json!({"message": {"role": "assistant", "content": content}})),
        );
        set(
            &mut answer,
            "stopReason",
            Some(json!(self.envelope.stop_reason(blocks))),
        );
        set(
            &mut answer,
            "additionalModelResponseFields",
            self.envelope.response_fields.clone(),
        );
        Some(answer)
    }
}

impl Envelope {
    fn stop_reason(&self, blocks: &[Block]) -> String {
        let called = matches!(blocks.last(), Some(Block::ToolUse(call)) if call.kind.is_none());
        let usual = if called { "tool_use" } else { "end_turn" };
        self.stop_reason.clone().unwrap_or_else(|| usual.to_owned())
    }

    fn metadata(&self, blocks: &[Block]) -> Value {
        let counted = || Usage::new(ASSUMED_INPUT_TOKENS, blocks.iter().map(Block::words).sum());
        let usage = self.usage.clone().unwrap_or_else(counted).completed();
        let mut metadata = json!({
            "usage": usage,
            "metrics": {"latencyMs": self.latency_ms.unwrap_or(ASSUMED_LATENCY_MS)},
        });
        set(&mut metadata, "trace", self.trace.clone());
        let latency = self
            .performance_latency
            .as_ref()
            .map(|latency| json!({ "latency": latency }));
        set(&mut metadata, "performanceConfig", latency);
        let tier = self
            .service_tier
            .as_ref()
            .map(|tier| json!({ "type": tier }));
        set(&mut metadata, "serviceTier", tier);
        metadata
    }
}

fn event(kind: &str, payload: Value) -> Event {
    (kind.to_owned(), payload)
}

fn set(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Value::Object(members), Some(value)) = (object, value) {
        members.insert(name.to_owned(), value);
    }
}

/// The padding member `p` that the service adds: the alphabet, cut at a length that varies from
/// event to event but is the same in every run.
fn pad(events: &mut [Event]) {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (index, (_, payload)) in events.iter_mut().enumerate() {
        let length = 4 + (index * 37 + 11) % (ALPHABET.len() - 4);
        set(payload, "p", Some(Value::from(&ALPHABET[..length])));
    }
}

/// `size` characters that look like text.
fn filler(size: usize) -> String {
    " lorem ipsum dolor sit amet"
        .chars()
        .cycle()
        .take(size)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reply, ToolCall};

    fn kinds(reply: &Reply) -> Vec<String> {
        reply
            .stream_events()
            .into_iter()
            .map(|(kind, _)| kind)
            .collect()
    }

    #[test]
    fn text_has_no_start_event_and_metadata_comes_last() {
        assert_eq!(
            kinds(&Reply::text("Hello there")),
            [
                "messageStart",
                "contentBlockDelta",
                "contentBlockDelta",
                "contentBlockStop",
                "messageStop",
                "metadata"
            ]
        );
    }

    #[test]
    fn a_tool_call_has_a_start_event_and_stops_with_tool_use() {
        let reply = Reply::tools([ToolCall::new("t1", "weather", json!({}))]);
        let events = reply.stream_events();
        assert_eq!(events[1].1["start"]["toolUse"]["name"], "weather");
        assert_eq!(events[4].1["stopReason"], "tool_use");
    }

    #[test]
    fn padding_varies_and_is_the_same_every_time() {
        let events = Reply::text("Hello there").stream_events();
        assert_ne!(events[0].1["p"], events[1].1["p"]);
        assert_eq!(events, Reply::text("Hello there").stream_events());
    }

    #[test]
    fn converse_gives_the_same_answer_in_one_piece() {
        let reply =
            Reply::reasoning("Hm.", "c2ln", "Four.").usage(Usage::new(7, 2).cache_write("1h", 5));
        let answer = reply
            .converse_message()
            .expect("blocks have a Converse form");
        assert_eq!(
            answer,
            json!({
                "output": {"message": {"role": "assistant", "content": [
                    {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
                    {"text": "Four."},
                ]}},
                "stopReason": "end_turn",
                "usage": {"inputTokens": 7, "outputTokens": 2, "totalTokens": 14,
                    "cacheWriteInputTokens": 5, "cacheDetails": [{"ttl": "1h", "inputTokens": 5}]},
                "metrics": {"latencyMs": 42},
            })
        );
    }
}
