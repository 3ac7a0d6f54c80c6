//! From an opened plugin to a generation that can serve: created with its config, and healthy. All of
//! it is the plugin's code, so all of it runs on threads of its own, with a limit.

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use provider_interface::{LogLevel, ProviderError};

use super::apart::{self, Lost};
use crate::loader::{shorten, shorten_path};
use crate::{Plugin, Provider};

/// How long a plugin may take to start, and to take a new config.
pub(super) const START_LIMIT: Duration = Duration::from_secs(5);

/// How long a new generation may take to become healthy, where another serves meanwhile. A good
/// file that comes after one that hangs in its probe, its start or here serves within 20 seconds.
const HEALTH_LIMIT: Duration = Duration::from_secs(8);

/// How long nothing serves because a first generation doesn't say how it is.
const FIRST_HEALTH_LIMIT: Duration = Duration::from_secs(1);

/// Between two questions after its health.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// How long a generation may take to shut down; less than it is waited for.
const END_LIMIT: Duration = Duration::from_secs(8);

/// Whether a generation must be healthy to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// Nobody asks: its requests will show.
    Unasked,
    /// It must not be unhealthy; credentials that take long to be found are no reason to serve
    /// nothing.
    First,
    /// It must be: another serves already.
    Demanded,
}

/// Makes a generation. The sentence says why there is none.
pub(super) fn start(
    plugin: &Plugin,
    config: String,
    log_level: Option<LogLevel>,
    health: Health,
) -> Result<Provider, String> {
    let created = {
        let plugin = plugin.clone();
        apart::run("plugin start", START_LIMIT, move || {
            let provider = plugin.create(&config)?;
            provider.set_log_level(log_level)?;
            Ok(provider)
        })
    };
    let refuse = |reason: String| {
        let (id, path) = (&plugin.info().id, shorten_path(plugin.path()));
        format!("plugin {id} ({path}) {reason}")
    };
    let provider = match created {
        Ok(Ok(provider)) => provider,
        Ok(Err(error)) => {
            let error: ProviderError = error;
            return Err(refuse(format!("could not start: {}", short(&error))));
        }
        Err(lost) => return Err(refuse(said(lost, "it was started", START_LIMIT))),
    };
    tracing::debug!(
        plugin = plugin.info().id,
        generation = provider.generation(),
        "created"
    );
    if let Err(reason) = check_health(&provider, health) {
        drop(end(provider));
        return Err(refuse(reason));
    }
    Ok(provider)
}

fn check_health(provider: &Provider, health: Health) -> Result<(), String> {
    let limit = match health {
        Health::Unasked => return Ok(()),
        Health::First => FIRST_HEALTH_LIMIT,
        Health::Demanded => HEALTH_LIMIT,
    };
    let provider = provider.clone();
    let asked = apart::run("plugin health", limit + ASK_AGAIN, move || {
        becomes_healthy(&provider, health, Instant::now() + limit)
    });
    match asked {
        Ok(Ok(())) => Ok(()),
        Ok(Err(reason)) => Err(reason),
        Err(Lost::Hung) if health == Health::First => Ok(()),
        Err(lost) => Err(said(lost, "it was asked for its health", limit)),
    }
}

fn becomes_healthy(provider: &Provider, health: Health, end: Instant) -> Result<(), String> {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match apart::wait(provider.health(), left) {
            Some(Ok(said)) if said.ready => return Ok(()),
            Some(Ok(_)) if Instant::now() + ASK_AGAIN < end => thread::sleep(ASK_AGAIN),
            Some(Ok(_)) if health == Health::First => return Ok(()),
            Some(Ok(said)) => {
                let notes = said.notes.join("; ");
                let notes = shorten(&notes, 100);
                return Err(format!("does not become ready ({notes})"));
            }
            Some(Err(error)) => return Err(format!("is not healthy: {}", short(&error))),
            None => {
                // Whoever waits for this thread gives up first, and says so.
                thread::sleep(ASK_AGAIN * 2);
                return Ok(());
            }
        }
    }
}

/// Hands a running generation a new config.
pub(super) fn reconfigure(provider: &Provider, config: String) -> Result<(), String> {
    let handle = provider.clone();
    let taken = apart::run("plugin config", START_LIMIT, move || {
        handle.reconfigure(&config)
    });
    match taken {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(short(&error)),
        Err(lost) => Err(said(lost, "it was given its new config", START_LIMIT)),
    }
}

/// Tells a generation that no requests will come.
pub(super) fn refuse_requests(provider: &Provider) {
    let provider = provider.clone();
    apart::begin("plugin drain", move || {
        if let Err(error) = provider.begin_drain() {
            tracing::debug!(generation = provider.generation(), %error, "does not drain");
        }
    });
}

/// Shuts a generation down, cutting off what it has open. The receiver hears whether that was done.
pub(super) fn end(provider: Provider) -> Receiver<bool> {
    let (done, ended) = mpsc::sync_channel(1);
    apart::begin("plugin end", move || {
        let shutdown = apart::wait(provider.shutdown(Duration::ZERO), END_LIMIT);
        if let Some(Err(error)) = &shutdown {
            tracing::debug!(generation = provider.generation(), %error, "does not shut down");
        }
        drop(provider);
        // Nobody listens after the limit.
        let _ = done.send(shutdown.is_some());
    });
    ended
}

fn short(error: &ProviderError) -> String {
    shorten(&error.to_string(), 130).into_owned()
}

/// Why there is no result, as part of a sentence.
pub(super) fn said(lost: Lost, when: &str, limit: Duration) -> String {
    match lost {
        Lost::Hung => format!("hung for {limit:?} when {when}; report it to its maker"),
        Lost::Died => format!("came to no end when {when}; report it to its maker"),
    }
}
