//! What decides which plugins run, and how: the config, and what the command line adds to it.

use std::path::PathBuf;

use provider_interface::LogLevel;
use semver::Version;

use crate::config::{BEDROCK_ID, Config, Trust};
use crate::loader::{Candidate, Proof, Scan, scan};

/// What decides which plugins run, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The config.
    pub config: Config,
    /// A file to take as the plugin `amazon-bedrock`, instead of what lies in the config's folders.
    pub bundled: Option<PathBuf>,
    /// How much plugins log; none is nothing.
    pub log_level: Option<LogLevel>,
}

impl Settings {
    /// The files that are called like plugins, where the config looks for them.
    pub fn candidates(&self) -> Scan {
        match &self.bundled {
            None => scan(&self.config.plugins.load_paths),
            Some(file) => Scan {
                candidates: vec![Candidate {
                    id: BEDROCK_ID.to_owned(),
                    version: None,
                    path: file.clone(),
                }],
                errors: Vec::new(),
            },
        }
    }

    /// Where plugins may arrive: folders, or files.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        match &self.bundled {
            None => self.config.plugins.load_paths.clone(),
            Some(file) => vec![file.clone()],
        }
    }

    /// The only version of a plugin that the config lets run, if it names one.
    pub fn pinned_version(&self, id: &str) -> Option<Version> {
        let entry = self.config.plugins.entries.get(id)?;
        // The config has checked that it is one.
        entry.version.as_ref()?.parse().ok()
    }

    /// What the config asks a plugin's file to show.
    pub(super) fn proofs(&self, id: &str) -> Vec<Proof> {
        let Some(entry) = self.config.plugins.entries.get(id) else {
            return Vec::new();
        };
        let pinned = entry.sha256.as_ref().and_then(|digest| digest.parse().ok());
        let signed = match &entry.trust {
            Trust::Signed { public_key } => Some(Proof::Signature(public_key.clone())),
            Trust::Permissions | Trust::Pinned => None,
        };
        pinned
            .map(Proof::Digest)
            .into_iter()
            .chain(signed)
            .collect()
    }
}
