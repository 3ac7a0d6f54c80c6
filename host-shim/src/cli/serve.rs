//! `serve`: the models over HTTP, until a signal ends it.

mod reread;
mod signals;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use host_shim::Registry;
use host_shim::config::{Config, Token};
use host_shim::server::{self, Options};
use host_shim::swap::{self, Manager, Plugins, Settings};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::address::AddressFile;
use super::context::Context;
use super::failure::{Failure, Outcome};
use super::{gateway, report};
use reread::reread;
use signals::Ending;

/// Where, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address to listen on; else 127.0.0.1 and the config's port
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// A name that callers may call this host, besides localhost and addresses; may be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// How long open answers may go on after a first signal, and those of a plugin that another has
    /// replaced; else the config's, else 600. A second signal ends them
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86400))]
    drain: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Outcome {
    let (settings, _simulator) = gateway::settings(context)?;
    let config = settings.config.clone();
    let drain = Duration::from_secs(args.drain.unwrap_or(config.bedrock.serve.drain));
    // Whatever could be wrong without a plugin is told before one is opened.
    let token = token(&config)?;
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start: {error}")))?;
    // Before anything that takes time: a signal that nobody listens for ends the process.
    let (mut ending, hang_up) = {
        let _entered = runtime.enter();
        (Ending::new()?, signals::hang_up()?)
    };
    let registry = Arc::new(Registry::new());
    let plugins = supervised(settings, drain, &registry, context)?;
    let options = Options {
        token,
        allowed_hosts: args.allowed_hosts,
        drain,
        plugins: Some(plugins.clone()),
        ..Options::default()
    };
    let address = args
        .listen
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, config.bedrock.serve.port)));
    #[cfg(feature = "otlp")]
    let export = super::otlp::Export::start(runtime.handle())?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::Failed(format!(
                "cannot listen on {address}: {error}; choose another with --listen"
            ))
        })?;
        let _address = announce(&listener, &options, &config)?;
        let (ask, asked) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async {
            // The sender is kept below until it is used.
            let _ = asked.await;
        };
        let server = server::run(listener, registry, options, shutdown);
        let twice = async {
            ending.next().await;
            tracing::info!("no new answers are begun; open ones go on until they end");
            let _ = ask.send(());
            ending.next().await;
        };
        tokio::select! {
            served = server => served.map_err(|error| Failure::Failed(error.to_string())),
            () = twice => Err(Failure::Interrupted),
            () = signals::on_hang_up(hang_up, || plugins.refresh()) => Ok(()),
        }
    });
    #[cfg(feature = "otlp")]
    let outcome = export.end(outcome);
    // What is left is cut off; there is nobody to wait for.
    runtime.shutdown_background();
    outcome
}

/// The plugins, kept up to date. With none yet the gateway serves: one may come.
fn supervised(
    settings: Settings,
    drain: Duration,
    registry: &Arc<Registry>,
    context: &Context,
) -> Result<Plugins, Failure> {
    if let Err(failure) = gateway::check_places(&settings) {
        match failure {
            Failure::Failed(sentence) | Failure::Usage(sentence)
                if context.global.plugins.is_none() =>
            {
                report::warning(&format!("nothing is served yet: {sentence}"));
            }
            failure => return Err(failure),
        }
    }
    let mut options = swap::Options::default();
    options.drain = drain;
    let reread = reread(context, &settings);
    let opener = gateway::opener(&settings.config)?;
    let manager = Manager::new(settings, options, opener, Arc::clone(registry));
    Ok(Plugins::supervise(manager, Some(reread)))
}

/// Tells others where to go, when requests are taken: people by a line on stdout, our own commands by
/// a file, as long as it is held.
fn announce(
    listener: &TcpListener,
    options: &Options,
    config: &Config,
) -> Result<Option<AddressFile>, Failure> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Failed(format!("cannot listen: {error}")))?;
    server::check_exposure(address, options).map_err(|error| Failure::Usage(error.to_string()))?;
    let left = config
        .state_dir
        .as_deref()
        .map(|state| AddressFile::write(state, address));
    let left = left.transpose().unwrap_or_else(|error| {
        report::warning(&format!(
            "`bedrock-gateway plugins` will not find this gateway without --url: {error}"
        ));
        None
    });
    let mut out = io::stdout().lock();
    writeln!(out, "listening http://{address}")?;
    out.flush()?;
    Ok(left)
}

fn token(config: &Config) -> Result<Option<secrecy::SecretString>, Failure> {
    match config.serve_token() {
        Token::Unset => Ok(None),
        Token::Set(token) => Ok(Some(token.clone())),
        Token::Unreadable(reason) => Err(Failure::Usage(format!(
            "the config asks for a token that can't be had: {reason}; nothing is served without it"
        ))),
    }
}
