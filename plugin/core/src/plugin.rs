//! The plugin: what it is, and how a generation of it is made.

use std::sync::Arc;

use provider_interface::export::{ChatProvider, Plugin};
use provider_interface::{HostApi, INTERFACE_VERSION, PluginInfo, ProviderError};

use crate::PROVIDER_ID;
use crate::config::Config;
use crate::logging;
use crate::provider::Generation;

/// The Amazon Bedrock plugin.
#[derive(Debug)]
pub struct Bedrock;

impl Plugin for Bedrock {
    fn info() -> PluginInfo {
        PluginInfo {
            id: PROVIDER_ID.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_revision: option_env!("AMAZON_BEDROCK_GIT_REVISION").map(str::to_owned),
            rustc: option_env!("AMAZON_BEDROCK_RUSTC").map(str::to_owned),
            interface: INTERFACE_VERSION.to_owned(),
            provider_ids: vec![PROVIDER_ID.to_owned()],
            features: Vec::new(),
        }
    }

    fn create(host: Arc<HostApi>, config: &str) -> Result<Box<dyn ChatProvider>, ProviderError> {
        logging::install();
        let config = Config::parse(config)?;
        Ok(Box::new(Generation::start(host, config)?))
    }
}
