//! Which generation a thread works for, so that logs and panics reach the gateway that made it.
//!
//! Statics belong to an image and an image may serve several generations, one after the other or at
//! once (a rolled-back image is used again); so the gateway is a thread's own, set by every entry
//! and by the threads that a provider starts.

use std::cell::RefCell;
use std::sync::{Arc, Once};

use abi_stable::std_types::RStr;

use super::guard::{is_guarded, panic_text};
use crate::HostApi;
use crate::module::LogRecord;

thread_local! {
    static CURRENT: RefCell<Option<Arc<HostApi>>> = const { RefCell::new(None) };
}

/// Until dropped, this thread works for `host`.
#[must_use = "the scope ends when it is dropped"]
pub struct Scope {
    before: Option<Arc<HostApi>>,
}

/// Begins a scope on this thread.
pub fn enter(host: Arc<HostApi>) -> Scope {
    let before = CURRENT
        .try_with(|current| current.replace(Some(host)))
        .ok()
        .flatten();
    Scope { before }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let before = self.before.take();
        let _ = CURRENT.try_with(|current| drop(current.replace(before)));
    }
}

/// Sets this thread's gateway for as long as the thread lives.
pub fn adopt_thread(host: Arc<HostApi>) {
    let _ = CURRENT.try_with(|current| drop(current.replace(Some(host))));
}

/// The gateway that this thread works for, if any.
pub fn current() -> Option<Arc<HostApi>> {
    CURRENT
        .try_with(|current| current.borrow().as_ref().cloned())
        .ok()
        .flatten()
}

/// Sends a log record to this thread's gateway, if any.
pub fn log(level: u8, target: &str, message: &str, fields: &str) {
    if let Some(host) = current() {
        host.log(LogRecord {
            level,
            target: RStr::from_str(target),
            message: RStr::from_str(message),
            fields: RStr::from_str(fields),
        });
    }
}

/// Makes panics of this image log records instead of lines on the gateway's stderr. Once per image.
pub(super) fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if current().is_none() {
                // Without a gateway to tell: the entry's caller is told, else the user.
                if !is_guarded() {
                    before(info);
                }
                return;
            }
            let place = info
                .location()
                .map_or_else(String::new, |at| format!(" at {at}"));
            let text = panic_text(info.payload());
            log(1, "panic", &format!("panicked{place}: {text}"), "");
        }));
    });
}
