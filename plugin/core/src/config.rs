//! The provider's part of the gateway's config: JSON from the gateway → validated values.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use provider_interface::{ErrorKind, ProviderError};
use serde::Deserialize;

use crate::discovery::{ConfigModel, DiscoverySettings};

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
    /// How long to wait, and for what.
    pub(crate) timeouts: Timeouts,
    /// A connection that the gateway itself has made up (its simulator); beats environment and file.
    pub(crate) connection: Option<Connection>,
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
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_event: Duration::from_secs(300),
            idle: Duration::from_secs(300),
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
        serde_json::from_str(json).map_err(|error| {
            ProviderError::new(
                ErrorKind::InvalidRequest,
                format!("the config of amazon-bedrock can't be used: {error}"),
            )
        })
    }
}

/// A day: who wants longer means "never", and sums of times must not overflow.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

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
