//! Which file of a plugin is to serve: the best that may, and never something less than what serves
//! already.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use semver::Version;

use super::super::files::Standing;
use super::super::opener::Prepared;
use super::Manager;
use crate::loader::{Candidate, Sha256};

/// After which a file is tried again whose refusal may pass by itself.
const TRY_AGAIN: Duration = Duration::from_secs(5);

impl Manager {
    /// Lets the best file of a plugin serve, unless it does already. Returns why better ones than
    /// the one that serves don't.
    pub(super) fn choose(&mut self, id: &str, arrived: &BTreeSet<PathBuf>) -> Vec<String> {
        for candidate in self.files.unranked(id) {
            // Whether it can be tried shows when it is.
            let _ = self.prepare(&candidate);
        }
        let pinned = self.settings.pinned_version(id);
        let mut refusals = Vec::new();
        for candidate in self.files.ranked(id, pinned.as_ref()) {
            if self.is_a_step_back(id, &candidate, arrived.contains(&candidate.path)) {
                continue;
            }
            match self.try_out(&candidate) {
                Ok(()) => break,
                Err(reason) => refusals.push(reason),
            }
        }
        refusals
    }

    /// Whether a file would replace what serves by a version that is no higher, though nobody has
    /// given that up: a file that went bad, or is being written, is no reason for that. Its place
    /// taken by another content is one; so is an arrival when its file is gone.
    fn is_a_step_back(&self, id: &str, candidate: &Candidate, has_arrived: bool) -> bool {
        let Some(active) = self.generations.active(id) else {
            return false;
        };
        let (path, sha256) = (active.plugin().path(), active.plugin().sha256());
        let is_given_up = match self.files.standing(path) {
            Some(Standing::Known(now, _)) => *now != sha256,
            Some(_) => false,
            None => has_arrived,
        };
        let pinned = self.settings.pinned_version(id);
        let serving: Option<Version> = active.info().version.parse().ok();
        let is_unwanted = pinned.is_some() && pinned != serving;
        let is_higher = match (self.files.version(&candidate.path), serving) {
            (Some(version), Some(serving)) => version > serving,
            _ => true,
        };
        candidate.path != path && !is_given_up && !is_unwanted && !is_higher
    }

    /// Finds out about a file what can be found out without its code running in this process.
    fn prepare(&mut self, candidate: &Candidate) -> Result<Prepared, String> {
        let (standing, prepared) = match self.opener.prepare(candidate, &self.settings) {
            Ok(prepared) => {
                let known = Standing::Known(prepared.sha256(), prepared.info.clone());
                (known, Ok(prepared))
            }
            Err(error) => {
                let reason = error.to_string();
                let is_passing = error.refusal().is_passing();
                // What is tried again and again is told once.
                if self.told.as_ref() != Some(&reason) {
                    self.rejected(&reason);
                }
                self.told = is_passing.then(|| reason.clone());
                let refused = Standing::Refused {
                    known: None,
                    reason: reason.clone(),
                    again: is_passing.then(|| Instant::now() + TRY_AGAIN),
                };
                (refused, Err(reason))
            }
        };
        self.files.set(&candidate.path, standing);
        prepared
    }

    /// Lets a file serve, unless it does already.
    fn try_out(&mut self, candidate: &Candidate) -> Result<(), String> {
        let path = &candidate.path;
        if let Some(Standing::Refused { reason, .. }) = self.files.standing(path) {
            return Err(reason.clone());
        }
        if let Some(Standing::Known(sha256, info)) = self.files.standing(path)
            && self.serves(
                info.as_ref().map_or(&candidate.id, |info| &info.id),
                *sha256,
            )
        {
            return Ok(());
        }
        let prepared = self.prepare(candidate)?;
        let sha256 = prepared.sha256();
        let id = prepared
            .info
            .as_ref()
            .map_or(&candidate.id, |info| &info.id);
        if self.serves(id, sha256) {
            return Ok(());
        }
        let known = Some((sha256, prepared.info.clone()));
        let tried = match self.barred.get(&sha256) {
            Some(bar) => Err(bar.reason.clone()),
            None => self.activate(prepared, candidate),
        };
        tried.inspect_err(|reason| {
            let refused = Standing::Refused {
                known,
                reason: reason.clone(),
                again: None,
            };
            self.files.set(path, refused);
        })
    }

    fn serves(&self, id: &str, sha256: Sha256) -> bool {
        let active = self.generations.active(id);
        active.is_some_and(|active| active.plugin().sha256() == sha256)
    }
}
