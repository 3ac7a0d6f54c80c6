//! What a person asks for: a plugin tried anew, or the one before back. The latter happens by itself,
//! too, when a new generation does nothing but panic.

use std::path::Path;

use super::super::files::Standing;
use super::super::start::Health;
use super::{Bar, Manager};
use crate::config::Verdict;
use crate::loader::{Proof, shorten, shorten_path};
use crate::swap::Listed;
use crate::{Plugin, Provider, State};

/// Why a plugin was not reloaded or rolled back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such plugin.
    #[error("{0}")]
    Unknown(String),
    /// It can't be done; what served goes on.
    #[error("{0}")]
    Impossible(String),
}

impl Manager {
    /// Tries a plugin's files anew, whatever was found out about them, and makes a new generation
    /// even of the content that serves.
    pub fn reload(&mut self, id: &str) -> Result<Listed, Refused> {
        let found = self.settings.candidates();
        self.look(&found);
        self.check_known(id)?;
        if let Verdict::Disabled(reason) = self.settings.config.plugins.verdict(id) {
            let sentence = format!("plugin {id} is not used: {reason}");
            return Err(Refused::Impossible(sentence));
        }
        self.files.take_as_they_are(id);
        self.barred.retain(|_, bar| bar.id != id);
        let before = self.generations.active(id).cloned();
        let arrived = self.arrived.remove(id).unwrap_or_default();
        let refusals = self.choose(id, &arrived);
        let after = self.generations.active(id).map(Provider::generation);
        let is_swapped = after.is_some() && after != before.as_ref().map(Provider::generation);
        match (is_swapped, refusals.into_iter().next(), before) {
            (true, ..) => {}
            (false, Some(refusal), _) => return Err(Refused::Impossible(refusal)),
            (false, None, Some(before)) => {
                let health = self.health(before.plugin());
                self.start(before.plugin(), health)
                    .and_then(|provider| self.install(provider))
                    .map_err(Refused::Impossible)?;
            }
            (false, None, None) => {}
        }
        self.listed_active(id)
    }

    /// Goes back to what served a plugin before; what serves now is not tried again until its file
    /// changes or [`Manager::reload`] asks for it.
    pub fn roll_back(&mut self, id: &str) -> Result<Listed, Refused> {
        self.check_known(id)?;
        let health = match self.options.check_health {
            true => Health::Demanded,
            false => Health::Unasked,
        };
        self.back(id, "rolled back by request", health)?;
        self.listed_active(id)
    }

    /// Goes back from a generation whose first answers all ended in a panic.
    pub(in crate::swap) fn troubled(&mut self, generation: u64) {
        let troubled = self
            .generations
            .all_active()
            .find(|provider| provider.generation() == generation)
            .map(|provider| provider.info().id.clone());
        let Some(id) = troubled else {
            return;
        };
        let reason = format!(
            "rolled back: its first {} answers all ended in a panic",
            self.options.trial
        );
        // Anything is better than what does nothing but panic.
        if let Err(refused) = self.back(&id, &reason, Health::First) {
            tracing::warn!(
                plugin = id,
                generation,
                "panics, and there is no way back: {refused}"
            );
        }
    }

    fn back(&mut self, id: &str, reason: &str, health: Health) -> Result<(), Refused> {
        let impossible = |sentence: String| Refused::Impossible(sentence);
        let Some(now) = self.generations.active(id).cloned() else {
            return Err(impossible(format!("plugin {id} does not serve")));
        };
        let known = self.earlier.get(id).map_or(&[][..], Vec::as_slice);
        let earlier = known
            .iter()
            .rev()
            .find(|earlier| self.is_allowed(earlier))
            .cloned();
        let Some(earlier) = earlier else {
            return Err(impossible(format!(
                "plugin {id} can't be rolled back: nothing served before its version {}",
                now.info().version
            )));
        };
        let next = self.start(&earlier, health).map_err(&impossible)?;
        self.install(next).map_err(impossible)?;
        self.swaps.rolled_back += 1;
        let (sha256, version) = (now.plugin().sha256(), &now.info().version);
        let path = shorten_path(now.plugin().path());
        let reason = format!("plugin {id} {version} ({path}) is not used: {reason}");
        tracing::warn!(generation = now.generation(), "{reason}");
        let info = Some(now.info().clone());
        let known = Some((sha256, info));
        let paths = self.files.paths_of(sha256);
        for path in paths {
            let refused = Standing::Refused {
                known: known.clone(),
                reason: reason.clone(),
                again: None,
            };
            self.files.set(&path, refused);
        }
        let bar = Bar {
            id: id.to_owned(),
            reason,
            by_config: false,
        };
        self.barred.insert(sha256, bar);
        Ok(())
    }

    /// Whether the config's pins let an earlier content serve.
    fn is_allowed(&self, plugin: &Plugin) -> bool {
        let (id, version) = (&plugin.info().id, &plugin.info().version);
        let pinned = self.settings.pinned_version(id);
        let is_pinned = |proof: &Proof| match proof {
            Proof::Digest(pinned) => *pinned == plugin.sha256(),
            // Shown when it was opened, or of no concern then.
            Proof::Permissions | Proof::Signature(_) => true,
        };
        pinned.is_none_or(|pinned| pinned.to_string() == *version)
            && self.settings.proofs(id).iter().all(is_pinned)
    }

    fn check_known(&self, id: &str) -> Result<(), Refused> {
        let mut ids = self.files.ids();
        ids.extend(self.generations.listed().map(|listed| listed.id.clone()));
        if ids.contains(id) {
            return Ok(());
        }
        let id = shorten(id, 64);
        let known = ids.into_iter().collect::<Vec<_>>().join(", ");
        let known = shorten(&known, 200);
        let sentence = match &*known {
            "" => format!("there is no plugin `{id}`: none has been found"),
            known => format!("there is no plugin `{id}`; there are: {known}"),
        };
        Err(Refused::Unknown(sentence))
    }

    fn listed_active(&self, id: &str) -> Result<Listed, Refused> {
        let active = self.generations.active(id);
        let listed = active.map(|provider| Listed::generation(provider, State::Active));
        listed.ok_or_else(|| Refused::Impossible(format!("no file of plugin {id} can serve")))
    }

    /// Every generation, and every file that none was made of.
    pub fn listed(&self) -> Vec<Listed> {
        let mut listed: Vec<Listed> = self.generations.listed().cloned().collect();
        let is_made = |path: &Path, sha256: &str| {
            let mut active = self.generations.all_active().map(Provider::plugin);
            active.any(|plugin| plugin.path() == path && plugin.sha256().to_string() == sha256)
        };
        let files = self.files.all().map(|file| {
            let verdict = self.settings.config.plugins.verdict(&file.candidate.id);
            file.listed(verdict)
        });
        let unmade = files.filter(|file| {
            let sha256 = file.sha256.as_deref();
            !sha256.is_some_and(|sha256| is_made(file.path.as_path(), sha256))
        });
        listed.extend(unmade);
        listed.sort_by(|a, b| a.id.cmp(&b.id).then(b.generation.cmp(&a.generation)));
        listed
    }
}
