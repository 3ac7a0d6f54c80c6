//! Callbacks that a plugin makes into the gateway must not unwind: a panic that crosses the
//! boundary ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a callback. A panic in it is left to the panic hook, which has already told it.
///
/// Unwind safety is asserted: what runs here is a waker or a log subscriber, and either keeps its
/// own state consistent or poisons it.
pub(crate) fn quietly(callback: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(callback)) {
        // Forgotten, not dropped: its destructor might panic in its turn.
        std::mem::forget(payload);
    }
}
