//! How many answers are open, and whether new ones are still taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// The server's life.
#[derive(Debug)]
pub(super) struct Life {
    draining: AtomicBool,
    open: watch::Sender<usize>,
}

impl Default for Life {
    fn default() -> Self {
        Self {
            draining: AtomicBool::new(false),
            open: watch::Sender::new(0),
        }
    }
}

impl Life {
    /// No new answers from here on.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// How many answers are open.
    pub(super) fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Counts an answer until the guard goes.
    pub(super) fn begin(self: &Arc<Self>) -> Open {
        self.open.send_modify(|open| *open += 1);
        Open(Arc::clone(self))
    }

    /// Resolves when no answer is open.
    pub(super) async fn idle(&self) {
        // It can't fail: the sender is here.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }
}

/// An answer that is open.
#[derive(Debug)]
pub(super) struct Open(Arc<Life>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}
