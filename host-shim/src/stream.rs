//! The events of one answer, as a stream. The hot path: events cross in batches and are converted
//! when they are asked for; their text is moved, never copied.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use abi_stable::std_types::RVec;
use futures_core::Stream;
use provider_interface::{
    BatchPoll, ErrorKind, EventTwinBox, ProviderError, StreamBox, StreamEvent,
};

use crate::generation::OpenAnswer;
use crate::provider::{Provider, plugin_error};
use crate::wake::Caller;

/// The most events that one poll takes over: enough to make a burst one call, few enough that a
/// batch stays within a few pages.
const MAX_BATCH: u32 = 64;

type Batch = abi_stable::std_types::vec::IntoIter<EventTwinBox>;

/// The events of one answer, in order. Dropping it cancels the request; what isn't taken stays in
/// the socket. After an error or the end there is nothing more.
///
/// It keeps its generation alive, whichever is active by now.
#[must_use = "dropping a stream cancels its request"]
pub struct ChatStream {
    // Before the provider: both destructors are the plugin's code.
    batch: Batch,
    state: State,
    caller: Caller,
    /// Whether the model has said that it stopped.
    stopped: bool,
    // Before the handle: one too many of those is safe to see, one too few is not.
    open: OpenAnswer,
    provider: Provider,
}

enum State {
    Open(StreamBox),
    Failed(ProviderError),
    Ended,
}

// What crossed is behind a pointer of its own.
impl Unpin for ChatStream {}

impl ChatStream {
    pub(crate) fn new(
        provider: Provider,
        open: OpenAnswer,
        stream: Result<StreamBox, ProviderError>,
    ) -> Self {
        Self {
            batch: RVec::new().into_iter(),
            state: stream.map_or_else(State::Failed, State::Open),
            caller: Caller::default(),
            stopped: false,
            open,
            provider,
        }
    }

    /// Appends every event that is ready to `events`, at least one. False: the answer is complete.
    pub async fn next_batch(
        &mut self,
        events: &mut Vec<StreamEvent>,
    ) -> Result<bool, ProviderError> {
        poll_fn(|cx| self.poll_batch(cx, events)).await
    }

    /// [`ChatStream::next_batch`], for callers that poll by hand.
    pub fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Poll<Result<bool, ProviderError>> {
        let before = events.len();
        loop {
            events.reserve(self.batch.size_hint().0);
            while let Some(event) = self.next_ready() {
                events.push(event);
            }
            if events.len() > before {
                return Poll::Ready(Ok(true));
            }
            match self.poll_plugin(cx) {
                Poll::Ready(Ok(true)) => {}
                ended => return ended,
            }
        }
    }

    /// The provider that answers.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The next event of those that have crossed.
    fn next_ready(&mut self) -> Option<StreamEvent> {
        loop {
            // The clean way out of an event of a later interface, a variant or a packed one.
            let event = match self.batch.next()?.into_enum() {
                Ok(twin) => twin.into_event(),
                Err(unknown) => {
                    self.provider.skipped_event(&unknown);
                    continue;
                }
            };
            match event {
                Ok(event) => {
                    self.stopped |= matches!(event, StreamEvent::MessageStop(_));
                    return Some(event);
                }
                Err(unknown) => self.provider.skipped_event(&unknown),
            }
        }
    }

    /// Asks the plugin for a batch; true if there is one.
    fn poll_plugin(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, ProviderError>> {
        let State::Open(stream) = &mut self.state else {
            return Poll::Ready(match std::mem::replace(&mut self.state, State::Ended) {
                State::Failed(error) => Err(error),
                State::Open(_) | State::Ended => Ok(false),
            });
        };
        let result = match stream.poll_batch(self.caller.announce(cx), MAX_BATCH) {
            BatchPoll::Pending => return Poll::Pending,
            BatchPoll::Ready(batch) if batch.is_empty() => {
                // Not allowed; asked again later, so that it can't hold this thread.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            BatchPoll::Ready(batch) => {
                self.open.work().answered();
                self.batch = batch.into_iter();
                return Poll::Ready(Ok(true));
            }
            BatchPoll::Done if self.stopped => Ok(false),
            BatchPoll::Done => Err(ProviderError::new(
                ErrorKind::StreamTruncated,
                "the answer ended before the model had stopped; ask again",
            )),
            BatchPoll::Failed(error) => Err(plugin_error(&error)),
            BatchPoll::Panicked(message) => Err(ProviderError::panicked(&message)),
        };
        match &result {
            Err(error) if error.kind == ErrorKind::PluginPanicked => self.open.work().panicked(),
            _ => self.open.work().answered(),
        }
        // Frees what the plugin holds now, not when the caller gets round to dropping the stream.
        self.state = State::Ended;
        Poll::Ready(result)
    }
}

impl Stream for ChatStream {
    type Item = Result<StreamEvent, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.next_ready() {
                return Poll::Ready(Some(Ok(event)));
            }
            match self.poll_plugin(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(Ok(false)) => return Poll::Ready(None),
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

// Both are handed to other threads by every gateway.
const _: () = {
    const fn sent<T: Send + Unpin>() {}
    sent::<ChatStream>();
    sent::<crate::ReplyFuture<()>>();
    const fn shared<T: Send + Sync>() {}
    shared::<Provider>();
};
