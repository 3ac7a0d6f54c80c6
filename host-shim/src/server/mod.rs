//! The HTTP server of `bedrock-gateway serve`: what other programs speak to.
//!
//! The caller gives the listener, the registry and what ends it; nothing here reads a config, a
//! command line or a signal.
//!
//! | module | what it does |
//! |---|---|
//! | `dialect` | what the server needs of an API that clients speak; pure |
//! | `connection`, `timeouts` | sockets: accepted, counted, timed |
//! | `routes`, `access` | which path is whose, and who may |
//! | `chat`, `event_body` | one answer: whole, or as it arrives |
//! | `unread` | bodies of requests that are refused early |
//! | `count` | the tokens of a request |
//! | `models`, `operations`, `plugins`, `page` | everything else that is served |
//! | `status`, `reply` | errors as answers |
//! | `traces` | a span for each answer, with the feature `otlp` |
//! | `metrics`, `life` | what is counted, and how the end comes |

mod access;
mod chat;
mod connection;
mod count;
pub mod dialect;
mod event_body;
mod life;
mod metrics;
mod models;
mod operations;
mod page;
mod plugins;
mod reply;
mod routes;
pub(crate) mod status;
mod timeouts;
#[cfg(feature = "otlp")]
mod traces;
mod unread;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::Registry;
use crate::swap::Plugins;
use access::Access;
use life::Life;
use metrics::Metrics;

pub use timeouts::Timeouts;

/// How the server is to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// What callers show; without one everybody who reaches the address is let in.
    pub token: Option<SecretString>,
    /// Names, apart from loopback ones and addresses, that callers may call this host.
    pub allowed_hosts: Vec<String>,
    /// How long open answers may go on once the end has been asked for.
    pub drain: Duration,
    /// The plugins that are kept up to date, for those who run the gateway to see and to swap.
    pub plugins: Option<Plugins>,
    /// How long clients may take.
    pub timeouts: Timeouts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: None,
            allowed_hosts: Vec::new(),
            drain: Duration::from_secs(600),
            plugins: None,
            timeouts: Timeouts::default(),
        }
    }
}

/// Why the server doesn't run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody on the network could use the account.
    #[error(
        "{0} can be reached from other machines, and no token is set; set plugins.entries.amazon-bedrock.config.serve.token, or listen on 127.0.0.1"
    )]
    Open(SocketAddr),
    /// The listener is of no use.
    #[error("the address can't be used: {0}")]
    Listener(#[from] io::Error),
}

/// What every request shares.
struct Shared {
    registry: Arc<Registry>,
    access: Access,
    life: Arc<Life>,
    metrics: Metrics,
    plugins: Option<Plugins>,
    timeouts: Timeouts,
}

/// Serves until `shutdown` is ready; then readiness is 503, and what is open may end within the
/// options' time. Dropping the future ends everything at once.
pub async fn run(
    listener: TcpListener,
    registry: Arc<Registry>,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    check_exposure(address, &options)?;
    let shared = Arc::new(Shared {
        registry,
        access: Access::new(&options, address),
        life: Arc::new(Life::default()),
        metrics: Metrics::new(),
        plugins: options.plugins.clone(),
        timeouts: options.timeouts,
    });
    let life = Arc::clone(&shared.life);
    let ended = async {
        shutdown.await;
        life.drain();
        if tokio::time::timeout(options.drain, life.idle())
            .await
            .is_err()
        {
            tracing::warn!("answers were still open at the deadline; they are cut off");
        }
    };
    connection::serve(listener, routes::routes(shared), options.timeouts, ended).await;
    Ok(())
}

/// Refuses an address that strangers reach, unless a token keeps them out.
pub fn check_exposure(address: SocketAddr, options: &Options) -> Result<(), ServeError> {
    if options.token.is_none() && !address.ip().is_loopback() {
        return Err(ServeError::Open(address));
    }
    Ok(())
}
