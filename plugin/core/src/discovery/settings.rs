//! What the config says of models: what to list, and models that the user described.

use std::time::Duration;

use provider_interface::{Modality, ModelCost};
use serde::{Deserialize, Deserializer};

/// What to list. Members that the user didn't set have the original's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DiscoverySettings {
    /// Whether the service is asked; unset: if there are credentials.
    pub enabled: Option<bool>,
    /// Where; the first is also the region of requests.
    pub regions: Vec<String>,
    /// Makers whose models are listed (`anthropic`); empty: all.
    pub provider_filter: Vec<String>,
    /// How long a list is good, in seconds; zero: never.
    #[serde(deserialize_with = "seconds")]
    pub refresh_interval: Duration,
    /// Whether models are listed that AWS is about to retire.
    pub include_legacy: bool,
    /// Geographies of inference profiles (`us`, `global`), the preferred ones first; those that
    /// aren't named follow, the closest to the region first.
    pub profile_order: Vec<String>,
    /// The context window of a model that nothing is known about.
    pub default_context_window: u32,
    /// The most tokens of an answer of such a model.
    pub default_max_tokens: u32,
}

impl Default for DiscoverySettings {
    fn default() -> Self {
        Self {
            enabled: None,
            regions: Vec::new(),
            provider_filter: Vec::new(),
            refresh_interval: Duration::from_secs(3600),
            include_legacy: false,
            profile_order: Vec::new(),
            default_context_window: 32_000,
            default_max_tokens: 4096,
        }
    }
}

/// A model that the user described.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigModel {
    /// What the service takes.
    pub id: String,
    /// A name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it can think before it answers.
    #[serde(default)]
    pub reasoning: Option<bool>,
    /// What goes in.
    #[serde(default)]
    pub input: Option<Vec<Modality>>,
    /// Prices.
    #[serde(default)]
    pub cost: Option<ModelCost>,
    /// The most tokens of a whole conversation.
    #[serde(default)]
    pub context_window: Option<u32>,
    /// The most tokens of an answer.
    #[serde(default)]
    pub max_tokens: Option<u32>,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| serde::de::Error::custom(format_args!("{seconds} is no number of seconds")))
}
