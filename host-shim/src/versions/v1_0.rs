//! Interface 1.0, presented as the present one: each object that crosses is wrapped in one of the
//! present version, those of the plugin on their way here, those of the gateway on their way there.
//!
//! Nothing here can panic, and no destructor is the gateway's but those that are guarded already.

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{ROption, RResult, RSlice, RStr, RString, RVec};
use provider_interface::module::{ChatStream_TO, Provider_TO, Reply_TO};
use provider_interface::versions::v1_0 as old;
use provider_interface::{
    BatchPoll, ChatStream, EventTwin, EventTwinBox, HostApi, LogRecord, Packed, Provider,
    ProviderBox, Reply, ReplyBox, ReplyPoll, StreamBox, WakeBox,
};

use super::{Functions, Module};

impl From<old::ProviderModuleRef> for Module {
    fn from(module: old::ProviderModuleRef) -> Self {
        Self(Box::new(OldModule(module)))
    }
}

struct OldModule(old::ProviderModuleRef);

impl Functions for OldModule {
    fn info(&self) -> Result<Packed, Packed> {
        let info = self.0.info()().into_result();
        info.map(present).map_err(present)
    }

    fn create(&self, host: HostApi, config: RString) -> Result<ProviderBox, Packed> {
        let host = old::Host_TO::from_value(HostOfOld(host), TD_Opaque);
        match self.0.create()(host, config) {
            RResult::ROk(provider) => Ok(Provider_TO::from_value(OldProvider(provider), TD_Opaque)),
            RResult::RErr(error) => Err(present(error)),
        }
    }

    fn call_ext(&self, op: RStr<'_>, bytes: RSlice<'_, u8>) -> Result<RVec<u8>, Packed> {
        self.0.call_ext()(op, bytes).into_result().map_err(present)
    }
}

struct OldProvider(old::ProviderBox);

impl Provider for OldProvider {
    fn start_stream(&self, request: Packed) -> StreamBox {
        let stream = OldStream(self.0.start_stream(past(request)));
        ChatStream_TO::from_value(stream, TD_Opaque)
    }

    fn list_models(&self, options: Packed) -> ReplyBox {
        reply(self.0.list_models(past(options)))
    }

    fn count_tokens(&self, request: Packed) -> ReplyBox {
        reply(self.0.count_tokens(past(request)))
    }

    fn reconfigure(&self, config: RString) -> RResult<(), Packed> {
        self.0.reconfigure(config).map_err(present)
    }

    fn health(&self) -> ReplyBox {
        reply(self.0.health())
    }

    fn set_log_level(&self, level: u8) -> RResult<(), Packed> {
        self.0.set_log_level(level).map_err(present)
    }

    fn begin_drain(&self) -> RResult<(), Packed> {
        self.0.begin_drain().map_err(present)
    }

    fn shutdown(&self, deadline_ms: u64) -> ReplyBox {
        reply(self.0.shutdown(deadline_ms))
    }

    fn probe(&self) -> ReplyBox {
        reply(self.0.probe())
    }
}

struct OldStream(old::StreamBox);

impl ChatStream for OldStream {
    fn poll_batch(&mut self, waker: ROption<WakeBox>, max: u32) -> BatchPoll {
        match self.0.poll_batch(wake(waker), max) {
            old::BatchPoll::Pending => BatchPoll::Pending,
            old::BatchPoll::Ready(events) => {
                BatchPoll::Ready(events.into_iter().map(event).collect())
            }
            old::BatchPoll::Done => BatchPoll::Done,
            old::BatchPoll::Failed(error) => BatchPoll::Failed(present(error)),
            old::BatchPoll::Panicked(message) => BatchPoll::Panicked(message),
        }
    }
}

fn event(event: old::EventTwinBox) -> EventTwinBox {
    EventTwinBox::new(match event.into_enum() {
        Ok(old::EventTwin::Text { index, text }) => EventTwin::Text { index, text },
        Ok(old::EventTwin::Reasoning { index, text }) => EventTwin::Reasoning { index, text },
        Ok(old::EventTwin::ToolInput { index, input }) => EventTwin::ToolInput { index, input },
        Ok(old::EventTwin::BlockStop { index }) => EventTwin::BlockStop { index },
        Ok(old::EventTwin::Packed { event }) => EventTwin::Packed {
            event: present(event),
        },
        // None that 1.0 has: an event that nobody can read, which the stream tells and skips.
        Ok(_) | Err(_) => EventTwin::Packed {
            event: Packed::from_bytes(RVec::new()),
        },
    })
}

struct OldReply(old::ReplyBox);

fn reply(reply: old::ReplyBox) -> ReplyBox {
    Reply_TO::from_value(OldReply(reply), TD_Opaque)
}

impl Reply for OldReply {
    fn poll(&mut self, waker: ROption<WakeBox>) -> ReplyPoll {
        match self.0.poll(wake(waker)) {
            old::ReplyPoll::Pending => ReplyPoll::Pending,
            old::ReplyPoll::Ready(answer) => ReplyPoll::Ready(present(answer)),
            old::ReplyPoll::Failed(error) => ReplyPoll::Failed(present(error)),
            old::ReplyPoll::Panicked(message) => ReplyPoll::Panicked(message),
        }
    }
}

/// The gateway, as a plugin of 1.0 knows it.
struct HostOfOld(HostApi);

impl old::Host for HostOfOld {
    fn log(&self, record: old::LogRecord<'_>) {
        self.0.log(LogRecord {
            level: record.level,
            target: record.target,
            message: record.message,
            fields: record.fields,
        });
    }
}

/// A task, as a plugin of 1.0 knows it.
struct WakeOfOld(WakeBox);

impl old::Wake for WakeOfOld {
    fn wake(&self) {
        self.0.wake();
    }
}

fn wake(waker: ROption<WakeBox>) -> ROption<old::WakeBox> {
    waker.map(|waker| old::Wake_TO::from_value(WakeOfOld(waker), TD_Opaque))
}

fn present(packed: old::Packed) -> Packed {
    Packed::from_bytes(packed.0)
}

fn past(packed: Packed) -> old::Packed {
    old::Packed(packed.into_bytes())
}
