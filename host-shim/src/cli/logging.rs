//! Logs on stderr. Our own targets follow `--log-level`; others' are capped, since the SDK's
//! traces echo signatures and tokens.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Prefixes of the targets that are ours; `plugin` is what a plugin's forwarded logs carry.
const OWN: [&str; 6] = [
    "host_shim",
    "bedrock_gateway",
    "provider_interface",
    "amazon_bedrock",
    "bedrock_simulator",
    "plugin",
];

/// The level of `--log-level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The form of `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

impl Level {
    fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }

    /// Whether someone is looking for a fault in the gateway itself.
    pub(super) fn is_debugging(self) -> bool {
        matches!(self, Self::Debug | Self::Trace)
    }
}

/// Logs from here on.
pub(super) fn start(level: Level, format: Format) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let lines = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(targets(level)))
        .init();
}

fn targets(level: Level) -> Targets {
    let others = level.filter().min(LevelFilter::INFO);
    let own = OWN.map(|target| (target, level.filter()));
    Targets::new().with_default(others).with_targets(own)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn trace_is_for_our_own_targets() {
        let targets = targets(Level::Trace);
        let would = |target, level| targets.would_enable(target, &level);
        assert!(would("amazon_bedrock_core::wire", tracing::Level::TRACE));
        assert!(would("host_shim::registry", tracing::Level::TRACE));
        assert!(would("aws_sigv4", tracing::Level::INFO));
        assert!(!would("aws_sigv4", tracing::Level::DEBUG));
        assert!(!would("hyper::proto", tracing::Level::DEBUG));
    }

    #[test]
    fn a_lower_level_holds_for_everyone() {
        let targets = targets(Level::Error);
        assert!(!targets.would_enable("rustls", &tracing::Level::WARN));
        assert_eq!(Level::Off.filter(), LevelFilter::OFF);
    }
}
