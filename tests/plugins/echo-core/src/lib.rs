//! The provider of both echo plugins: it answers with the last text of the request, in numbered
//! deltas, at the pace that its config or the request's extra fields ask for.

mod clock;
mod faults;
mod source;

use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use provider_interface::export::{ChatProvider, EventSource, Plugin, ReplyFuture, scope};
use provider_interface::{
    ChatRequest, ErrorKind, Health, HostApi, INTERFACE_VERSION, ListModels, LogLevel, ModelInfo,
    ModelList, ModelSource, PluginInfo, ProviderError, TokenCount,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use clock::Clock;
use faults::{Fault, Faults};
use source::EchoSource;

/// Tells the plugins apart.
pub trait Version: Send + Sync + 'static {
    /// The plugin's version, with which each delta begins.
    const VERSION: &'static str;
}

/// The plugin of that version.
pub struct Echo<V>(PhantomData<V>);

/// How an answer goes. In JSON, the config of the provider and the extra fields of a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Pace {
    /// How many deltas.
    deltas: u32,
    /// How many of them are ready at once.
    at_once: u32,
    /// How long to wait before the next ones.
    pause_ms: u64,
    /// How it ends.
    ending: Ending,
    /// What goes wrong, by the plugin's version: both versions read the same config.
    faults: Faults,
    /// Not for the echo: what the gateway reads of the same config.
    #[serde(rename = "trust")]
    _trust: IgnoredAny,
    #[serde(rename = "sha256")]
    _sha256: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    #[serde(rename = "publicKey")]
    _public_key: IgnoredAny,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Ending {
    /// As it should.
    Stop,
    /// After the deltas, without a word.
    Truncated,
    /// After the deltas, with an error.
    Failed,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            deltas: 3,
            at_once: 2,
            pause_ms: 0,
            ending: Ending::Stop,
            faults: Faults::default(),
            _trust: IgnoredAny,
            _sha256: IgnoredAny,
            _version: IgnoredAny,
            _public_key: IgnoredAny,
        }
    }
}

impl Pace {
    fn read(json: &str) -> Result<Self, ProviderError> {
        serde_json::from_str(json).map_err(|error| {
            let sentence = format!("the echo's config can't be read: {error}");
            ProviderError::new(ErrorKind::InvalidRequest, sentence)
        })
    }
}

/// What a provider shares with its streams.
struct Shared {
    clock: Clock,
    open_streams: AtomicUsize,
    draining: AtomicBool,
    ended: AtomicBool,
}

impl Shared {
    fn check_open(&self) -> Result<(), ProviderError> {
        if self.ended.load(Ordering::Acquire) {
            return Err(ProviderError::new(
                ErrorKind::Draining,
                "the echo has been shut down",
            ));
        }
        Ok(())
    }
}

struct EchoProvider {
    version: &'static str,
    pace: Mutex<Pace>,
    shared: Arc<Shared>,
}

impl<V: Version> Plugin for Echo<V> {
    fn info() -> PluginInfo {
        PluginInfo {
            id: "echo".to_owned(),
            version: V::VERSION.to_owned(),
            git_revision: None,
            rustc: None,
            interface: INTERFACE_VERSION.to_owned(),
            provider_ids: vec!["echo".to_owned()],
            features: vec!["reverse".to_owned()],
        }
    }

    fn create(host: Arc<HostApi>, config: &str) -> Result<Box<dyn ChatProvider>, ProviderError> {
        let pace = Pace::read(config)?;
        pace.faults.reach(
            V::VERSION,
            &[Fault::CreateFails, Fault::CreatePanics, Fault::CreateHangs],
        )?;
        scope::log(3, "echo", "created", r#"{"greeting":"hello"}"#);
        Ok(Box::new(EchoProvider {
            version: V::VERSION,
            pace: Mutex::new(pace),
            shared: Arc::new(Shared {
                clock: Clock::start(host),
                open_streams: AtomicUsize::new(0),
                draining: AtomicBool::new(false),
                ended: AtomicBool::new(false),
            }),
        }))
    }

    fn call_ext(op: &str, bytes: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match op {
            "reverse" => Ok(bytes.iter().rev().copied().collect()),
            other => Err(ProviderError::new(
                ErrorKind::InvalidRequest,
                format!("the echo has no operation `{other}`"),
            )),
        }
    }
}

impl ChatProvider for EchoProvider {
    fn start_stream(&self, request: ChatRequest) -> Box<dyn EventSource> {
        let pace = match &request.additional_model_request_fields {
            Some(fields) => Pace::read(fields.as_str()),
            None => Ok(self.pace()),
        };
        // A panic is all that can go wrong here.
        let pace = pace.and_then(|pace| {
            self.pace()
                .faults
                .reach(self.version, &[Fault::StreamPanics])?;
            Ok(pace)
        });
        let pace = if self.shared.draining.load(Ordering::Acquire) {
            Err(ProviderError::new(
                ErrorKind::Draining,
                "the echo is draining",
            ))
        } else {
            pace
        };
        let shared = Arc::clone(&self.shared);
        Box::new(EchoSource::new(self.version, &request, pace, shared))
    }

