//! The config read anew while the gateway serves.

use host_shim::config::{Config, Connection};
use host_shim::swap::{Reread, Settings};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::gateway::of_config;

/// Reads the config as it was read at the start. What takes effect at the next start only is told.
pub(super) fn reread(context: &Context, settings: &Settings) -> Reread {
    let context = context.clone();
    let connection = settings.config.bedrock.connection.clone();
    let mut before = Fixed::of(&settings.config);
    Box::new(move || {
        let settings = read(&context, connection.clone())?;
        let now = Fixed::of(&settings.config);
        if now != before {
            tracing::warn!("another port, token or drain time takes effect at the next start");
            before = now;
        }
        Ok(settings)
    })
}

fn read(context: &Context, connection: Option<Connection>) -> Result<Settings, String> {
    let read = context.config().and_then(|mut config| {
        if let Some(connection) = connection {
            config.simulate(connection);
        }
        of_config(config, context)
    });
    read.map_err(|failure| match failure {
        Failure::Config(error) => error.to_string(),
        Failure::Failed(sentence) | Failure::Usage(sentence) => sentence,
        Failure::Interrupted | Failure::ReaderGone | Failure::Told | Failure::Panicked => {
            "it was interrupted".to_owned()
        }
    })
}

/// What can't change while the gateway serves.
#[derive(PartialEq, Eq)]
struct Fixed {
    port: u16,
    drain: u64,
    token: Option<String>,
}

impl Fixed {
    fn of(config: &Config) -> Self {
        let serve = &config.bedrock.serve;
        Self {
            port: serve.port,
            drain: serve.drain,
            token: config.serve_token().reveal().map(str::to_owned),
        }
    }
}
