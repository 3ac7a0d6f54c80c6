//! `serve`: the models over HTTP, until a signal ends it.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use host_shim::config::{Config, Token};
use host_shim::server::{self, Options};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::Gateway;

/// Where, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address to listen on; else 127.0.0.1 and the config's port
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// A name that callers may call this host, besides localhost and addresses; may be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// How long open answers may go on after a first signal; a second one ends them
    #[arg(long, value_name = "SECONDS", default_value = "600")]
    drain: u64,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Outcome {
    let mut gateway = Gateway::serving(context)?;
    let options = Options {
        token: token(&gateway.config)?,
        allowed_hosts: args.allowed_hosts,
        drain: Duration::from_secs(args.drain),
        ..Options::default()
    };
    let port = gateway.config.bedrock.serve.port;
    let address = args
        .listen
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let registry = Arc::new(std::mem::take(&mut gateway.registry));
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start: {error}")))?;
    #[cfg(feature = "otlp")]
    let export = super::otlp::Export::start(runtime.handle())?;
    let outcome = runtime.block_on(async {
        let mut signals = Signals::new()?;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::Failed(format!(
                "cannot listen on {address}: {error}; choose another with --listen"
            ))
        })?;
        announce(&listener, &options)?;
        let (ask, asked) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async {
            // The sender is kept below until it is used.
            let _ = asked.await;
        };
        let server = server::run(listener, Arc::clone(&registry), options, shutdown);
        let twice = async {
            signals.next().await;
            tracing::info!("no new answers are begun; open ones go on until they end");
            let _ = ask.send(());
            signals.next().await;
        };
        tokio::select! {
            served = server => served.map_err(|error| Failure::Failed(error.to_string())),
            () = twice => Err(Failure::Interrupted),
        }
    });
    #[cfg(feature = "otlp")]
    let outcome = export.end(outcome);
    // What is left is cut off; there is nobody to wait for.
    runtime.shutdown_background();
    outcome
}

/// The line that tells others where to go: on stdout, when requests are taken.
fn announce(listener: &TcpListener, options: &Options) -> Outcome {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Failed(format!("cannot listen: {error}")))?;
    server::check_exposure(address, options).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "listening http://{address}")?;
    out.flush()?;
    Ok(())
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

/// What ends the server.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
