//! What the gateway offers a plugin: its log.

use abi_stable::sabi_trait::TD_Opaque;
use provider_interface::module::Host_TO;
use provider_interface::{Host, HostApi, LogRecord};
use tracing::Level;

use crate::guard::quietly;

/// The gateway, as the given generation of a plugin sees it.
pub(crate) fn host_api(plugin: &str, generation: u64) -> HostApi {
    let log = GenerationLog {
        plugin: plugin.to_owned(),
        generation,
    };
    Host_TO::from_value(log, TD_Opaque)
}

/// Turns log records into events of the target `plugin`.
struct GenerationLog {
    plugin: String,
    generation: u64,
}

impl Host for GenerationLog {
    fn log(&self, record: LogRecord<'_>) {
        quietly(|| self.emit(&record));
    }
}

impl GenerationLog {
    fn emit(&self, record: &LogRecord<'_>) {
        // An event's level is part of its call site, so there is one call site a level.
        macro_rules! event {
            ($level:expr) => {
                tracing::event!(
                    target: "plugin",
                    $level,
                    plugin = self.plugin.as_str(),
                    generation = self.generation,
                    origin = record.target.as_str(),
                    fields = Some(record.fields.as_str()).filter(|fields| !fields.is_empty()),
                    "{}",
                    record.message
                )
            };
        }
        match record.level {
            // 0 is "nothing" where a level is set; as a record's own it is a mistake worth seeing.
            0 | 1 => event!(Level::ERROR),
            2 => event!(Level::WARN),
            3 => event!(Level::INFO),
            4 => event!(Level::DEBUG),
            _ => event!(Level::TRACE),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Write as _};
    use std::sync::{Arc, Mutex};

    use abi_stable::std_types::RStr;
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<String>>);

    struct Line<'a>(&'a mut String);

    impl Visit for Line<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0, " {field}={value:?}").expect("a string takes everything");
        }
    }

    impl Subscriber for Lines {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= Level::DEBUG
        }

        fn event(&self, event: &Event<'_>) {
            let mut text = self.0.lock().expect("not poisoned");
            let metadata = event.metadata();
            write!(text, "{} {}:", metadata.level(), metadata.target()).expect("a string");
            event.record(&mut Line(&mut text));
            text.push('\n');
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_record_becomes_an_event_with_its_level_origin_and_generation() {
        let lines = Lines::default();
        let host = host_api("echo", 7);
        tracing::subscriber::with_default(lines.clone(), || {
            for (level, fields) in [(1, ""), (3, r#"{"region":"eu"}"#), (5, "")] {
                host.log(LogRecord {
                    level,
                    target: RStr::from_str("echo::source"),
                    message: RStr::from_str("hello"),
                    fields: RStr::from_str(fields),
                });
            }
        });
        insta::assert_snapshot!(lines.0.lock().expect("not poisoned"), @r#"
    ERROR plugin: message=hello plugin="echo" generation=7 origin="echo::source"
    INFO plugin: message=hello plugin="echo" generation=7 origin="echo::source" fields="{\"region\":\"eu\"}"
    "#);
    }
}
