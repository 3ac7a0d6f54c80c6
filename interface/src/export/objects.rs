//! The crossing objects around the plain ones: each method under the guard, each destructor too.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{ROption, RResult, RString, RVec};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::guard::{catch, drop_quietly, entry};
use super::{ChatProvider, EventSource, ReplyFuture, scope};
use crate::module::{
    ChatStream, ChatStream_TO, Provider, Provider_TO, ProviderBox, Reply, Reply_TO, ReplyBox,
    ReplyPoll, StreamBox, WakeBox,
};
use crate::stream::{BatchPoll, EventTwin, EventTwinBox};
use crate::{ErrorKind, HostApi, LogLevel, Packed, ProviderError, StreamEvent};

/// A value whose destructor may not unwind.
struct Guarded<T> {
    value: Option<T>,
    host: Arc<HostApi>,
}

impl<T> Guarded<T> {
    fn new(value: T, host: &Arc<HostApi>) -> Self {
        Self {
            value: Some(value),
            host: Arc::clone(host),
        }
    }

    fn end(&mut self) {
        if let Some(value) = self.value.take() {
            let _scope = scope::enter(self.host.clone());
            drop_quietly(value);
        }
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        self.end();
    }
}

/// The waker of the gateway's task, remade only when the gateway sends another.
#[derive(Default)]
struct RemoteWaker(Option<Waker>);

struct WakeRemote(WakeBox);

impl std::task::Wake for WakeRemote {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake();
    }
}

impl RemoteWaker {
    fn update(&mut self, waker: ROption<WakeBox>) -> &Waker {
        if let ROption::RSome(waker) = waker {
            self.0 = Some(Waker::from(Arc::new(WakeRemote(waker))));
        }
        self.0.get_or_insert_with(|| Waker::noop().clone())
    }
}

pub(super) fn export_provider(provider: Box<dyn ChatProvider>, host: Arc<HostApi>) -> ProviderBox {
    let exported = ExportedProvider(Guarded::new(provider, &host));
    Provider_TO::from_value(exported, TD_Opaque)
}

struct ExportedProvider(Guarded<Box<dyn ChatProvider>>);

impl ExportedProvider {
    /// Runs a method of the provider in its scope.
    fn run<T>(
        &self,
        method: impl FnOnce(&dyn ChatProvider) -> Result<T, ProviderError>,
    ) -> Result<T, Packed> {
        let _scope = scope::enter(self.0.host.clone());
        entry(|| match &self.0.value {
            Some(provider) => method(provider.as_ref()),
            None => Err(ended()),
        })
    }

    /// Begins a reply; a panic or refusal at its beginning is the reply.
    fn reply<T: Serialize + 'static>(
        &self,
        method: impl FnOnce(&dyn ChatProvider) -> Result<ReplyFuture<T>, ProviderError>,
    ) -> ReplyBox {
        let state = match self.run(method) {
            Ok(future) => ReplyState::Open(Guarded::new(future, &self.0.host)),
            Err(error) => ReplyState::Failed(error),
        };
        let reply = ExportedReply {
            state,
            waker: RemoteWaker::default(),
        };
        Reply_TO::from_value(reply, TD_Opaque)
    }
}

fn ended() -> ProviderError {
    ProviderError::new(ErrorKind::Draining, "the plugin has been shut down")
}

fn read<T: DeserializeOwned>(packed: &Packed) -> Result<T, ProviderError> {
    packed.unpack()
}

impl Provider for ExportedProvider {
    fn start_stream(&self, request: Packed) -> StreamBox {
        let state = match self.run(|provider| Ok(provider.start_stream(read(&request)?))) {
            Ok(source) => StreamState::Open(Guarded::new(source, &self.0.host)),
            Err(error) => StreamState::Ending(BatchPoll::Failed(error)),
        };
        let stream = ExportedStream {
            state,
            waker: RemoteWaker::default(),
            events: Vec::new(),
        };
        ChatStream_TO::from_value(stream, TD_Opaque)
    }

    fn list_models(&self, options: Packed) -> ReplyBox {
        self.reply(|provider| Ok(provider.list_models(read(&options)?)))
    }

    fn count_tokens(&self, request: Packed) -> ReplyBox {
        self.reply(|provider| Ok(provider.count_tokens(read(&request)?)))
    }

    fn reconfigure(&self, config: RString) -> RResult<(), Packed> {
        self.run(|provider| provider.reconfigure(&config)).into()
    }

    fn health(&self) -> ReplyBox {
        self.reply(|provider| Ok(provider.health()))
    }

    fn set_log_level(&self, level: u8) -> RResult<(), Packed> {
        let level = match level {
            0 => None,
            1 => Some(LogLevel::Error),
            2 => Some(LogLevel::Warn),
            3 => Some(LogLevel::Info),
            4 => Some(LogLevel::Debug),
            _ => Some(LogLevel::Trace),
        };
        self.run(|provider| {
            provider.set_log_level(level);
            Ok(())
        })
        .into()
    }

