//! The provider, each of whose entries may panic.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use provider_interface::export::{ChatProvider, EventSource, ReplyFuture};
use provider_interface::{
    ChatRequest, Health, ListModels, LogLevel, MessageStop, ModelList, ProviderError, StopReason,
    StreamEvent, TokenCount,
};
use serde::Deserialize;

/// Which entries panic, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Panics {
    panic_in: Vec<String>,
    hostile: bool,
}

impl Panics {
    /// Panics if this entry is one of those.
    pub(crate) fn reach(&self, entry: &str) {
        if !self.panic_in.iter().any(|name| name == entry) {
            return;
        }
        if self.hostile {
            std::panic::panic_any(Hostile);
        }
        panic!("panicked in {entry}");
    }
}

/// A payload that panics when it is dropped.
struct Hostile;

impl Drop for Hostile {
    fn drop(&mut self) {
        panic!("panicked in the payload of a panic");
    }
}

pub(crate) struct PanicsProvider(pub(crate) Arc<Panics>);

impl PanicsProvider {
    fn reply<T: Send + Unpin + 'static>(
        &self,
        entries: [&'static str; 2],
        value: T,
    ) -> ReplyFuture<T> {
        let [call, future] = entries;
        self.0.reach(call);
        Box::pin(PanicsReply {
            panics: Arc::clone(&self.0),
            entry: future,
            value: Some(value),
        })
    }
}

impl ChatProvider for PanicsProvider {
    fn start_stream(&self, _request: ChatRequest) -> Box<dyn EventSource> {
        self.0.reach("start_stream");
        Box::new(PanicsSource {
            panics: Arc::clone(&self.0),
            polls: 0,
        })
    }

    fn list_models(&self, _options: ListModels) -> ReplyFuture<ModelList> {
        self.reply(["list_models", "list_models_future"], ModelList::default())
    }

    fn count_tokens(&self, _request: ChatRequest) -> ReplyFuture<TokenCount> {
        let count = TokenCount { input_tokens: 1 };
        self.reply(["count_tokens", "count_tokens_future"], count)
    }

    fn reconfigure(&self, _config: &str) -> Result<(), ProviderError> {
        self.0.reach("reconfigure");
        Ok(())
    }

    fn health(&self) -> ReplyFuture<Health> {
        let health = Health {
            ready: true,
            ..Health::default()
        };
        self.reply(["health", "health_future"], health)
    }

    fn set_log_level(&self, _level: Option<LogLevel>) {
        self.0.reach("set_log_level");
    }

    fn begin_drain(&self) {
        self.0.reach("begin_drain");
    }

    fn shutdown(&self, _deadline: Duration) -> ReplyFuture<()> {
        self.reply(["shutdown", "shutdown_future"], ())
    }
}

impl Drop for PanicsProvider {
    fn drop(&mut self) {
        self.0.reach("provider_drop");
    }
}

/// A reply that is ready at once, if it gets that far.
struct PanicsReply<T> {
    panics: Arc<Panics>,
    entry: &'static str,
    value: Option<T>,
}

impl<T: Unpin> Future for PanicsReply<T> {
    type Output = Result<T, ProviderError>;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.panics.reach(self.entry);
        self.value
            .take()
            .map_or(Poll::Pending, |value| Poll::Ready(Ok(value)))
    }
}

impl<T> Drop for PanicsReply<T> {
    fn drop(&mut self) {
        self.panics.reach("reply_drop");
    }
}

/// An answer of one event.
struct PanicsSource {
    panics: Arc<Panics>,
    polls: u32,
}

impl EventSource for PanicsSource {
    fn poll_batch(
        &mut self,
        _cx: &mut Context<'_>,
        events: &mut Vec<StreamEvent>,
        _max: usize,
    ) -> Poll<Result<bool, ProviderError>> {
        self.polls += 1;
        if self.polls > 1 {
            self.panics.reach("second_poll_batch");
            return Poll::Ready(Ok(false));
        }
        events.push(StreamEvent::MessageStop(MessageStop {
            stop_reason: StopReason::EndTurn,
            additional_model_response_fields: None,
        }));
        self.panics.reach("poll_batch");
        Poll::Ready(Ok(true))
    }
}

impl Drop for PanicsSource {
    fn drop(&mut self) {
        self.panics.reach("source_drop");
    }
}
