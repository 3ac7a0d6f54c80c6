//! An opened plugin library: what it says of itself, and the providers it makes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use provider_interface::{PluginInfo, ProviderError};

use crate::generation::next_number;
use crate::host_api::host_api;
use crate::loader::Sha256;
use crate::provider::{Provider, plugin_error};
use crate::versions::Module;

/// An opened plugin library. Cheap to clone; the code itself stays mapped until the process ends.
#[derive(Clone)]
pub struct Plugin(Arc<Opened>);

struct Opened {
    module: Module,
    info: PluginInfo,
    sha256: Sha256,
    path: PathBuf,
}

impl Plugin {
    pub(crate) fn new(module: Module, info: PluginInfo, sha256: Sha256, path: PathBuf) -> Self {
        Self(Arc::new(Opened {
            module,
            info,
            sha256,
            path,
        }))
    }

    /// Makes a provider from its part of the config, a JSON text: a new generation, which serves
    /// nothing until a registry activates it.
    ///
    /// Runs on the caller's thread and may block (a plugin starts its threads here and may look for
    /// credentials): not for an asynchronous task.
    pub fn create(&self, config_json: &str) -> Result<Provider, ProviderError> {
        let generation = next_number();
        let host = host_api(&self.0.info.id, generation);
        match self.0.module.create(host, config_json.into()) {
            Ok(provider) => Ok(Provider::new(provider, self.clone(), generation)),
            Err(error) => Err(plugin_error(&error)),
        }
    }

    /// Calls an operation that the interface has no method for; [`PluginInfo::features`] names
    /// those that there are.
    pub fn call_ext(&self, op: &str, bytes: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match self.0.module.call_ext(op, bytes) {
            Ok(answer) => Ok(answer.into_vec()),
            Err(error) => Err(plugin_error(&error)),
        }
    }

    /// What the plugin says of itself.
    pub fn info(&self) -> &PluginInfo {
        &self.0.info
    }

    /// The digest of its file.
    pub fn sha256(&self) -> Sha256 {
        self.0.sha256
    }

    /// Where its file was when it was opened.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.0.info.id)
            .field("version", &self.0.info.version)
            .field("sha256", &self.0.sha256)
            .field("path", &self.0.path)
            .finish()
    }
}
