//! `tracing` of this image → the gateway of the generation that a thread works for.
//!
//! The AWS SDK, hyper, h2 and rustls trace in this image too, canonical strings that echo tokens
//! among it: whatever isn't ours is capped at info. And it is held to one level less than ours: an
//! SDK warning is a dump of what our own error says in a sentence.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use once_cell::sync::OnceCell;
use provider_interface::LogLevel;
use provider_interface::export::scope;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_core::Interest;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Targets that begin like this are ours.
const OURS: &str = "amazon_bedrock";

/// The most that this image logs: 0 nothing … 5 everything. One for all of its generations.
static LEVEL: AtomicUsize = AtomicUsize::new(2);

/// Makes this image's tracing go to the gateway. Once per image.
pub(crate) fn install() {
    static INSTALLED: OnceCell<()> = OnceCell::new();
    INSTALLED.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(ToGateway);
        // It can only fail if a subscriber is set already, and this image has no other.
        let _ = tracing::subscriber::set_global_default(subscriber);
    });
}

/// Sets how much is logged.
pub(crate) fn set_level(level: Option<LogLevel>) {
    let number = match level {
        None => 0,
        Some(LogLevel::Error) => 1,
        Some(LogLevel::Warn) => 2,
        Some(LogLevel::Info) => 3,
        Some(LogLevel::Debug) => 4,
        Some(_) => 5,
    };
    LEVEL.store(number, Ordering::Relaxed);
    tracing_core::callsite::rebuild_interest_cache();
}

fn number(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

fn wanted(metadata: &Metadata<'_>) -> bool {
    let wanted = LEVEL.load(Ordering::Relaxed);
    let cap = if metadata.target().starts_with(OURS) {
        wanted
    } else {
        wanted.saturating_sub(1).min(3)
    };
    usize::from(number(metadata.level())) <= cap
}

struct ToGateway;

impl<S: Subscriber> Layer<S> for ToGateway {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if wanted(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match LEVEL.load(Ordering::Relaxed) {
            0 => LevelFilter::OFF,
            1 => LevelFilter::ERROR,
            2 => LevelFilter::WARN,
            3 => LevelFilter::INFO,
            4 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        })
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut record = Record::default();
        event.record(&mut record);
        let fields = if record.fields.is_empty() {
            String::new()
        } else {
            serde_json::Value::Object(record.fields).to_string()
        };
        let metadata = event.metadata();
        scope::log(
            number(metadata.level()),
            metadata.target(),
            &record.message,
            &fields,
        );
    }
}

/// An event's message and its other fields.
#[derive(Default)]
struct Record {
    message: String,
    fields: serde_json::Map<String, serde_json::Value>,
}

impl Record {
    fn set(&mut self, field: &Field, value: impl Into<serde_json::Value>) {
        self.fields.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Record {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.set(field, format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.set(field, value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }
}
