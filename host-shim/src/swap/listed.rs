//! A plugin as it is listed: by `plugins list --json`, and by `GET /admin/plugins`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Provider, State};

/// A plugin file, or a generation made of one. Members are never missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The plugin's id.
    pub id: String,
    /// Its version, as far as it is known: none of its code runs for that.
    pub version: Option<String>,
    /// Its file.
    pub path: PathBuf,
    /// The digest of its content, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The generation that was made of it.
    pub generation: Option<u64>,
    /// The interface that it was built against.
    pub interface: Option<String>,
    /// Whether the config lets it run.
    pub enabled: bool,
    /// Why it stands there, where there is something to say.
    pub reason: Option<String>,
}

impl Listed {
    /// A generation.
    pub(crate) fn generation(provider: &Provider, state: State) -> Self {
        let (plugin, info) = (provider.plugin(), provider.info());
        Self {
            id: info.id.clone(),
            version: Some(info.version.clone()),
            path: plugin.path().to_owned(),
            sha256: Some(plugin.sha256().to_string()),
            state,
            generation: Some(provider.generation()),
            interface: Some(info.interface.clone()),
            enabled: true,
            reason: None,
        }
    }
}
