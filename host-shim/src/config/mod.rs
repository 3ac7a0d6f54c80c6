//! The user's config file, read once into structs without loose ends.
//!
//! The file belongs to a larger gateway (OpenClaw, Clawdbot). Three sections are ours and
//! strict; of the rest, known keys are read and everything else is left alone.
//!
//! # Layout
//! `locate` finds the file, `document` turns its text into a syntax tree, `reader` walks the
//! tree key by key (`node` holds the kinds of values), one file per section says which keys
//! there are, `problem` is what goes wrong, `create` and `show` are what comes out.

mod bedrock;
mod create;
mod discovery;
mod document;
mod environment;
mod findings;
mod host;
mod load;
mod locate;
mod models;
mod node;
mod plugins;
mod problem;
mod reader;
mod rules;
mod schema;
mod show;
mod substitute;
mod token;
mod trust;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use bedrock::{BedrockConfig, DEFAULT_PORT, ServeConfig, TimeoutsConfig};
pub use create::Connection;
pub use discovery::DiscoveryConfig;
pub use document::{MAX_CONFIG_BYTES, MAX_NESTING};
pub use environment::{Environment, private_dir};
pub use findings::Origin;
pub use locate::{Location, locate};
pub use models::{Cost, ModelConfig};
pub use plugins::{EntryConfig, PluginsConfig, Verdict};
pub use problem::{ConfigError, Problem, Span};
pub use schema::SCHEMA;
pub use show::Setting;
pub use token::Token;
pub use trust::Trust;

use findings::Origins;

/// The provider whose sections of the file are ours.
pub const BEDROCK_ID: &str = "amazon-bedrock";

/// Everything the gateway needs to know from its config, validated.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file this came from; none when the built-in defaults are in force.
    pub source: Option<PathBuf>,
    /// Which plugins are looked for, and which may run.
    pub plugins: PluginsConfig,
    /// What is handed to the Bedrock provider, and how its requests are served.
    pub bedrock: BedrockConfig,
    /// The model used when a caller names none, as `provider/model`; it may be another provider's.
    pub default_model: Option<String>,
    /// The host's own token; [`Config::serve_token`] says which one counts.
    pub gateway_token: Token,
    /// Where caches live; none without a home directory.
    pub cache_dir: Option<PathBuf>,
    /// Where state lives; none without a home directory.
    pub state_dir: Option<PathBuf>,
    /// What was odd but not refused.
    pub warnings: Vec<Problem>,
    origins: Origins,
}

impl Config {
    /// The token that callers of `serve` must show: ours, else the host's.
    pub fn serve_token(&self) -> &Token {
        match &self.bedrock.serve.token {
            Token::Unset => &self.gateway_token,
            ours => ours,
        }
    }

    /// Looks for plugins in `folder` alone, as `--plugins` asks.
    pub fn look_in(&mut self, folder: PathBuf) {
        self.plugins.load_paths = vec![folder];
        self.origins
            .insert("plugins.load.paths".to_owned(), Origin::Flag("--plugins"));
    }

    /// Points the provider at a simulator, whatever file and environment say, and lets it run.
    pub fn simulate(&mut self, connection: Connection) {
        self.plugins.permit(BEDROCK_ID);
        self.bedrock.connection = Some(connection);
    }
}
