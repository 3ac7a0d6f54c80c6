//! Token figures of a scripted answer, in the API's own shape.

use serde::{Deserialize, Serialize};

/// `TokenUsage` of the API. `input_tokens` leaves out what the cache read or wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Usage {
    /// Tokens sent that no cache took part in.
    pub input_tokens: u64,
    /// Tokens generated.
    pub output_tokens: u64,
    /// All of them; worked out when a script leaves it away.
    #[serde(default)]
    pub total_tokens: u64,
    /// Tokens read from the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read_input_tokens: Option<u64>,
    /// Tokens written to the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_input_tokens: Option<u64>,
    /// The written tokens by time to live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cache_details: Vec<CacheDetail>,
}

/// `CacheDetail` of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CacheDetail {
    /// `5m` or `1h`.
    pub ttl: String,
    /// Tokens written with it.
    pub input_tokens: u64,
}

impl Usage {
    /// So many tokens in and out.
    pub fn new(input_tokens: u64, output_tokens: u64) -> Self {
        Self {
            input_tokens,
            output_tokens,
            ..Self::default()
        }
    }

    /// So many tokens read from the cache.
    #[must_use]
    pub fn cache_read(mut self, tokens: u64) -> Self {
        self.cache_read_input_tokens = Some(tokens);
        self
    }

    /// So many tokens written to the cache for `ttl` (`5m`, `1h`); repeat it for a split.
    #[must_use]
    pub fn cache_write(mut self, ttl: &str, tokens: u64) -> Self {
        self.cache_write_input_tokens = Some(self.cache_write_input_tokens.unwrap_or(0) + tokens);
        self.cache_details.push(CacheDetail {
            ttl: ttl.to_owned(),
            input_tokens: tokens,
        });
        self
    }

    /// With the total filled in, as the service always does.
    pub(crate) fn completed(&self) -> Self {
        let mut usage = self.clone();
        if usage.total_tokens == 0 {
            usage.total_tokens = usage.input_tokens
                + usage.output_tokens
                + usage.cache_read_input_tokens.unwrap_or(0)
                + usage.cache_write_input_tokens.unwrap_or(0);
        }
        usage
    }
}
