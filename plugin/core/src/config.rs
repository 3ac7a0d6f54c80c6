//! The provider's part of the gateway's config: JSON from the gateway → validated values.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use provider_interface::{ErrorKind, PromptCaching, ProviderError};
use serde::Deserialize;

use crate::discovery::{ConfigModel, DiscoverySettings};
use crate::models::{Models, Row};

/// What the gateway sends. Members that the user didn't set are absent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Config {
    /// What to list.
    pub(crate) discovery: DiscoverySettings,
    /// A runtime endpoint, or a standard host that only tells the region.
    pub(crate) base_url: Option<String>,
    /// Models that the user described.
    pub(crate) models: Vec<ConfigModel>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Where lists are kept between runs.
    pub(crate) cache_dir: Option<PathBuf>,
    /// What the user says of models beyond the built-in table.
    pub(crate) model_rules: Vec<Row>,
    /// Where cache points are put that the caller didn't set.
    pub(crate) prompt_caching: Option<PromptCaching>,
    /// For the service's invocation log, beside what the caller says.
    pub(crate) request_metadata: BTreeMap<String, String>,
    /// Models to ask in turn, where the caller names none, as long as nothing has come.
    pub(crate) fallbacks: Vec<String>,
    /// How long to wait, and for what.
    pub(crate) timeouts: Timeouts,
    /// A connection that the gateway itself has made up (its simulator); beats environment and file.
    pub(crate) connection: Option<Connection>,
    /// All that is known of models.
    #[serde(skip)]
    pub(crate) known: Models,
}

/// How long to wait, in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Timeouts {
    /// For a connection.
    #[serde(deserialize_with = "seconds")]
    pub(crate) connect: Duration,
    /// For the first event of an answer, retries included.
    #[serde(deserialize_with = "seconds")]
    pub(crate) first_event: Duration,
    /// For the next event of an answer. A long thinking pause must not trip it.
    #[serde(deserialize_with = "seconds")]
    pub(crate) idle: Duration,
    /// For the whole answer; unset: for ever.
    #[serde(deserialize_with = "some_seconds")]
    pub(crate) total: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_event: Duration::from_secs(300),
            idle: Duration::from_secs(300),
            total: None,
        }
    }
}

/// A connection that needs nothing of the environment.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Connection {
    /// Runtime and control plane alike.
    pub(crate) endpoint: String,
    /// The region to sign for.
    pub(crate) region: String,
    /// The key pair to sign with.
    pub(crate) access_key_id: String,
    /// Its secret.
    pub(crate) secret_access_key: String,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the gateway's text.
    pub(crate) fn parse(json: &str) -> Result<Self, ProviderError> {
        let mut config: Self = serde_json::from_str(json).map_err(|error| {
            ProviderError::new(
                ErrorKind::InvalidRequest,
                format!("the config of amazon-bedrock can't be used: {error}"),
            )
        })?;
        let described = config.models.iter().map(Row::from);
        config.known = Models::new(described.chain(config.model_rules.iter().cloned()))?;
        Ok(config)
    }
}

/// A day: who wants longer means "never", and sums of times must not overflow.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

fn some_seconds<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    seconds(deserializer).map(Some)
}

/// Reads a positive number of seconds, fractions allowed.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration <= MAX_TIMEOUT => Ok(duration),
        _ => Err(serde::de::Error::custom(format_args!(
            "{seconds} is no positive number of seconds up to {}",
            MAX_TIMEOUT.as_secs()
        ))),
    }
}
