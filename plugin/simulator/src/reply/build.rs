//! The sentence that makes a reply: constructors, and one method for each thing that can be said of it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Block, Content, Ending, Failure, Reply, Slicing, ToolCall, Usage};
use crate::limits::MAX_DELTAS;

/// Constructors.
impl Reply {
    /// A text, streamed word by word.
    pub fn text(text: impl Into<String>) -> Self {
        Self::blocks([Block::Text(text.into())])
    }

    /// Reasoning with a signature, then a text.
    pub fn reasoning(
        thought: impl Into<String>,
        signature: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::blocks([
            Block::Reasoning {
                text: thought.into(),
                signature: Some(signature.into()),
            },
            Block::Text(text.into()),
        ])
    }

    /// One tool call.
    pub fn tool(id: impl Into<String>, name: impl Into<String>, input: Value) -> Self {
        Self::tools([ToolCall::new(id, name, input)])
    }

    /// Several tool calls, a block each.
    pub fn tools(calls: impl IntoIterator<Item = ToolCall>) -> Self {
        Self::blocks(calls.into_iter().map(Block::ToolUse))
    }

    /// Any blocks, in order.
    pub fn blocks(blocks: impl IntoIterator<Item = Block>) -> Self {
        Self::of(Content::Blocks(blocks.into_iter().collect()))
    }

    /// Exactly these events: type and payload. Nothing is added, no padding either.
    pub fn events<T: Into<String>>(events: impl IntoIterator<Item = (T, Value)>) -> Self {
        let events = events
            .into_iter()
            .map(|(kind, payload)| (kind.into(), payload));
        Self::of(Content::Events(events.collect()))
    }

    /// Exactly these body bytes, such as a recording's.
    pub fn raw(body: impl Into<Bytes>) -> Self {
        Self::of(Content::Raw(body.into()))
    }

    /// `count` text deltas of `size` characters, encoded once and shared; for benches.
    pub fn deltas(count: usize, size: usize) -> Self {
        Self::of(Content::Deltas {
            count: count.min(MAX_DELTAS),
            size,
        })
    }

    /// A JSON answer with status 200: for the operations of the control plane and `CountTokens`.
    pub fn json(body: Value) -> Self {
        Self::of(Content::Json(body))
    }

    /// A refusal: HTTP status, AWS's error type and its message.
    pub fn error(status: u16, kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Content::Error(Failure {
            status,
            kind: kind.into(),
            message: message.into(),
            retry_after: None,
        }))
    }

    /// The refusal that belongs to an HTTP status, with the service's usual text.
    pub fn status(status: u16) -> Self {
        let (kind, message) = match status {
            400 => ("ValidationException", "The provided request is not valid."),
            403 => (
                "AccessDeniedException",
                "You don't have access to the model with the specified model ID.",
            ),
            404 => (
                "ResourceNotFoundException",
                "Could not resolve the foundation model from the provided model identifier.",
            ),
            408 => (
                "ModelTimeoutException",
                "The model took too long to respond.",
            ),
            424 => (
                "ModelErrorException",
                "The model returned an error while processing the request.",
            ),
            429 => (
                "ThrottlingException",
                "Too many requests, please wait before trying again.",
            ),
            503 => (
                "ServiceUnavailableException",
                "Bedrock is unable to process your request.",
            ),
            _ => (
                "InternalServerException",
                "The system encountered an unexpected error during processing. Try your request again.",
            ),
        };
        Self::error(status, kind, message)
    }
}

/// What stands around the content.
impl Reply {
    /// The stop reason; else `tool_use` when a tool was called last and `end_turn` otherwise.
    #[must_use]
    pub fn stop_reason(mut self, reason: impl Into<String>) -> Self {
        self.envelope.stop_reason = Some(reason.into());
        self.changed()
    }

    /// The token figures; else they are counted from the words.
    #[must_use]
    pub fn usage(mut self, usage: Usage) -> Self {
        self.envelope.usage = Some(usage);
        self.changed()
    }

    /// `metrics.latencyMs`.
    #[must_use]
    pub fn latency_ms(mut self, latency: u64) -> Self {
        self.envelope.latency_ms = Some(latency);
        self.changed()
    }

    /// The `trace` of the metadata, as the API gives it: `{"guardrail": …}`, `{"promptRouter": …}`.
    #[must_use]
    pub fn trace(mut self, trace: Value) -> Self {
        self.envelope.trace = Some(trace);
        self.changed()
    }

    /// A guardrail stepped in: stop reason `guardrail_intervened`, and its trace.
    #[must_use]
    pub fn guardrail(self, guardrail: Value) -> Self {
        self.stop_reason("guardrail_intervened")
            .trace(json!({ "guardrail": guardrail }))
    }

