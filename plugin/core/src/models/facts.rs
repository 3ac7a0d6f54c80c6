//! What is known of a model. Every member may be unknown, and unknown is never guessed.

use std::collections::BTreeMap;

use provider_interface::Modality;
use serde::Deserialize;

/// Declares [`Facts`] and how one set of them is laid over another, from one list of members.
macro_rules! facts {
    ($($(#[$meta:meta])* $name:ident: $kind:ty,)+) => {
        /// What is known of a model: the members of a row of `models.toml`, and of `models` in the
        /// plugin's own config.
        #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct Facts {
            $($(#[$meta])* pub $name: Option<$kind>,)+
        }

        impl Facts {
            /// Takes over what the other knows.
            pub fn learn(&mut self, other: &Self) {
                $(if other.$name.is_some() {
                    self.$name.clone_from(&other.$name);
                })+
            }
        }
    };
}

facts! {
    /// The most tokens of a whole conversation.
    context_window: u32,
    /// The most tokens of an answer.
    max_tokens: u32,
    /// What goes in.
    input: Vec<Modality>,
    /// Whether it can think before it answers.
    reasoning: bool,
    /// Whether it streams.
    streaming: bool,
    /// Whether it calls tools.
    tools: bool,
    /// Whether it streams while there are tools.
    streaming_tools: bool,
    /// Whether it can be made to call a tool (`toolChoice` `any` and `tool`).
    forced_tools: bool,
    /// Whether tools may be `strict`.
    strict_tools: bool,
    /// Whether it takes a system prompt.
    system_prompt: bool,
    /// Whether it keeps to `outputConfig.textFormat`.
    structured_output: bool,
    /// Whether CountTokens knows it.
    count_tokens: bool,
    /// Whether a conversation may end with the beginning of its answer.
    prefill: bool,
    /// Which of the sampling parameters it takes.
    sampling: Sampling,
    /// Where it takes topK.
    top_k: TopK,
    /// Which sampling parameters it takes while it thinks.
    sampling_while_thinking: Sampling,
    /// Whether it can be made to call a tool while it thinks.
    forced_tools_while_thinking: bool,
    /// Which stop sequences it takes.
    stop_sequences: StopSequences,
    /// The least `maxTokens` that it takes.
    min_max_tokens: u32,
    /// So many letters and digits make the id of a call, no more and no less.
    tool_use_id_length: usize,
    /// Where cache points may stand.
    caching: Caching,
    /// Whether a cache point may live for an hour.
    cache_hour: bool,
    /// Whether a cache point may stand behind a document of bytes that is no PDF.
    caches_documents: bool,
    /// How it is asked to think.
    thinking: Thinking,
    /// Which of its thoughts it takes back.
    reasoning_replay: ReasoningReplay,
    /// The geographies of its inference profiles, if it can't be called by its bare id.
    profiles: Vec<String>,
    /// The regions where its bare id is called on demand; `everywhere` stands for all.
    on_demand: Vec<String>,
    /// Prices.
    cost: Prices,
    /// Prices of long conversations.
    long_context: LongContext,
    /// By how much profiles of a geography are dearer than the bare id and the global profile.
    regional_factor: f64,
    /// By how much a service tier is dearer (or cheaper) than the default one.
    tiers: BTreeMap<String, f64>,
}

impl Facts {
    /// Whether it is known to be called by its bare id in a region.
    pub fn is_on_demand(&self, region: &str) -> bool {
        let regions = self.on_demand.iter().flatten();
        regions
            .into_iter()
            .any(|one| one == region || one == EVERYWHERE)
    }
}

/// Stands for all regions.
const EVERYWHERE: &str = "everywhere";

/// Which sampling parameters a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sampling {
    /// All.
    All,
    /// Temperature or topP, not both.
    OneOf,
    /// None.
    None,
}

/// Where a model takes topK, for which Converse has no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TopK {
    /// `top_k` among the additional fields.
    Plain,
    /// `inferenceConfig: {topK}` among the additional fields.
    Nested,
}

/// Which stop sequences a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopSequences {
    /// Any that isn't empty.
    Any,
    /// Any that isn't white space alone.
    NotBlank,
    /// None.
    None,
}

/// Where a model takes cache points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Caching {
    /// Nowhere.
    None,
    /// In the system prompt and in messages without results of tools.
    Text,
    /// Everywhere.
    Everywhere,
}

/// Which thoughts a model takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReasoningReplay {
    /// None.
    None,
    /// Signed and encrypted ones.
    Signed,
    /// Readable ones, signed or not.
    Readable,
}

/// How a model is asked to think.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thinking {
    /// In which words.
    pub by: Words,
    /// The efforts that it takes, rising.
    #[serde(default)]
    pub efforts: Vec<String>,
    /// The beta flag that lets it think between calls of tools.
    #[serde(default)]
    pub beta: Option<String>,
    /// The effort from which on neither `maxTokens` nor sampling parameters are taken.
    #[serde(default)]
    pub unlimited_from: Option<String>,
}

/// The additional request fields in which a model is asked to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Words {
    /// `thinking: {type: enabled, budget_tokens}`
    Budget,
    /// `thinking: {type: adaptive}` and `output_config: {effort}`
    Adaptive,
    /// `reasoningConfig: {type: enabled, maxReasoningEffort}`
    ReasoningConfig,
    /// `reasoning_effort`
    ReasoningEffort,
    /// `reasoning: {effort}`
    NestedEffort,
}

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Prices {
    /// Read by the model.
    pub input: Option<f64>,
    /// Written by the model.
    pub output: Option<f64>,
    /// Read from the cache.
    pub cache_read: Option<f64>,
    /// Written to the cache for five minutes.
    pub cache_write: Option<f64>,
    /// Written to the cache for an hour.
    pub cache_write_hour: Option<f64>,
}

/// Prices of a conversation that is longer than a number of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LongContext {
    /// Longer than so many tokens, the cache's included.
    pub above: u64,
    /// Read by the model.
    pub input: f64,
    /// Written by the model.
    pub output: f64,
    /// Read from the cache.
    #[serde(default)]
    pub cache_read: Option<f64>,
    /// Written to the cache for five minutes.
    #[serde(default)]
    pub cache_write: Option<f64>,
    /// Written to the cache for an hour.
    #[serde(default)]
    pub cache_write_hour: Option<f64>,
}
