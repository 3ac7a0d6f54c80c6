//! One answer: a task on the plugin's runtime sends the request, reads the raw body and decodes it;
//! the caller takes batches.
//!
//! `task` asks one model after the other, `attempt` one model, `send` sends, `reader` reads.
//!
//! The task gathers everything that has arrived into one batch before it hands over, since a wake
//! across runtimes costs more than a hundred events. When the caller doesn't take, the queue fills,
//! the task stops reading, and the service is held up by its own socket.

mod attempt;
mod body;
mod lessons;
mod reader;
mod send;
mod task;
mod watch;

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use provider_interface::export::{EventSource, panic_text};
use provider_interface::{ErrorKind, ProviderError, StreamEvent};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

pub(crate) use attempt::count_tokens;
pub(crate) use lessons::Lessons;
pub(crate) use task::Request;

/// Batches that wait for the caller. With [`BATCH_EVENTS`] this bounds a stream's memory.
const QUEUED_BATCHES: usize = 4;
/// Events of one batch, beyond which the task hands over even if more has arrived.
const BATCH_EVENTS: usize = 256;

/// An answer as the caller takes it. Dropping it aborts the task, which closes the connection.
pub(crate) struct Answer {
    batches: mpsc::Receiver<Vec<StreamEvent>>,
    task: JoinHandle<Result<(), ProviderError>>,
    /// What is left of a batch that was larger than the caller's `max`.
    rest: vec::IntoIter<StreamEvent>,
    /// Keeps the count of open answers.
    _open: Arc<()>,
}

impl Answer {
    /// Begins an answer.
    pub(crate) fn start(runtime: &Handle, request: Request, open: Arc<()>) -> Self {
        let (sender, batches) = mpsc::channel(QUEUED_BATCHES);
        Self {
            batches,
            task: runtime.spawn(task::run(request, sender)),
            rest: Vec::new().into_iter(),
            _open: open,
        }
    }

    /// How the task ended; it has dropped its end of the queue.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ProviderError>> {
        let ended = ready!(Pin::new(&mut self.task).poll(cx));
        Poll::Ready(match ended {
            Ok(result) => result,
            Err(error) => Err(lost(error)),
        })
    }
}

/// The error of whatever is asked of a generation that is shutting down.
pub(crate) fn draining() -> ProviderError {
    ProviderError::new(
        ErrorKind::Draining,
        "this version of the provider is shutting down; send the request again",
    )
}

/// The error of a task that came to no end of its own: it panicked, or its runtime went away.
pub(crate) fn lost(error: JoinError) -> ProviderError {
    match error.try_into_panic() {
        Ok(payload) => ProviderError::panicked(&panic_text(payload.as_ref())),
        Err(_) => draining(),
    }
}

impl EventSource for Answer {
    fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        events: &mut Vec<StreamEvent>,
        max: usize,
    ) -> Poll<Result<bool, ProviderError>> {
        if self.rest.len() == 0 {
            match ready!(self.batches.poll_recv(cx)) {
                Some(batch) => self.rest = batch.into_iter(),
                None => return self.poll_end(cx).map_ok(|()| false),
            }
        }
        let mut room = max;
        loop {
            let before = events.len();
            events.extend(self.rest.by_ref().take(room));
            room -= events.len() - before;
            if room == 0 {
                break;
            }
            // What else has been handed over in the meantime saves the caller a poll.
            match self.batches.try_recv() {
                Ok(batch) => self.rest = batch.into_iter(),
                Err(_) => break,
            }
        }
        Poll::Ready(Ok(true))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
