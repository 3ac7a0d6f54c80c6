//! A span for each answer, by OpenTelemetry's conventions for generative AI: who was asked, how long
//! it took, what it used. No prompt and no answer.
//!
//! It goes to the process's own tracer provider; without one it goes nowhere.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _};
use opentelemetry::{KeyValue, global};
use provider_interface::Metadata;

/// An answer that has ended, however it did.
pub(super) struct Answer<'a> {
    /// The name that the client used.
    pub(super) model: &'a str,
    /// By OpenTelemetry's names.
    pub(super) provider: &'a str,
    pub(super) took: Duration,
    pub(super) metadata: Option<&'a Metadata>,
    /// The kind of error that ended it.
    pub(super) failure: Option<&'a str>,
}

impl Answer<'_> {
    /// Tells of it. What was refused before a model was asked is no span.
    pub(super) fn tell(&self) {
        if self.model.is_empty() {
            return;
        }
        let tracer = global::tracer("bedrock-gateway");
        let ended = SystemTime::now();
        let mut span = tracer
            .span_builder(format!("chat {}", self.model))
            .with_kind(SpanKind::Client)
            .with_start_time(ended - self.took)
            .with_attributes(self.attributes())
            .start(&tracer);
        if let Some(kind) = self.failure {
            span.set_status(Status::error(kind.to_owned()));
        }
        span.end_with_timestamp(ended);
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", self.provider.to_owned()),
            KeyValue::new("gen_ai.request.model", self.model.to_owned()),
        ];
        if let Some(metadata) = self.metadata {
            let usage = &metadata.usage;
            let tokens = [
                ("gen_ai.usage.input_tokens", usage.input_tokens),
                ("gen_ai.usage.output_tokens", usage.output_tokens),
            ];
            attributes.extend(tokens.map(|(name, count)| {
                KeyValue::new(name, i64::try_from(count).unwrap_or(i64::MAX))
            }));
        }
        attributes.extend(
            self.failure
                .map(|kind| KeyValue::new("error.type", kind.to_owned())),
        );
        attributes
    }
}
