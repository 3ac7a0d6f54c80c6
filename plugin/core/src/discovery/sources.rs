//! What one region offers, as its control plane lists it: seven lists, asked for together, each with
//! a deadline of its own and each allowed to fail alone.

mod deployments;
mod foundation;
mod imported;
mod profiles;
mod provisioned;
mod routers;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::types::InferenceProfileType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::future::{Either, join_all, select};
use provider_interface::{ErrorKind, Modality, ModelSource, ProviderError};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::client::chosen_profile;
use crate::convert::error::{Origin, from_sdk};

/// How long a list may take, all of its pages and retries included: someone waits for it.
const DEADLINE: Duration = Duration::from_secs(10);

/// A list of the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Source {
    FoundationModels,
    SystemProfiles,
    ApplicationProfiles,
    ImportedModels,
    CustomDeployments,
    Provisioned,
    PromptRouters,
}

impl Source {
    /// Those whose items stand for a foundation model.
    const DERIVED: [Self; 6] = [
        Self::SystemProfiles,
        Self::ApplicationProfiles,
        Self::ImportedModels,
        Self::CustomDeployments,
        Self::Provisioned,
        Self::PromptRouters,
    ];

    /// Without these a list of models is of little use.
    fn is_needed(self) -> bool {
        matches!(self, Self::FoundationModels | Self::SystemProfiles)
    }

    /// What a model from this list is called.
    pub(super) fn model_source(self) -> ModelSource {
        match self {
            Self::FoundationModels => ModelSource::FoundationModel,
            Self::SystemProfiles => ModelSource::SystemProfile,
            Self::ApplicationProfiles => ModelSource::ApplicationProfile,
            Self::ImportedModels => ModelSource::ImportedModel,
            Self::CustomDeployments => ModelSource::CustomDeployment,
            Self::Provisioned => ModelSource::Provisioned,
            Self::PromptRouters => ModelSource::PromptRouter,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FoundationModels => "foundation models",
            Self::SystemProfiles => "inference profiles",
            Self::ApplicationProfiles => "application inference profiles",
            Self::ImportedModels => "imported models",
            Self::CustomDeployments => "custom model deployments",
            Self::Provisioned => "provisioned throughputs",
            Self::PromptRouters => "prompt routers",
        })
    }
}

/// A foundation model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Foundation {
    pub(super) id: String,
    pub(super) name: String,
    /// Who makes it, in lower case.
    pub(super) maker: String,
    pub(super) input: Vec<Modality>,
    pub(super) output: Vec<Modality>,
    pub(super) streaming: bool,
    /// Whether it can be called by its own id.
    pub(super) on_demand: bool,
    pub(super) state: Lifecycle,
}

/// Where a model is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Lifecycle {
    Active,
    Legacy,
    Unsaid,
}

/// Something that can be called in place of a foundation model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Derived {
    /// What a request names.
    pub(super) id: String,
    pub(super) name: String,
    /// The foundation model behind it, as far as the service tells.
    pub(super) base: Option<String>,
}

/// A list, and when it came, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Dated<T> {
    pub(super) at: u64,
    pub(super) items: Vec<T>,
}

impl<T> Dated<T> {
    fn now(items: Vec<T>) -> Self {
        Self { at: now(), items }
    }
}

/// Why a list is missing or old.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Missing {
    pub(super) error: String,
    /// Whether it won't be otherwise soon: the account may not see it.
    lasting: bool,
}

/// Everything that a region offers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lists {
    pub(super) foundation: Option<Dated<Foundation>>,
    pub(super) derived: BTreeMap<Source, Dated<Derived>>,
    /// What did not come when the region was asked last.
    pub(super) missing: BTreeMap<Source, Missing>,
}

impl Lists {
    /// Whether there is nothing to be gained by asking again at once.
    pub(super) fn is_settled(&self) -> bool {
        let mut missing = self.missing.iter();
        missing.all(|(source, missing)| missing.lasting || !source.is_needed())
    }

