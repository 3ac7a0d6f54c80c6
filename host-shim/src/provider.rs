//! A provider of a plugin, safe and asynchronous: the generation that requests are sent to.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use abi_stable::std_types::RResult;
use provider_interface::{
    ChatRequest, ErrorKind, Health, ListModels, LogLevel, ModelList, Packed, PluginInfo, Probe,
    ProviderBox, ProviderError, ReplyBox, TokenCount,
};

use crate::generation::Work;
use crate::plugin::Plugin;
use crate::reply::ReplyFuture;
use crate::stream::ChatStream;

/// One generation of a provider. A handle: clones are the same generation, and it lives as long as
/// the last of them, streams and replies included.
///
/// The last handle's drop ends the generation on the dropping thread; [`Provider::shutdown`] first,
/// so that there is nothing left to wait for then.
#[derive(Clone)]
pub struct Provider(Arc<Generation>);

struct Generation {
    provider: ProviderBox,
    plugin: Plugin,
    number: u64,
    work: Arc<Work>,
    told_unknown_event: AtomicBool,
}

impl Provider {
    pub(crate) fn new(provider: ProviderBox, plugin: Plugin, number: u64) -> Self {
        Self(Arc::new(Generation {
            provider,
            plugin,
            number,
            work: Arc::default(),
            told_unknown_event: AtomicBool::new(false),
        }))
    }

    /// Begins an answer. Never blocks; whatever fails is told by the stream.
    pub fn start_stream(&self, request: ChatRequest) -> ChatStream {
        let stream = Packed::pack(&request).map(|request| self.0.provider.start_stream(request));
        ChatStream::new(self.clone(), self.0.work.begin(), stream)
    }

    /// Lists the models.
    pub fn list_models(&self, options: ListModels) -> ReplyFuture<ModelList> {
        let reply = Packed::pack(&options).map(|options| self.0.provider.list_models(options));
        self.reply(reply)
    }

    /// Counts the tokens of a request without running it.
    pub fn count_tokens(&self, request: ChatRequest) -> ReplyFuture<TokenCount> {
        let reply = Packed::pack(&request).map(|request| self.0.provider.count_tokens(request));
        self.reply(reply)
    }

    /// Whether it can work.
    pub fn health(&self) -> ReplyFuture<Health> {
        self.reply(Ok(self.0.provider.health()))
    }

    /// Whether what it depends on can be reached; asks the network.
    pub fn probe(&self) -> ReplyFuture<Probe> {
        self.reply(Ok(self.0.provider.probe()))
    }

    /// Takes a new config, a JSON text, or says why not and goes on with the old. May block, as
    /// [`Plugin::create`] does.
    pub fn reconfigure(&self, config_json: &str) -> Result<(), ProviderError> {
        done(self.0.provider.reconfigure(config_json.into()))
    }

    /// How much to log; none is nothing.
    pub fn set_log_level(&self, level: Option<LogLevel>) -> Result<(), ProviderError> {
        let level = match level {
            None => 0,
            Some(LogLevel::Error) => 1,
            Some(LogLevel::Warn) => 2,
            Some(LogLevel::Info) => 3,
            Some(LogLevel::Debug) => 4,
            Some(LogLevel::Trace) => 5,
            Some(other) => {
                let sentence = format!("`{other}` is not a log level");
                return Err(ProviderError::new(ErrorKind::InvalidRequest, sentence));
            }
        };
        done(self.0.provider.set_log_level(level))
    }

    /// Takes no new requests from here on; open streams go on.
    pub fn begin_drain(&self) -> Result<(), ProviderError> {
        done(self.0.provider.begin_drain())
    }

    /// Ends what is open after the deadline, then everything else. Ready when no thread of this
    /// generation is left.
    pub fn shutdown(&self, deadline: Duration) -> ReplyFuture<()> {
        let deadline_ms = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        self.reply(Ok(self.0.provider.shutdown(deadline_ms)))
    }

    /// What its plugin says of itself.
    pub fn info(&self) -> &PluginInfo {
        self.0.plugin.info()
    }

    /// The plugin that made it.
    pub fn plugin(&self) -> &Plugin {
        &self.0.plugin
    }

    /// Its number: from 1, never twice in a process.
    pub fn generation(&self) -> u64 {
        self.0.number
    }

    /// How many answers it is giving.
    pub fn open_streams(&self) -> usize {
        self.0.work.open()
    }

    /// What it is doing, for whoever must not keep it alive.
    pub(crate) fn work(&self) -> &Arc<Work> {
        &self.0.work
    }

    /// How many handles there are beside this one and those of its answers: as long as there is one,
    /// another answer may begin. None while answers come and go too fast to tell.
    pub(crate) fn other_handles(&self) -> Option<usize> {
        let open = self.0.work.open();
        let handles = Arc::strong_count(&self.0);
        let is_steady = self.0.work.open() == open;
        is_steady.then(|| handles.saturating_sub(open + 1))
    }

    fn reply<T>(&self, reply: Result<ReplyBox, ProviderError>) -> ReplyFuture<T> {
        ReplyFuture::new(self.clone(), reply)
    }

    /// Logs, once a generation, that its plugin knows events that this gateway doesn't.
    pub(crate) fn skipped_event(&self, reason: &dyn fmt::Display) {
        if !self.0.told_unknown_event.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                plugin = self.info().id.as_str(),
                generation = self.generation(),
                "skipped an event that this gateway does not know ({reason}); said once"
            );
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("generation", &self.0.number)
            .field("plugin", &self.0.plugin)
            .finish_non_exhaustive()
    }
}

fn done(result: RResult<(), Packed>) -> Result<(), ProviderError> {
    result.into_result().map_err(|error| plugin_error(&error))
}

/// The error that a plugin sent. One that can't be read is nobody's request's fault.
pub(crate) fn plugin_error(error: &Packed) -> ProviderError {
    error.unpack().unwrap_or_else(|unreadable: ProviderError| {
        let sentence = format!("the plugin's error can't be read: {unreadable}");
        ProviderError::new(ErrorKind::Internal, sentence)
    })
}