    fn list_models(&self, _options: ListModels) -> ReplyFuture<ModelList> {
        let model = ModelInfo {
            reference: "echo/echo-1".to_owned(),
            id: "echo-1".to_owned(),
            provider: "echo".to_owned(),
            name: format!("Echo {}", self.version),
            source: ModelSource::Config,
            base_model: None,
            region: None,
            input: None,
            output: None,
            reasoning: None,
            tools: None,
            streaming: Some(true),
            context_window: None,
            max_tokens: None,
            limits_known: false,
            cost: None,
        };
        let list = ModelList {
            models: vec![model],
            notes: Vec::new(),
        };
        Box::pin(self.later(list))
    }

    fn count_tokens(&self, request: ChatRequest) -> ReplyFuture<TokenCount> {
        let words = source::last_text(&request).split_whitespace().count();
        let input_tokens = words as u64;
        Box::pin(self.later(TokenCount { input_tokens }))
    }

    fn reconfigure(&self, config: &str) -> Result<(), ProviderError> {
        let pace = Pace::read(config)?;
        pace.faults
            .reach(self.version, &[Fault::ReconfigureFails])?;
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
        Ok(())
    }

    fn health(&self) -> ReplyFuture<Health> {
        let open = self.shared.open_streams.load(Ordering::Acquire);
        let faults = self.pace().faults;
        if let Err(error) = faults.reach(self.version, &[Fault::HealthFails, Fault::HealthHangs]) {
            return Box::pin(async { Err(error) });
        }
        let is_sick = faults.has(self.version, Fault::NeverReady);
        let health = Health {
            ready: !is_sick && !self.shared.draining.load(Ordering::Acquire),
            notes: vec![format!("open streams: {open}")],
            ..Health::default()
        };
        Box::pin(async { Ok(health) })
    }

    fn set_log_level(&self, level: Option<LogLevel>) {
        let level = level.map_or_else(|| "nothing".to_owned(), |level| level.to_string());
        scope::log(3, "echo", &format!("logging {level}"), "");
    }

    fn begin_drain(&self) {
        self.shared.draining.store(true, Ordering::Release);
    }

    fn shutdown(&self, deadline: Duration) -> ReplyFuture<()> {
        self.begin_drain();
        let (shared, deadline) = (Arc::clone(&self.shared), Instant::now() + deadline);
        Box::pin(poll_fn(move |cx| {
            let now = Instant::now();
            if shared.open_streams.load(Ordering::Acquire) > 0 && now < deadline {
                let soon = now + Duration::from_millis(2);
                shared.clock.wake_at(soon.min(deadline), cx.waker());
                return Poll::Pending;
            }
            shared.ended.store(true, Ordering::Release);
            shared.clock.stop();
            Poll::Ready(Ok(()))
        }))
    }
}

impl EchoProvider {
    fn pace(&self) -> Pace {
        self.pace
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The value, after a wake from another thread.
    fn later<T: Send + 'static>(
        &self,
        value: T,
    ) -> impl Future<Output = Result<T, ProviderError>> + Send + use<T> {
        let (shared, due) = (
            Arc::clone(&self.shared),
            Instant::now() + Duration::from_millis(1),
        );
        let mut value = Some(value);
        poll_fn(move |cx| {
            if let Err(error) = shared.check_open() {
                return Poll::Ready(Err(error));
            }
            match value.take_if(|_| Instant::now() >= due) {
                Some(value) => Poll::Ready(Ok(value)),
                None => {
                    shared.clock.wake_at(due, cx.waker());
                    Poll::Pending
                }
            }
        })
    }
}
