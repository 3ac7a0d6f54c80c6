//! How an answer ends: why, and what it took.

use std::borrow::Cow;

use provider_interface::{
    CacheTtl, ErrorKind, Json, Metadata, ProviderError, ServiceTierType, StopReason, Usage,
};
use serde::Deserialize;

use super::super::wire::{self, CacheCreation, Stop, StopDetails};

/// Refuses an answer that is not worth having.
pub(super) fn check(reason: &StopReason) -> Result<(), ProviderError> {
    match reason {
        StopReason::MalformedModelOutput | StopReason::MalformedToolUse => {
            let sentence = format!("the model's answer can't be used ({reason}): ask again");
            Err(ProviderError::new(ErrorKind::Unavailable, sentence))
        }
        _ => Ok(()),
    }
}

/// Why an answer ended. `fields` are those of the model's own answer that were asked for.
pub(super) fn stop<'a>(reason: &'a StopReason, fields: Option<&'a Json>) -> Stop<'a> {
    let stop_reason = stop_reason(reason);
    Stop {
        stop_reason: Some(stop_reason),
        stop_sequence: fields.and_then(stop_sequence),
        stop_details: (stop_reason == REFUSAL).then_some(StopDetails {
            category: None,
            explanation: Some(reason.as_str()).filter(|reason| *reason != REFUSAL),
        }),
        container: (),
    }
}

const REFUSAL: &str = "refusal";

/// Most are Claude's own words; one that this version doesn't know is the model's, and stays.
fn stop_reason(reason: &StopReason) -> &str {
    match reason {
        StopReason::GuardrailIntervened | StopReason::ContentFiltered => REFUSAL,
        reason => reason.as_str(),
    }
}

fn stop_sequence(fields: &Json) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow)]
        stop_sequence: Option<Cow<'a, str>>,
    }
    fields.read::<Fields<'_>>().ok()?.stop_sequence
}

/// What an answer took.
pub(super) fn usage(metadata: &Metadata) -> wire::Usage<'_> {
    let Metadata { usage, .. } = metadata;
    let tier = metadata.service_tier.as_ref().map(|tier| &tier.kind);
    // Anthropic's words, and the others under another name: a strict client takes no third.
    let (service_tier, bedrock_service_tier) = match tier {
        None => (None, None),
        Some(ServiceTierType::Default) => (Some("standard"), None),
        Some(ServiceTierType::Priority) => (Some("priority"), None),
        Some(other) => (None, Some(other.as_str())),
    };
    wire::Usage {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cache_creation_input_tokens: usage.cache_write_input_tokens.unwrap_or_default(),
        cache_read_input_tokens: usage.cache_read_input_tokens.unwrap_or_default(),
        cache_creation: cache_creation(usage),
        inference_geo: (),
        output_tokens_details: (),
        server_tool_use: (),
        service_tier,
        bedrock_service_tier,
        cost: metadata.cost.map(|cost| cost.total),
    }
}

fn cache_creation(usage: &Usage) -> Option<CacheCreation> {
    let details = usage.cache_details.as_deref()?;
    let of = |ttl: CacheTtl| {
        let details = details.iter().filter(|detail| detail.ttl == ttl);
        details.map(|detail| detail.input_tokens).sum()
    };
    Some(CacheCreation {
        ephemeral_5m_input_tokens: of(CacheTtl::FiveMinutes),
        ephemeral_1h_input_tokens: of(CacheTtl::OneHour),
    })
}
