//! From an opened plugin to a generation that can serve: created with its config, and healthy. All of
//! it is the plugin's code, so all of it runs on threads of its own, with a limit.

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use provider_interface::{LogLevel, ProviderError};

use super::apart::{self, Lost};
use crate::{Plugin, Provider};

/// How long a plugin may take to start, and to take a new config.
const START_LIMIT: Duration = Duration::from_secs(5);

/// How long a new generation may take to become healthy, where another serves meanwhile. With a probe
/// and a start that hang, too, a good file is not kept waiting for more than 20 seconds.
const HEALTH_LIMIT: Duration = Duration::from_secs(8);

/// How long nothing serves because a first generation doesn't say how it is.
const FIRST_HEALTH_LIMIT: Duration = Duration::from_secs(1);

/// Between two questions after its health.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// How long a generation may take to shut down.
const END_LIMIT: Duration = Duration::from_secs(10);

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
        let (id, path) = (&plugin.info().id, plugin.path().display());
        format!("plugin {id} ({path}) {reason}")
    };
    let provider = match created {
        Ok(Ok(provider)) => provider,
        Ok(Err(error)) => {
            let error: ProviderError = error;
            return Err(refuse(format!("could not start: {error}")));
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
        becomes_healthy(&provider, Instant::now() + limit)
    });
    match asked {
        Ok(Ok(())) => Ok(()),
        Ok(Err(reason)) => Err(reason),
        Err(Lost::Hung) if health == Health::First => Ok(()),
        Err(lost) => Err(said(lost, "it was asked for its health", limit)),
    }
}

fn becomes_healthy(provider: &Provider, end: Instant) -> Result<(), String> {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match apart::wait(provider.health(), left) {
            Some(Ok(health)) if health.ready => return Ok(()),
            Some(Ok(_)) if Instant::now() + ASK_AGAIN < end => thread::sleep(ASK_AGAIN),
            Some(Ok(health)) => {
                let notes = health.notes.join("; ");
                let notes = crate::loader::shorten(&notes, 100).into_owned();
                return Err(format!("does not become ready ({notes})"));
            }
            Some(Err(error)) => return Err(format!("is not healthy: {error}")),
            // The limit of whoever waits for this thread is about to pass as well.
            None => thread::sleep(ASK_AGAIN * 2),
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
        Ok(Err(error)) => Err(error.to_string()),
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

/// Shuts a generation down, cutting off what it has open. The receiver hears when that is done.
pub(super) fn end(provider: Provider) -> Receiver<()> {
    let (done, ended) = mpsc::sync_channel(1);
    apart::begin("plugin end", move || {
        let shutdown = provider.shutdown(Duration::ZERO);
        if let Some(Err(error)) = apart::wait(shutdown, END_LIMIT) {
            tracing::debug!(generation = provider.generation(), %error, "does not shut down");
        }
        drop(provider);
        // Nobody listens after the limit.
        let _ = done.send(());
    });
    ended
}

fn said(lost: Lost, when: &str, limit: Duration) -> String {
    match lost {
        Lost::Hung => format!("hung for {limit:?} when {when}; report it to its maker"),
        Lost::Died => format!("came to no end when {when}; report it to its maker"),
    }
}