    /// Takes over what came before in place of what is missing now.
    pub(super) fn fill_in(&mut self, before: &Self) {
        for source in self.missing.keys() {
            if *source == Source::FoundationModels {
                self.foundation.clone_from(&before.foundation);
            } else if let Some(list) = before.derived.get(source) {
                self.derived.insert(*source, list.clone());
            }
        }
    }

    /// When a list came that is older than the last time of asking.
    pub(super) fn kept_since(&self, source: Source) -> Option<u64> {
        match source {
            Source::FoundationModels => self.foundation.as_ref().map(|list| list.at),
            source => self.derived.get(&source).map(|list| list.at),
        }
    }

    fn insert(&mut self, source: Source, list: Result<Vec<Derived>, ProviderError>) {
        match list {
            Ok(items) => drop(self.derived.insert(source, Dated::now(items))),
            Err(error) => self.miss(source, &error),
        }
    }

    fn miss(&mut self, source: Source, error: &ProviderError) {
        let missing = Missing {
            error: error.to_string(),
            lasting: error.kind == ErrorKind::PermissionDenied,
        };
        self.missing.insert(source, missing);
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// Whether a request wasn't sent since there is nothing to sign it with. A refusal by the service is
/// no sign of that.
pub(super) fn is_without_credentials(error: &ProviderError) -> bool {
    error.kind == ErrorKind::Authentication && error.http_status.is_none()
}

/// Asks a region for everything. An error only if both foundation models and profiles fail.
pub(super) async fn fetch(client: Client, region: String) -> Result<Lists, ProviderError> {
    let region = Region {
        client,
        place: format!("Amazon Bedrock's control plane in {region}"),
        profile: chosen_profile(),
        region,
    };
    let foundation = region.in_time(Source::FoundationModels, foundation::fetch(&region));
    let derived = join_all(Source::DERIVED.map(|source| region.derived(source)));
    let (foundation, derived) = match select(pin!(foundation), pin!(derived)).await {
        // The others would look for credentials again, one after the other.
        Either::Left((Err(error), _)) if is_without_credentials(&error) => return Err(error),
        Either::Left((foundation, derived)) => (foundation, derived.await),
        Either::Right((derived, foundation)) => (foundation.await, derived),
    };
    let mut lists = Lists::default();
    for (source, list) in Source::DERIVED.into_iter().zip(derived) {
        lists.insert(source, list);
    }
    match foundation {
        Ok(items) => lists.foundation = Some(Dated::now(items)),
        Err(error) if lists.missing.contains_key(&Source::SystemProfiles) => return Err(error),
        Err(error) => lists.miss(Source::FoundationModels, &error),
    }
    Ok(lists)
}

/// A region about to be asked.
struct Region {
    client: Client,
    region: String,
    /// Where it is, for sentences about failures.
    place: String,
    /// The AWS profile in use.
    profile: Option<String>,
}

impl Region {
    async fn derived(&self, source: Source) -> Result<Vec<Derived>, ProviderError> {
        let list = async {
            match source {
                Source::FoundationModels => Ok(Vec::new()),
                Source::SystemProfiles => {
                    profiles::fetch(self, InferenceProfileType::SystemDefined).await
                }
                Source::ApplicationProfiles => {
                    profiles::fetch(self, InferenceProfileType::Application).await
                }
                Source::ImportedModels => imported::fetch(self).await,
                Source::CustomDeployments => deployments::fetch(self).await,
                Source::Provisioned => provisioned::fetch(self).await,
                Source::PromptRouters => routers::fetch(self).await,
            }
        };
        self.in_time(source, list).await
    }

    async fn in_time<T>(
        &self,
        source: Source,
        list: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        timeout(DEADLINE, list).await.unwrap_or_else(|_| {
            let region = &self.region;
            Err(ProviderError::new(
                ErrorKind::Timeout,
                format!("the {source} of {region} did not come within {DEADLINE:?}"),
            ))
        })
    }

    fn error<E>(&self, error: SdkError<E, HttpResponse>) -> ProviderError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let origin = Origin {
            endpoint: &self.place,
            profile: self.profile.as_deref(),
        };
        from_sdk(error, origin)
    }
}
