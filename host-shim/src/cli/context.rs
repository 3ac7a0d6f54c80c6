//! What every command starts from: the global flags and the process's environment.

use host_shim::config::{Config, Environment};

use super::Global;
use super::failure::Failure;

/// Global flags and environment.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) global: Global,
    pub(super) environment: Environment,
}

impl Context {
    pub(super) fn new(global: Global) -> Self {
        let environment = Environment::of_process();
        Self {
            global,
            environment,
        }
    }

    /// The config in force, flags applied. What is odd about it is logged.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::load(self.global.config.as_deref(), &self.environment)?;
        for warning in &config.warnings {
            tracing::info!("{warning}");
        }
        if let Some(folder) = &self.global.plugins {
            config.look_in(self.environment.expand(folder));
        }
        Ok(config)
    }
}
