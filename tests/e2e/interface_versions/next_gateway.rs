//! A gateway of 1.1, as far as the tests need one: its table of versions, its upgrade of 1.0, and
//! what it does with streams.

use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::task::{Poll, Waker};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{ROption, RResult, RString};
use host_shim::LoadError;
use host_shim::interface::module::{Host_TO, Wake_TO};
use host_shim::interface::versions::v1_0;
use host_shim::interface::{
    self as before, LogRecord, Packed, ProviderError, ReplyBox, Wake, WakeBox,
};
use host_shim::versions::{Module, Version};
use test_interface_next::module::{ChatStream_TO, Host_TO as NextHost_TO, Provider_TO};
use test_interface_next::{
    self as next, BatchPoll, ChatRequest, EventTwin, EventTwinBox, HostApi, ProviderBox, StreamBox,
};

use crate::workbench::Workbench;

/// What a gateway of 1.1 knows, newest to oldest.
pub(super) const VERSIONS: &[Version<Opened>] = &[
    Version::of::<next::ProviderModuleRef>(),
    Version::of::<v1_0::ProviderModuleRef>(),
];

/// A root module, and by which version it was opened.
pub(super) enum Opened {
    By1_1(next::ProviderModuleRef),
    By1_0(Module),
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::By1_1(_) => "1.1",
            Self::By1_0(_) => "1.0",
        })
    }
}

impl From<next::ProviderModuleRef> for Opened {
    fn from(module: next::ProviderModuleRef) -> Self {
        Self::By1_1(module)
    }
}

impl From<v1_0::ProviderModuleRef> for Opened {
    fn from(module: v1_0::ProviderModuleRef) -> Self {
        Self::By1_0(Module::from(module))
    }
}

impl Opened {
    /// Opens a file by these versions.
    pub(super) fn open(path: &Path, versions: &[Version<Self>]) -> Result<Self, LoadError> {
        let bench = Workbench::new();
        let staged = bench.loader().stage(path)?;
        bench.loader().load_module(&staged, versions)
    }

    /// Makes a provider, one of 1.1 whatever the plugin is.
    pub(super) fn create(&self, config: &str) -> Result<ProviderBox, ProviderError> {
        let host = NextHost_TO::from_value(Gateway, TD_Opaque);
        match self {
            Self::By1_1(module) => module.create()(host, config.into()).into_result(),
            Self::By1_0(module) => {
                let host = Host_TO::from_value(GatewayOfOld(host), TD_Opaque);
                let provider = module.create(host, config.into());
                provider.map(|provider| Provider_TO::from_value(OldProvider(provider), TD_Opaque))
            }
        }
        .map_err(Packed::into_error)
    }
}

/// The gateway, by its name.
struct Gateway;

impl next::Host for Gateway {
    fn log(&self, _record: LogRecord<'_>) {}

    fn name(&self) -> ROption<RString> {
        ROption::RSome("next".into())
    }
}

struct GatewayOfOld(HostApi);

impl before::Host for GatewayOfOld {
    fn log(&self, record: LogRecord<'_>) {
        self.0.log(record);
    }
}

/// A provider of 1.0 as one of 1.1: what was appended is left to its default.
struct OldProvider(before::ProviderBox);

impl next::Provider for OldProvider {
    fn start_stream(&self, request: Packed) -> StreamBox {
        ChatStream_TO::from_value(OldStream(self.0.start_stream(request)), TD_Opaque)
    }

    fn list_models(&self, options: Packed) -> ReplyBox {
        self.0.list_models(options)
    }

    fn count_tokens(&self, request: Packed) -> ReplyBox {
        self.0.count_tokens(request)
    }

    fn reconfigure(&self, config: RString) -> RResult<(), Packed> {
        self.0.reconfigure(config)
    }

    fn health(&self) -> ReplyBox {
        self.0.health()
    }

    fn set_log_level(&self, level: u8) -> RResult<(), Packed> {
        self.0.set_log_level(level)
    }

    fn begin_drain(&self) -> RResult<(), Packed> {
        self.0.begin_drain()
    }

    fn shutdown(&self, deadline_ms: u64) -> ReplyBox {
        self.0.shutdown(deadline_ms)
    }

    fn probe(&self) -> ReplyBox {
        self.0.probe()
    }
}

struct OldStream(before::StreamBox);

impl next::ChatStream for OldStream {
    fn poll_batch(&mut self, waker: ROption<WakeBox>, max: u32) -> BatchPoll {
        match self.0.poll_batch(waker, max) {
            before::BatchPoll::Pending => BatchPoll::Pending,
            before::BatchPoll::Ready(events) => {
                BatchPoll::Ready(events.into_iter().map(event).collect())
            }
            before::BatchPoll::Done => BatchPoll::Done,
            before::BatchPoll::Failed(error) => BatchPoll::Failed(error),
            before::BatchPoll::Panicked(message) => BatchPoll::Panicked(message),
        }
    }
}

fn event(event: before::EventTwinBox) -> EventTwinBox {
    EventTwinBox::new(match event.into_enum().unwrap() {
        before::EventTwin::Text { index, text } => EventTwin::Text { index, text },
        before::EventTwin::BlockStop { index } => EventTwin::BlockStop { index },
        before::EventTwin::Packed { event } => EventTwin::Packed { event },
        other => panic!("the tests' plugins send no {other:?}"),
    })
}

/// All texts of an answer, and how many events of 1.1 alone were among them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) new_events: usize,
}

/// Asks a provider and takes everything.
pub(super) async fn ask(
    provider: &ProviderBox,
    request: &ChatRequest,
) -> Result<Answer, ProviderError> {
    let mut stream = provider.start_stream(Packed::pack(request)?);
    let mut answer = Answer::default();
    loop {
        let events = match next_batch(&mut stream).await {
            BatchPoll::Ready(events) => events,
            BatchPoll::Done => return Ok(answer),
            BatchPoll::Failed(error) => return Err(error.into_error()),
            BatchPoll::Panicked(message) => return Err(ProviderError::panicked(&message)),
            BatchPoll::Pending => unreachable!("a batch is waited for"),
        };
        for event in events {
            match event.into_enum().unwrap() {
                EventTwin::Text { text, .. } => answer.text.push_str(&text),
                EventTwin::Confidence { .. } => answer.new_events += 1,
                EventTwin::Packed { event } => {
                    let new: Result<next::StreamEvent, _> = event.unpack();
                    answer.new_events += usize::from(new.is_ok());
                }
                _ => {}
            }
        }
    }
}

async fn next_batch(stream: &mut StreamBox) -> BatchPoll {
    poll_fn(|cx| {
        let waker = Wake_TO::from_value(Task(cx.waker().clone()), TD_Opaque);
        match stream.poll_batch(ROption::RSome(waker), 64) {
            BatchPoll::Pending => Poll::Pending,
            ready => Poll::Ready(ready),
        }
    })
    .await
}

struct Task(Waker);

impl Wake for Task {
    fn wake(&self) {
        self.0.wake_by_ref();
    }
}
