//! What the simulated account can see and call: foundation models, inference profiles and the rest.

mod defaults;
mod documented;
mod foundation;
mod lists;
mod other;
mod profile;
mod resolve;

use serde_json::Value;

pub use foundation::FoundationModel;
pub use other::{custom_model_deployment, imported_model, prompt_router, provisioned_model};
pub use profile::InferenceProfile;

pub(crate) use lists::answer;
pub(crate) use resolve::Resolved;

/// The account number in the simulator's ARNs; AWS's documentation uses it for examples.
pub const ACCOUNT_ID: &str = "123456789012";

/// All that can be listed and called. The default is about a dozen realistic models with their system
/// profiles; [`Catalogue::empty`] is the start of one's own.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(crate) models: Vec<FoundationModel>,
    pub(crate) profiles: Vec<InferenceProfile>,
    pub(crate) imported: Vec<Value>,
    pub(crate) deployments: Vec<Value>,
    pub(crate) provisioned: Vec<Value>,
    pub(crate) routers: Vec<Value>,
    pub(crate) page_size: usize,
    /// Ids that nothing lists are callable too.
    pub(crate) any_model: bool,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            models: defaults::models(),
            profiles: defaults::profiles(),
            ..Self::empty()
        }
    }
}

impl Catalogue {
    /// Nothing to list, nothing to call.
    pub fn empty() -> Self {
        Self {
            models: Vec::new(),
            profiles: Vec::new(),
            imported: Vec::new(),
            deployments: Vec::new(),
            provisioned: Vec::new(),
            routers: Vec::new(),
            page_size: crate::limits::DEFAULT_PAGE_SIZE,
            any_model: false,
        }
    }

    /// What AWS's documentation lists for January 2026: some seventy models with their regions, and the
    /// system profiles that lead to them.
    pub fn documented() -> Self {
        Self {
            models: documented::models(),
            profiles: documented::profiles(),
            ..Self::empty()
        }
    }

    /// Adds a foundation model, in place of one with the same id.
    #[must_use]
    pub fn model(mut self, model: FoundationModel) -> Self {
        self.models.retain(|known| known.id != model.id);
        self.models.push(model);
        self
    }

    /// Adds an inference profile, in place of one with the same id.
    #[must_use]
    pub fn profile(mut self, profile: InferenceProfile) -> Self {
        self.profiles.retain(|known| known.id != profile.id);
        self.profiles.push(profile);
        self
    }

    /// Adds an item of ListImportedModels; [`imported_model`] makes one.
    #[must_use]
    pub fn imported(mut self, summary: Value) -> Self {
        self.imported.push(summary);
        self
    }

    /// Adds an item of ListCustomModelDeployments; [`custom_model_deployment`] makes one.
    #[must_use]
    pub fn deployment(mut self, summary: Value) -> Self {
        self.deployments.push(summary);
        self
    }

    /// Adds an item of ListProvisionedModelThroughputs; [`provisioned_model`] makes one.
    #[must_use]
    pub fn provisioned(mut self, summary: Value) -> Self {
        self.provisioned.push(summary);
        self
    }

    /// Adds an item of ListPromptRouters; [`prompt_router`] makes one.
    #[must_use]
    pub fn router(mut self, summary: Value) -> Self {
        self.routers.push(summary);
        self
    }

    /// Items on a page when the request does not say.
    #[must_use]
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items.max(1);
        self
    }

    /// Lets ids that nothing lists be called too.
    #[must_use]
    pub fn any_model(mut self) -> Self {
        self.any_model = true;
        self
    }
}
