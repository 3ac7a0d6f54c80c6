//! What is known of each plugin file: whether it has come to rest, and what became of it. A file is
//! not looked into again until it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use provider_interface::PluginInfo;
use semver::Version;

use super::Listed;
use super::stamp::Stamp;
use crate::State;
use crate::config::Verdict;
use crate::loader::{Candidate, Scan, Sha256};

/// How long a file must have been left alone to count as written in full.
pub(super) const SETTLED_AFTER: Duration = Duration::from_millis(500);

/// The files of the plugins folders.
#[derive(Debug, Default)]
pub(super) struct Files {
    known: BTreeMap<PathBuf, File>,
    /// Whether anything has been looked at: what is there at the first look is not being written.
    has_looked: bool,
}

/// A file that is called like a plugin.
#[derive(Debug)]
pub(super) struct File {
    pub(super) candidate: Candidate,
    pub(super) standing: Standing,
    stamp: Stamp,
    /// Since when it has that stamp.
    since: Instant,
}

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may still be being written.
    Settling,
    /// Nothing.
    New,
    /// It may be opened: its content, and what it says of itself where that was asked.
    Known(Sha256, Option<PluginInfo>),
    /// It may not; the sentence says why.
    Refused {
        /// Its content and what it says of itself, where it came so far.
        known: Option<(Sha256, Option<PluginInfo>)>,
        reason: String,
        /// When to look into it again though it hasn't changed: it may not be its fault.
        again: Option<Instant>,
    },
}

impl File {
    /// Its version, as its folder or itself says.
    pub(super) fn version(&self) -> Option<Version> {
        let said = || self.said()?.version.parse().ok();
        self.candidate.version.clone().or_else(said)
    }

    /// Whether it is to be looked into though it hasn't changed.
    fn is_due(&self, now: Instant) -> bool {
        match &self.standing {
            Standing::Settling => now >= self.since + SETTLED_AFTER,
            Standing::Refused { again, .. } => again.is_some_and(|again| now >= again),
            Standing::New | Standing::Known(..) => false,
        }
    }

    /// Its content, as far as that is known.
    pub(super) fn sha256(&self) -> Option<Sha256> {
        match &self.standing {
            Standing::Known(sha256, _) => Some(*sha256),
            Standing::Refused { known, .. } => known.as_ref().map(|(sha256, _)| *sha256),
            Standing::Settling | Standing::New => None,
        }
    }

    /// What it says of itself, as far as that is known.
    fn said(&self) -> Option<&PluginInfo> {
        match &self.standing {
            Standing::Known(_, info) => info.as_ref(),
            Standing::Refused { known, .. } => known.as_ref()?.1.as_ref(),
            Standing::Settling | Standing::New => None,
        }
    }

    /// The file as it is listed, if no generation was made of it.
    pub(super) fn listed(&self, verdict: Verdict) -> Listed {
        let (state, reason) = match (verdict, &self.standing) {
            (Verdict::Disabled(reason), _) => (State::Disabled, Some(reason)),
            (_, Standing::Refused { reason, .. }) => (State::Rejected, Some(reason.clone())),
            (_, Standing::Settling) => {
                let reason = "it changed a moment ago; it is looked into when it has come to rest";
                (State::Detected, Some(reason.to_owned()))
            }
            (_, Standing::New) => (State::Detected, None),
            (_, Standing::Known(_, None)) => (State::Staged, None),
            (_, Standing::Known(_, Some(_))) => (State::Probed, None),
        };
        Listed {
            id: self.candidate.id.clone(),
            version: self.version().map(|version| version.to_string()),
            path: self.candidate.path.clone(),
            sha256: self.sha256().map(|sha256| sha256.to_string()),
            enabled: state != State::Disabled,
            state,
            generation: None,
            interface: self.said().map(|info| info.interface.clone()),
            reason,
        }
    }

    /// Whether its rank among the plugin's files can't be told from outside.
    pub(super) fn is_of_unknown_version(&self) -> bool {
        self.standing == Standing::New && self.candidate.version.is_none()
    }
}

