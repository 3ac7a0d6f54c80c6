//! A changed config, while plugins serve.

use super::super::generations::deadline;
use super::super::start::{self, Health};
use super::{Manager, Settings};
use crate::Provider;
use crate::config::Verdict;
use crate::loader::Sha256;

impl Manager {
    /// Takes a changed config. What serves takes its part of that, or is replaced by a generation
    /// that does, or goes on with the old if there is no such.
    pub fn apply(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.settings, settings);
        let active: Vec<Provider> = self.generations.all_active().cloned().collect();
        for provider in &active {
            let id = &provider.info().id;
            if let Verdict::Disabled(reason) = self.settings.config.plugins.verdict(id) {
                tracing::info!(plugin = id, "no longer serves: {reason}");
                self.registry.deactivate(id);
                self.generations.drain(id, deadline(self.options.drain));
                continue;
            }
            let config = self.settings.config.create_config(id);
            if self.running.get(id) != Some(&Sha256::of(config.as_bytes())) {
                self.reconfigure(provider, config);
            }
        }
        drop(active);
        let found = self.settings.candidates();
        self.look(&found);
        for id in self.files.ids() {
            if !decides_alike(&before, &self.settings, &id) {
                self.barred.retain(|_, bar| bar.id != id || !bar.by_config);
                self.files.forget(&id);
                self.arrived.entry(id).or_default();
            }
        }
        self.refresh();
    }

    fn reconfigure(&mut self, provider: &Provider, config: String) {
        let id = &provider.info().id;
        let Err(reason) = start::reconfigure(provider, config.clone()) else {
            self.swaps.reconfigured += 1;
            self.runs_with_present_config(id);
            tracing::info!(
                plugin = id,
                generation = provider.generation(),
                "took its new config"
            );
            return;
        };
        let log_level = self.settings.log_level.clone();
        let begun = start::start(provider.plugin(), config, log_level, Health::Demanded);
        if let Err(also) = begun.and_then(|next| self.install(next)) {
            tracing::warn!(
                plugin = id,
                "goes on with its old config: {reason}; a new generation: {also}"
            );
        }
    }
}

/// Whether nothing has changed that decides over a plugin's files, and how they start.
fn decides_alike(before: &Settings, now: &Settings, id: &str) -> bool {
    before.config.plugins.verdict(id) == now.config.plugins.verdict(id)
        && before.pinned_version(id) == now.pinned_version(id)
        && before.proofs(id) == now.proofs(id)
        && before.config.create_config(id) == now.config.create_config(id)
}
