//! Which models there are: those of the config, and those that the service lists.

mod cache;
mod foundation;
mod merge;
mod settings;

use std::time::Duration;

use provider_interface::{ErrorKind, ModelInfo, ModelList, ProviderError};
use tokio::time::timeout;

use cache::{Cache, Listed};

pub use settings::{ConfigModel, DiscoverySettings};

/// How long the service may take for a list, retries included: someone waits for it.
const LIST_DEADLINE: Duration = Duration::from_secs(10);

/// The models of one config.
#[derive(Debug)]
pub struct Discovery {
    settings: DiscoverySettings,
    config_models: Vec<ConfigModel>,
    cache: Cache,
}

impl Discovery {
    /// Nothing is asked for yet.
    pub fn new(settings: DiscoverySettings, config_models: Vec<ConfigModel>) -> Self {
        Self {
            settings,
            config_models,
            cache: Cache::default(),
        }
    }

    /// The models of a region: those of the config first, then what the service lists, by name.
    /// `refresh` asks the service even if a list is still good.
    ///
    /// A failure is a note as long as there is a list to give: that of the config, or the last one.
    pub async fn list(
        &self,
        client: &aws_sdk_bedrock::Client,
        region: &str,
        refresh: bool,
    ) -> Result<ModelList, ProviderError> {
        let mut notes = Vec::new();
        let found = match self.discovered(client, region, refresh).await {
            Ok(Listed { models, stale }) => {
                notes.extend(stale.map(|stale| {
                    let age = stale.age.as_secs();
                    format!("the list of {region} is {age} s old: {}", stale.error)
                }));
                models
            }
            Err(error) if self.is_off(&error) || !self.config_models.is_empty() => {
                notes.push(format!("no models were discovered in {region}: {error}"));
                Default::default()
            }
            Err(error) => return Err(error),
        };
        let models = merge::merge(&self.config_models, &found, region, &self.settings);
        Ok(ModelList { models, notes })
    }

    async fn discovered(
        &self,
        client: &aws_sdk_bedrock::Client,
        region: &str,
        refresh: bool,
    ) -> Result<Listed, ProviderError> {
        if self.settings.enabled == Some(false) {
            return Ok(Listed {
                models: Default::default(),
                stale: None,
            });
        }
        let keep = self.settings.refresh_interval;
        let fetch = async || self.fetch(client, region).await;
        self.cache.list(region, keep, refresh, fetch).await
    }

    async fn fetch(
        &self,
        client: &aws_sdk_bedrock::Client,
        region: &str,
    ) -> Result<Vec<ModelInfo>, ProviderError> {
        let fetch = foundation::fetch(client, region, &self.settings);
        timeout(LIST_DEADLINE, fetch).await.unwrap_or_else(|_| {
            Err(ProviderError::new(
                ErrorKind::Timeout,
                format!("ListFoundationModels in {region} did not answer within {LIST_DEADLINE:?}"),
            ))
        })
    }

    /// Left unset, discovery is on if there are credentials. A refusal by the service is no sign of
    /// their absence.
    fn is_off(&self, error: &ProviderError) -> bool {
        self.settings.enabled.is_none()
            && error.kind == ErrorKind::Authentication
            && error.http_status.is_none()
    }
}

#[cfg(test)]
mod tests;
