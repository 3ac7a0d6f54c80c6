//! What a provider tells of itself: its models, its plugin, its health, what it can reach.

use serde::{Deserialize, Serialize};

use crate::{Modality, ModelSource, ProviderError};

/// What to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListModels {
    /// Ask the service even if a cached list is still good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refresh: bool,
}

/// The models that a provider knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelList {
    /// The models: those of the config first, then discovered ones by name.
    pub models: Vec<ModelInfo>,
    /// One sentence for each thing that went wrong on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One model that can be asked. In JSON every member is there, null when unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// What a user types: `PROVIDER/ID`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What the service takes.
    pub id: String,
    /// The provider's id.
    pub provider: String,
    /// A name for people.
    pub name: String,
    /// Which list it was found in.
    pub source: ModelSource,
    /// The foundation model behind a profile or a deployment.
    #[serde(default)]
    pub base_model: Option<String>,
    /// The region that it is called in.
    #[serde(default)]
    pub region: Option<String>,
    /// What goes in.
    #[serde(default)]
    pub input: Option<Vec<Modality>>,
    /// What comes out.
    #[serde(default)]
    pub output: Option<Vec<Modality>>,
    /// Whether it can think before it answers.
    #[serde(default)]
    pub reasoning: Option<bool>,
    /// Whether it can call tools.
    #[serde(default)]
    pub tools: Option<bool>,
    /// Whether it can stream.
    #[serde(default)]
    pub streaming: Option<bool>,
    /// The most tokens of a whole conversation.
    #[serde(default)]
    pub context_window: Option<u32>,
    /// The most tokens of an answer.
    #[serde(default)]
    pub max_tokens: Option<u32>,
    /// Whether the two limits are known, not defaults.
    #[serde(default)]
    pub limits_known: bool,
    /// Prices.
    #[serde(default)]
    pub cost: Option<ModelCost>,
}

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelCost {
    /// Read by the model.
    #[serde(default)]
    pub input: Option<f64>,
    /// Written by the model.
    #[serde(default)]
    pub output: Option<f64>,
    /// Read from the cache.
    #[serde(default)]
    pub cache_read: Option<f64>,
    /// Written to the cache.
    #[serde(default)]
    pub cache_write: Option<f64>,
}

/// How many tokens a request would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenCount {
    /// The request's tokens.
    pub input_tokens: u64,
}

/// What a plugin says of itself, before anything else of it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginInfo {
    /// Its id, by which it is enabled: `amazon-bedrock`.
    pub id: String,
    /// Its version (SemVer).
    pub version: String,
    /// The revision of its source, if it was built from one.
    #[serde(default)]
    pub git_revision: Option<String>,
    /// The compiler that built it.
    #[serde(default)]
    pub rustc: Option<String>,
    /// The interface that it was built against.
    pub interface: String,
    /// The providers that it offers.
    pub provider_ids: Vec<String>,
    /// What it can do beyond the interface's methods, by name.
    #[serde(default)]
    pub features: Vec<String>,
}

/// Whether a provider can work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether it takes requests.
    pub ready: bool,
    /// The region that requests go to.
    #[serde(default)]
    pub region: Option<String>,
    /// Where the credentials come from that requests are signed with.
    #[serde(default)]
    pub credential_source: Option<String>,
    /// What a person should know; empty when all is well.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Who named the region.
    #[serde(default)]
    pub region_source: Option<String>,
    /// When the credentials end, in seconds since 1970; none if they don't, or nobody knows.
    #[serde(default)]
    pub credential_expiry: Option<u64>,
    /// Why there are no credentials, though some are needed.
    #[serde(default)]
    pub credential_error: Option<ProviderError>,
}

/// Whether what a provider depends on can be reached from here, asked just now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// Its endpoints.
    #[serde(default)]
    pub endpoints: Vec<EndpointProbe>,
}

/// One endpoint, and how it answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointProbe {
    /// What it is for.
    pub name: String,
    /// Its address.
    pub url: String,
    /// How long it took to answer anything at all, in milliseconds; none if it didn't.
    #[serde(default)]
    pub millis: Option<u64>,
    /// How far the local clock is ahead of its clock, in seconds.
    #[serde(default)]
    pub clock_ahead_seconds: Option<i64>,
    /// Why it didn't answer.
    #[serde(default)]
    pub error: Option<String>,
}
