//! A panic is a bug of ours: the user gets one sentence, and details only when asked for.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use super::failure::Failure;
use super::logging::Level;
use super::report;

/// Replaces the panic message by one sentence.
pub(super) fn say_one_sentence(level: Level) {
    panic::set_hook(Box::new(move |panic| {
        if level.is_debugging() {
            report::error(&format!("a bug in the gateway: {}", details(panic)));
        } else {
            report::error(
                "a bug in the gateway stopped this; run it again with --log-level debug for details",
            );
        }
    }));
}

fn details(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!("{} at {place}", message(panic.payload()))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let fixed = payload.downcast_ref::<&str>().copied();
    owned.or(fixed).unwrap_or("a panic without a message")
}

/// Runs the command; a panic of it is a failure like others.
pub(super) fn caught<T>(run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // Nothing of what the command touched is used afterwards.
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Failure::Panicked))
}