    /// `performanceConfig.latency` of the metadata.
    #[must_use]
    pub fn performance(mut self, latency: impl Into<String>) -> Self {
        self.envelope.performance_latency = Some(latency.into());
        self.changed()
    }

    /// `serviceTier.type` of the metadata.
    #[must_use]
    pub fn service_tier(mut self, tier: impl Into<String>) -> Self {
        self.envelope.service_tier = Some(tier.into());
        self.changed()
    }

    /// `additionalModelResponseFields` of `messageStop`.
    #[must_use]
    pub fn response_fields(mut self, fields: Value) -> Self {
        self.envelope.response_fields = Some(fields);
        self.changed()
    }

    /// `Retry-After` of a refusal, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Content::Error(failure) = &mut self.content {
            failure.retry_after = Some(seconds);
        }
        self.changed()
    }
}

/// How it ends. Counts are of whole events that go before.
impl Reply {
    /// The body ends cleanly right before `messageStop`.
    #[must_use]
    pub fn without_message_stop(self) -> Self {
        self.ending(Ending::WithoutMessageStop)
    }

    /// The body ends cleanly after so many events.
    #[must_use]
    pub fn end_after(self, events: usize) -> Self {
        self.ending(Ending::EndAfter(events))
    }

    /// An exception frame after so many events, such as `throttlingException`.
    #[must_use]
    pub fn exception_after(
        self,
        events: usize,
        kind: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        self.ending(Ending::Exception {
            after: events,
            kind: kind.into(),
            message: message.into(),
        })
    }

    /// The connection is reset in the middle of the frame after so many events.
    #[must_use]
    pub fn cut_after(self, events: usize) -> Self {
        self.ending(Ending::Cut { after: events })
    }

    /// The connection is reset before anything is answered.
    #[must_use]
    pub fn cut_before_headers(self) -> Self {
        self.ending(Ending::CutBeforeHeaders)
    }

    /// After so many events nothing comes any more, and the connection stays open.
    #[must_use]
    pub fn stall_after(self, events: usize) -> Self {
        self.ending(Ending::Stall { after: events })
    }

    /// Nothing is answered, and the connection stays open.
    #[must_use]
    pub fn stall_before_headers(self) -> Self {
        self.ending(Ending::StallBeforeHeaders)
    }

    /// The body ends cleanly inside the frame after so many events.
    #[must_use]
    pub fn half_frame_after(self, events: usize) -> Self {
        self.ending(Ending::HalfFrame { after: events })
    }

    /// The frame after so many events has a wrong prelude checksum.
    #[must_use]
    pub fn bad_prelude_crc_after(self, events: usize) -> Self {
        self.ending(Ending::BadPreludeCrc { after: events })
    }

    /// The frame after so many events has a wrong message checksum.
    #[must_use]
    pub fn bad_message_crc_after(self, events: usize) -> Self {
        self.ending(Ending::BadMessageCrc { after: events })
    }

    fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self.changed()
    }
}

/// When it comes, and how it is cut.
impl Reply {
    /// Waits so long before the answer's head.
    #[must_use]
    pub fn delay_headers(mut self, delay: Duration) -> Self {
        self.timing.before_headers = delay;
        self.changed()
    }

    /// Waits so long between the answer's head and its first event.
    #[must_use]
    pub fn delay_first_event(mut self, delay: Duration) -> Self {
        self.timing.before_first_event = delay;
        self.changed()
    }

    /// Waits so long between one chunk (an event, unless cut otherwise) and the next.
    #[must_use]
    pub fn pace(mut self, pause: Duration) -> Self {
        self.timing.pace = pause;
        self.changed()
    }

    /// So many events a second, however they are grouped into chunks.
    #[must_use]
    pub fn events_per_second(self, rate: f64) -> Self {
        let per_chunk = match self.slicing {
            Slicing::Events(events) => events,
            _ => 1,
        };
        let pause = if rate.is_finite() && rate > 0.0 {
            Duration::try_from_secs_f64(per_chunk as f64 / rate).unwrap_or(Duration::ZERO)
        } else {
            Duration::ZERO
        };
        self.pace(pause)
    }

    /// So many events share one HTTP chunk; call it before `events_per_second`.
    #[must_use]
    pub fn events_per_chunk(mut self, events: usize) -> Self {
        self.slicing = Slicing::Events(events.max(1));
        self.changed()
    }

    /// The body goes out in HTTP chunks of so many bytes, each written on its own.
    #[must_use]
    pub fn chunk_size(mut self, bytes: usize) -> Self {
        self.slicing = Slicing::Bytes(bytes.max(1));
        self.changed()
    }

    /// The body goes out in pieces split at these byte offsets, each written on its own.
    #[must_use]
    pub fn split_at(mut self, offsets: impl IntoIterator<Item = usize>) -> Self {
        self.slicing = Slicing::At(offsets.into_iter().collect());
        self.changed()
    }
}
