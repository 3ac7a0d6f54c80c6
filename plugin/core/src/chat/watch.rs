//! How long an answer may be silent: until its first event, then between events.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use provider_interface::{ErrorKind, ProviderError};
use tokio::time::{Instant, Sleep, sleep_until};

/// A deadline that moves with every sign of life. Moving it is a look at the clock: the timer itself
/// is set anew only when it has run out.
pub(super) struct Watch {
    timer: Pin<Box<Sleep>>,
    since: Instant,
    limit: Duration,
    awaited: &'static str,
}

impl Watch {
    /// Begins to wait for the first event.
    pub(super) fn new(limit: Duration) -> Self {
        let since = Instant::now();
        Self {
            timer: Box::pin(sleep_until(since + limit)),
            since,
            limit,
            awaited: "the first event",
        }
    }

    /// Begins to wait for the next event.
    pub(super) fn heard(&mut self, limit: Duration) {
        self.since = Instant::now();
        self.limit = limit;
        self.awaited = "the next event";
    }

    /// When the wait is over.
    pub(super) fn due(&self) -> Instant {
        self.since + self.limit
    }

    /// Ready when the wait is over.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // The next limit may be shorter than the one that the timer was set for.
        if self.due() < self.timer.deadline() {
            let due = self.due();
            self.timer.as_mut().reset(due);
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let due = self.due();
            if due <= Instant::now() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(due);
        }
    }

    /// The error for a wait that is over.
    pub(super) fn silence(&self) -> ProviderError {
        ProviderError::new(
            ErrorKind::Timeout,
            format!(
                "the service was silent for {:?} while {} was awaited",
                self.limit, self.awaited
            ),
        )
    }
}
