//! From a plugin's file to an opened plugin, by the config's rules: staged, proven, tried in a process
//! of its own, and only then opened in this one.

use provider_interface::PluginInfo;

use super::start::{START_LIMIT, said};
use super::{Settings, apart};
use crate::config::Verdict;
use crate::loader::{Candidate, Loader, Prober, Refusal, Sha256, Staged, shorten_path};
use crate::{LoadError, Plugin};

/// Opens plugin files by the config's rules.
#[derive(Debug, Clone)]
pub struct Opener {
    loader: Loader,
    prober: Option<Prober>,
}

/// A plugin file that may be opened. None of its code has run in this process.
#[derive(Debug)]
pub(super) struct Prepared {
    staged: Staged,
    /// What it said of itself in the process that tried it; none where there was none.
    pub(super) info: Option<PluginInfo>,
}

/// Why a plugin file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The file is not fit for it.
    #[error(transparent)]
    Unfit(#[from] LoadError),
    /// The config is against it; the sentence says what to change.
    #[error("{0}")]
    Unwanted(String),
}

impl NotOpened {
    /// A command for a shell that helps, where one does.
    pub fn fix(&self) -> Option<String> {
        match self {
            Self::Unfit(error) => error.fix(),
            Self::Unwanted(_) => None,
        }
    }
}

impl Prepared {
    pub(super) fn sha256(&self) -> Sha256 {
        self.staged.sha256()
    }
}

impl Opener {
    /// Without a prober, only plugins are opened that the config pins or wants signed.
    pub fn new(loader: Loader, prober: Option<Prober>) -> Self {
        Self { loader, prober }
    }

    /// Opens a file, unless the config's rules forbid it.
    pub fn open(&self, candidate: &Candidate, settings: &Settings) -> Result<Plugin, NotOpened> {
        let prepared = self.prepare(candidate, settings)?;
        self.load(prepared, candidate, settings)
    }

    /// Stages a file, has it proven, and tries it in a process of its own.
    pub(super) fn prepare(
        &self,
        candidate: &Candidate,
        settings: &Settings,
    ) -> Result<Prepared, LoadError> {
        let staged = self.loader.stage(&candidate.path)?;
        tracing::debug!(path = %candidate.path.display(), sha256 = %staged.sha256(), "staged");
        let proofs = settings.proofs(&candidate.id);
        for proof in &proofs {
            staged.prove(proof)?;
        }
        let info = match &self.prober {
            Some(prober) => Some(prober.probe(&staged)?),
            None if proofs.is_empty() => {
                return Err(LoadError::new(&candidate.path, Refusal::Untried));
            }
            None => None,
        };
        tracing::debug!(path = %candidate.path.display(), "probed");
        Ok(Prepared { staged, info })
    }

    /// Opens a prepared file in this process.
    pub(super) fn load(
        &self,
        prepared: Prepared,
        candidate: &Candidate,
        settings: &Settings,
    ) -> Result<Plugin, NotOpened> {
        let check = |info: &PluginInfo, staged: &Staged| {
            let id = &info.id;
            let refuse = |reason: &str| {
                let path = shorten_path(&candidate.path);
                NotOpened::Unwanted(format!("plugin {id} ({path}) is not used: {reason}"))
            };
            // Its file may be called otherwise than the plugin calls itself.
            if let Verdict::Disabled(reason) = settings.config.plugins.verdict(id) {
                return Err(refuse(&reason));
            }
            if let Some(pinned) = settings.pinned_version(id)
                && pinned.to_string() != info.version
            {
                let found = &info.version;
                return Err(refuse(&format!(
                    "its version is {found}, and the config pins {pinned}"
                )));
            }
            for proof in settings.proofs(id) {
                staged.prove(&proof)?;
            }
            Ok(())
        };
        if let Some(info) = &prepared.info {
            check(info, &prepared.staged)?;
        }
        let (loader, staged) = (self.loader.clone(), prepared.staged);
        let loaded = apart::run("plugin load", START_LIMIT, move || {
            (loader.load(&staged), staged)
        });
        let (plugin, staged) = loaded.map_err(|lost| {
            let path = shorten_path(&candidate.path);
            let reason = said(lost, "it was opened", START_LIMIT);
            NotOpened::Unwanted(format!("cannot load plugin {path}: it {reason}"))
        })?;
        let plugin = plugin?;
        if prepared.info.is_none() {
            // Nothing was known of it but what the proofs say of its content.
            check(plugin.info(), &staged)?;
        }
        tracing::debug!(path = %candidate.path.display(), "loaded");
        Ok(plugin)
    }
}
