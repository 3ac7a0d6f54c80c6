//! A panic becomes an error: the guard around every entry.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Packed, ProviderError};

/// Runs an entry; a panic in it becomes its error.
///
/// Unwind safety is asserted: what an entry leaves half done is one request's own state, which the
/// caller drops, or is behind a lock that a panic poisons.
pub(super) fn entry<T>(run: impl FnOnce() -> Result<T, ProviderError>) -> Result<T, Packed> {
    match catch(run) {
        Ok(result) => result.map_err(|error| Packed::error(&error)),
        Err(message) => Err(Packed::error(&ProviderError::panicked(&message))),
    }
}

thread_local! {
    static GUARDED: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic on this thread will be told to a caller.
pub(super) fn is_guarded() -> bool {
    GUARDED.try_with(|depth| depth.get() > 0).unwrap_or(false)
}

/// Runs an entry; a panic in it becomes its message.
pub(super) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let change = |by: i32| GUARDED.try_with(|depth| depth.set(depth.get().wrapping_add_signed(by)));
    let _ = change(1);
    let result = catch_quietly(run);
    let _ = change(-1);
    result
}

fn catch_quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let message = panic_text(payload.as_ref());
        // A payload's own destructor may panic in its turn.
        drop_quietly(payload);
        message
    })
}

/// Drops a value; a panic in its destructor goes no further than the panic hook.
pub(super) fn drop_quietly<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // Forgotten, not dropped: whoever panics in drop twice would end the process.
        std::mem::forget(payload);
    }
}

/// The text of a panic's payload.
pub fn panic_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "no message".to_owned()
    }
}
