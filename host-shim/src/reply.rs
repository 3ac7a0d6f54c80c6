//! One answer to come from a plugin, as a future.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use provider_interface::{ErrorKind, Packed, ProviderError, ReplyBox, ReplyPoll};
use serde::de::DeserializeOwned;

use crate::provider::{Provider, plugin_error};
use crate::wake::Caller;

/// One answer to come. The work has begun; dropping it gives up.
#[must_use = "dropping a reply gives it up"]
pub struct ReplyFuture<T> {
    // Before the provider: the reply's destructor is the plugin's code.
    state: State,
    caller: Caller,
    provider: Provider,
    answer: PhantomData<fn() -> T>,
}

enum State {
    Open(ReplyBox),
    Failed(ProviderError),
    Ended,
}

// What crossed is behind a pointer of its own.
impl<T> Unpin for ReplyFuture<T> {}

impl<T> ReplyFuture<T> {
    pub(crate) fn new(provider: Provider, reply: Result<ReplyBox, ProviderError>) -> Self {
        Self {
            state: reply.map_or_else(State::Failed, State::Open),
            caller: Caller::default(),
            provider,
            answer: PhantomData,
        }
    }

    /// The provider that was asked.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }
}

impl<T: DeserializeOwned> Future for ReplyFuture<T> {
    type Output = Result<T, ProviderError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { state, caller, .. } = &mut *self;
        if let State::Open(reply) = state {
            let polled = match reply.poll(caller.announce(cx)) {
                ReplyPoll::Pending => return Poll::Pending,
                ReplyPoll::Ready(answer) => read(&answer),
                ReplyPoll::Failed(error) => Err(plugin_error(&error)),
                ReplyPoll::Panicked(message) => Err(ProviderError::panicked(&message)),
            };
            *state = State::Ended;
            return Poll::Ready(polled);
        }
        match std::mem::replace(state, State::Ended) {
            State::Failed(error) => Poll::Ready(Err(error)),
            State::Open(_) | State::Ended => Poll::Ready(Err(ProviderError::new(
                ErrorKind::Internal,
                "a reply was asked for again after it had been given",
            ))),
        }
    }
}

/// Reads an answer; one that this side doesn't understand is not the request's fault.
fn read<T: DeserializeOwned>(answer: &Packed) -> Result<T, ProviderError> {
    answer.unpack().map_err(|unreadable| {
        let sentence = format!("the plugin's answer can't be read: {unreadable}");
        ProviderError::new(ErrorKind::Internal, sentence)
    })
}
