//! Tokens and cost → `usage`.

use provider_interface::Metadata;
use serde::Serialize;

/// OpenAI's `usage`, whose prompt includes what the cache gave and took.
#[derive(Debug, Serialize)]
pub(super) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: PromptDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

#[derive(Debug, Serialize)]
struct PromptDetails {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

impl Usage {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let usage = &metadata.usage;
        let cached = usage.cache_read_input_tokens.unwrap_or(0);
        let written = usage.cache_write_input_tokens.unwrap_or(0);
        let prompt = usage
            .input_tokens
            .saturating_add(cached)
            .saturating_add(written);
        Self {
            prompt_tokens: prompt,
            completion_tokens: usage.output_tokens,
            total_tokens: prompt.saturating_add(usage.output_tokens),
            prompt_tokens_details: PromptDetails {
                cached_tokens: cached,
                cache_write_tokens: written,
            },
            cost: metadata.cost.as_ref().map(|cost| cost.total),
        }
    }
}