impl Files {
    /// Looks at what a scan has found. Returns what is new there and has come to rest, with its
    /// plugin.
    pub(super) fn look(&mut self, scan: &Scan, now: Instant) -> BTreeSet<(String, PathBuf)> {
        let found = &scan.candidates;
        self.known
            .retain(|path, _| found.iter().any(|candidate| candidate.path == *path));
        let mut changed = BTreeSet::new();
        for candidate in found {
            let stamp = Stamp::of(&candidate.path);
            match self.known.get_mut(&candidate.path) {
                Some(file) if file.stamp != stamp => {
                    file.stamp = stamp;
                    file.since = now;
                    file.standing = Standing::Settling;
                }
                Some(file) if file.candidate != *candidate || file.is_due(now) => {
                    // Found at another place of the config, which may call it otherwise; or its
                    // time has come.
                    file.candidate = candidate.clone();
                    file.standing = Standing::New;
                    changed.insert((candidate.id.clone(), candidate.path.clone()));
                }
                Some(_) => {}
                None => {
                    let standing = if self.has_looked {
                        Standing::Settling
                    } else {
                        changed.insert((candidate.id.clone(), candidate.path.clone()));
                        Standing::New
                    };
                    let file = File {
                        candidate: candidate.clone(),
                        standing,
                        stamp,
                        since: now,
                    };
                    self.known.insert(candidate.path.clone(), file);
                }
            }
        }
        self.has_looked = true;
        changed
    }

    /// Whether another look soon will tell more.
    pub(super) fn is_settling(&self) -> bool {
        let mut files = self.known.values();
        files.any(|file| file.standing == Standing::Settling)
    }

    /// Forgets what was found out about a plugin's files.
    pub(super) fn forget(&mut self, id: &str) {
        let files = self.known.values_mut();
        let files = files.filter(|file| file.candidate.id == id);
        for file in files.filter(|file| file.standing != Standing::Settling) {
            file.standing = Standing::New;
        }
    }

    /// Forgets what was found out about a plugin's files, and takes them as they are now.
    pub(super) fn take_as_they_are(&mut self, id: &str) {
        let files = self.known.values_mut();
        for file in files.filter(|file| file.candidate.id == id) {
            file.standing = Standing::New;
        }
    }

    /// Every plugin of which there is a file.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        let files = self.known.values();
        files.map(|file| file.candidate.id.clone()).collect()
    }

    /// The files of that content.
    pub(super) fn paths_of(&self, sha256: Sha256) -> Vec<PathBuf> {
        let files = self.known.values();
        let files = files.filter(|file| file.sha256() == Some(sha256));
        files.map(|file| file.candidate.path.clone()).collect()
    }

    /// All files, by path.
    pub(super) fn all(&self) -> impl Iterator<Item = &File> {
        self.known.values()
    }

    /// The files of a plugin that may be tried, best first: the highest version, those of unknown
    /// version last. With a pin, no other version.
    pub(super) fn ranked(&self, id: &str, pinned: Option<&Version>) -> Vec<Candidate> {
        let files = self
            .known
            .values()
            .filter(|file| file.candidate.id == id && file.standing != Standing::Settling);
        let mut ranked: Vec<_> = files.map(|file| (file.version(), file)).collect();
        ranked.retain(|(version, _)| match (version, pinned) {
            (Some(version), Some(pinned)) => version == pinned,
            _ => true,
        });
        // None is less than any version, so reversed it is last.
        ranked.sort_by(|(a, _), (b, _)| b.cmp(a));
        let candidates = ranked.into_iter().map(|(_, file)| file.candidate.clone());
        candidates.collect()
    }

    /// What is known of a file.
    pub(super) fn standing(&self, path: &Path) -> Option<&Standing> {
        self.known.get(path).map(|file| &file.standing)
    }

    /// The version of a file, as far as it is known.
    pub(super) fn version(&self, path: &Path) -> Option<Version> {
        self.known.get(path)?.version()
    }

    /// Keeps what was found out about a file.
    pub(super) fn set(&mut self, path: &Path, standing: Standing) {
        if let Some(file) = self.known.get_mut(path) {
            file.standing = standing;
        }
    }

    /// The files of a plugin whose rank can only be told by trying them, if there are several files.
    pub(super) fn unranked(&self, id: &str) -> Vec<Candidate> {
        let files = self.known.values().filter(|file| file.candidate.id == id);
        let files: Vec<_> = files.collect();
        if files.len() < 2 {
            return Vec::new();
        }
        let unranked = files
            .into_iter()
            .filter(|file| file.is_of_unknown_version());
        unranked.map(|file| file.candidate.clone()).collect()
    }
}