    fn begin_drain(&self) -> RResult<(), Packed> {
        self.run(|provider| {
            provider.begin_drain();
            Ok(())
        })
        .into()
    }

    fn shutdown(&self, deadline_ms: u64) -> ReplyBox {
        self.reply(|provider| Ok(provider.shutdown(Duration::from_millis(deadline_ms))))
    }

    fn probe(&self) -> ReplyBox {
        self.reply(|provider| Ok(provider.probe()))
    }
}

enum StreamState {
    Open(Guarded<Box<dyn EventSource>>),
    /// What the next poll gives, and the last.
    Ending(BatchPoll),
    Ended,
}

struct ExportedStream {
    state: StreamState,
    waker: RemoteWaker,
    /// Reused from poll to poll.
    events: Vec<StreamEvent>,
}

impl ChatStream for ExportedStream {
    fn poll_batch(&mut self, waker: ROption<WakeBox>, max: u32) -> BatchPoll {
        let source = match &mut self.state {
            StreamState::Open(source) => source,
            StreamState::Ending(_) | StreamState::Ended => return self.end(),
        };
        let _scope = scope::enter(source.host.clone());
        let cx = &mut Context::from_waker(self.waker.update(waker));
        let (events, max) = (&mut self.events, usize::try_from(max).unwrap_or(usize::MAX));
        let polled = catch(|| match &mut source.value {
            Some(source) => source.poll_batch(cx, events, max.max(1)),
            None => Poll::Ready(Err(ended())),
        });
        let end = match polled {
            Ok(Poll::Pending) => BatchPoll::Pending,
            Ok(Poll::Ready(Ok(true))) => return self.batch(),
            Ok(Poll::Ready(Ok(false))) => BatchPoll::Done,
            Ok(Poll::Ready(Err(error))) => BatchPoll::Failed(Packed::error(&error)),
            Err(message) => {
                // Whatever a panic left behind isn't trusted.
                self.events.clear();
                BatchPoll::Panicked(message.into())
            }
        };
        if !matches!(end, BatchPoll::Pending) {
            // Ends the request now, not when the gateway gets round to dropping the stream.
            self.state = StreamState::Ending(end);
        }
        match (self.events.is_empty(), &self.state) {
            // What came before the end comes first.
            (false, _) => self.batch(),
            (true, StreamState::Open(_)) => BatchPoll::Pending,
            (true, _) => self.end(),
        }
    }
}

impl ExportedStream {
    fn end(&mut self) -> BatchPoll {
        match std::mem::replace(&mut self.state, StreamState::Ended) {
            StreamState::Ending(end) => end,
            StreamState::Open(_) | StreamState::Ended => BatchPoll::Done,
        }
    }

    fn batch(&mut self) -> BatchPoll {
        let twins: Result<RVec<EventTwinBox>, ProviderError> = self
            .events
            .drain(..)
            .map(|event| EventTwin::from_event(event).map(EventTwinBox::new))
            .collect();
        match twins {
            Ok(twins) => BatchPoll::Ready(twins),
            Err(error) => {
                self.state = StreamState::Ended;
                BatchPoll::Failed(Packed::error(&error))
            }
        }
    }
}

enum ReplyState<T> {
    Open(Guarded<ReplyFuture<T>>),
    Failed(Packed),
    Ended,
}

struct ExportedReply<T> {
    state: ReplyState<T>,
    waker: RemoteWaker,
}

impl<T: Serialize> Reply for ExportedReply<T> {
    fn poll(&mut self, waker: ROption<WakeBox>) -> ReplyPoll {
        let future = match &mut self.state {
            ReplyState::Open(future) => future,
            ReplyState::Failed(error) => {
                let error = error.clone();
                self.state = ReplyState::Ended;
                return ReplyPoll::Failed(error);
            }
            ReplyState::Ended => return ReplyPoll::Failed(Packed::error(&ended())),
        };
        let _scope = scope::enter(future.host.clone());
        let cx = &mut Context::from_waker(self.waker.update(waker));
        let polled = catch(|| match &mut future.value {
            Some(future) => future.as_mut().poll(cx),
            None => Poll::Ready(Err(ended())),
        });
        let result = match polled {
            Ok(Poll::Pending) => return ReplyPoll::Pending,
            Ok(Poll::Ready(value)) => match value.and_then(|value| Packed::pack(&value)) {
                Ok(packed) => ReplyPoll::Ready(packed),
                Err(error) => ReplyPoll::Failed(Packed::error(&error)),
            },
            Err(message) => ReplyPoll::Panicked(message.into()),
        };
        self.state = ReplyState::Ended;
        result
    }
}
