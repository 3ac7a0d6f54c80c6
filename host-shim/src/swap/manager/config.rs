//! A changed config, while plugins serve.

use std::time::Instant;

use super::super::generations::deadline;
use super::super::start::{self, Health};
use super::{Manager, Settings};
use crate::Provider;
use crate::config::Verdict;

impl Manager {
    /// Takes a changed config. What serves takes its part of that, or is replaced by a generation
    /// that does, or goes on with the old if there is no such.
    pub fn apply(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.settings, settings);
        self.barred.retain(|_, bar| !bar.by_config);
        let active: Vec<Provider> = self.generations.all_active().cloned().collect();
        for provider in active {
            let id = &provider.info().id;
            if let Verdict::Disabled(reason) = self.settings.config.plugins.verdict(id) {
                tracing::info!(plugin = id, "no longer serves: {reason}");
                self.registry.deactivate(id);
                self.generations.drain(id, deadline(self.options.drain));
                continue;
            }
            let config = self.settings.config.create_config(id);
            if config != before.config.create_config(id) {
                self.reconfigure(&provider, config);
            }
        }
        let found = self.settings.candidates();
        self.files.look(&found, Instant::now());
        self.files.forget();
        for id in self.files.ids() {
            if self.settings.config.plugins.verdict(&id) == Verdict::Enabled {
                self.choose(&id);
            }
        }
    }

    fn reconfigure(&mut self, provider: &Provider, config: String) {
        let id = &provider.info().id;
        let Err(reason) = start::reconfigure(provider, config.clone()) else {
            self.swaps.reconfigured += 1;
            tracing::info!(
                plugin = id,
                generation = provider.generation(),
                "took its new config"
            );
            return;
        };
        let log_level = self.settings.log_level.clone();
        let begun = start::start(provider.plugin(), config, log_level, Health::Demanded);
        match begun.and_then(|next| self.install(next)) {
            Ok(_) => {}
            Err(_) => {
                tracing::warn!(plugin = id, "goes on with its old config: {reason}");
            }
        }
    }
}
