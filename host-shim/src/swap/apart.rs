//! A plugin's code run on a thread of its own: what hangs there hangs nobody else.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It didn't come in time; its thread goes on, and what it makes is dropped there.
    Hung,
    /// It panicked, or no thread could be started.
    Died,
}

/// Runs something on a thread of that name and waits for it, so long at most.
pub(super) fn run<T: Send + 'static>(
    name: &str,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Lost> {
    let (sender, result) = mpsc::sync_channel(1);
    begin(name, move || {
        // Nobody waits any more: the result ends here.
        let _ = sender.send(work());
    });
    result.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Lost::Hung,
        RecvTimeoutError::Disconnected => Lost::Died,
    })
}

/// Runs something on a thread of that name.
pub(super) fn begin(name: &str, work: impl FnOnce() + Send + 'static) {
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    if let Err(error) = started {
        tracing::error!(%error, thread = name, "no thread can be started");
    }
}

/// Waits on this thread for a future, so long at most.
pub(super) fn wait<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    let end = Instant::now() + limit;
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let left = end.checked_duration_since(Instant::now())?;
        thread::park_timeout(left);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const SHORT: Duration = Duration::from_millis(10);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_takes_too_long_is_not_waited_for() {
        let (_never, stuck) = mpsc::channel::<()>();
        assert_eq!(run("stuck", SHORT, move || stuck.recv()), Err(Lost::Hung));
        assert_eq!(wait(pending::<()>(), SHORT), None);
    }

    #[test]
    fn a_result_is_passed_on() {
        assert_eq!(run("works", LONG, || 7), Ok(7));
        assert_eq!(wait(ready(7), LONG), Some(7));
    }
}
