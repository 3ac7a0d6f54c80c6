//! One generation of the provider: its runtime, its requests, its end.

mod runtime;
mod sessions;

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use provider_interface::export::{ChatProvider, EventSource, ReplyFuture};
use provider_interface::{
    ChatRequest, Health, HostApi, ListModels, LogLevel, ModelList, Probe, ProviderError,
    StreamEvent, TokenCount,
};

use crate::chat::{self, Answer, Lessons, draining, lost};
use crate::config::Config;
use crate::credentials::Standing;
use crate::logging;
use runtime::OwnRuntime;

pub(crate) use sessions::Sessions;

/// One generation.
pub(crate) struct Generation {
    runtime: OwnRuntime,
    current: RwLock<Current>,
    draining: AtomicBool,
    /// Cloned into every open answer: its count is theirs.
    open: Arc<()>,
    /// What models have refused.
    lessons: Lessons,
}

/// What a config brings with it; replaced as a whole.
#[derive(Clone)]
struct Current {
    config: Arc<Config>,
    sessions: Sessions,
}

impl Current {
    fn new(config: Config) -> Self {
        let config = Arc::new(config);
        Self {
            sessions: Sessions::new(Arc::clone(&config)),
            config,
        }
    }
}

impl Generation {
    pub(crate) fn start(host: Arc<HostApi>, config: Config) -> Result<Self, ProviderError> {
        Ok(Self {
            runtime: OwnRuntime::start(host)?,
            current: RwLock::new(Current::new(config)),
            draining: AtomicBool::new(false),
            open: Arc::new(()),
            lessons: Lessons::default(),
        })
    }

    fn current(&self) -> Current {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Runs a future on the plugin's runtime; the caller only waits for it.
    fn reply<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> ReplyFuture<T> {
        let task = self.runtime.handle().spawn(future);
        let mut task = AbortOnDrop(task);
        Box::pin(async move {
            match (&mut task.0).await {
                Ok(result) => result,
                Err(error) => Err(lost(error)),
            }
        })
    }
}

struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer that is an error from the start.
struct Refused(Option<ProviderError>);

impl EventSource for Refused {
    fn poll_batch(
        &mut self,
        _: &mut Context<'_>,
        _: &mut Vec<StreamEvent>,
        _: usize,
    ) -> Poll<Result<bool, ProviderError>> {
        Poll::Ready(self.0.take().map_or(Ok(false), Err))
    }
}

impl ChatProvider for Generation {
    fn start_stream(&self, chat: ChatRequest) -> Box<dyn EventSource> {
        if self.draining.load(Ordering::Relaxed) {
            return Box::new(Refused(Some(draining())));
        }
        let Current { config, sessions } = self.current();
        let request = chat::Request {
            chat,
            sessions,
            config,
            lessons: self.lessons.clone(),
        };
        Box::new(Answer::start(
            self.runtime.handle(),
            request,
            Arc::clone(&self.open),
        ))
    }

    fn list_models(&self, options: ListModels) -> ReplyFuture<ModelList> {
        let sessions = self.current().sessions;
        self.reply(async move { sessions.list_models(options.refresh).await })
    }

    fn count_tokens(&self, chat: ChatRequest) -> ReplyFuture<TokenCount> {
        let Current { config, sessions } = self.current();
        let lessons = self.lessons.clone();
        self.reply(async move {
            let counted = chat::count_tokens(chat, &sessions, &config, &lessons).await;
            counted.map(|input_tokens| TokenCount { input_tokens })
        })
    }

    fn reconfigure(&self, config: &str) -> Result<(), ProviderError> {
        let config = Config::parse(config)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current::new(config);
        Ok(())
    }

    fn health(&self) -> ReplyFuture<Health> {
        let sessions = self.current().sessions;
        let ready = !self.draining.load(Ordering::Relaxed);
        let notes = self.lessons.told();
        self.reply(async move {
            let session = sessions.current().await?;
            let Standing {
                source,
                expiry,
                error,
            } = session.signer().standing().await;
            let seconds = |end: SystemTime| end.duration_since(UNIX_EPOCH).ok();
            Ok(Health {
                ready,
                region: Some(session.region().to_owned()),
                region_source: Some(session.region_source().to_owned()),
                credential_source: Some(source.unwrap_or_else(|| "none".to_owned())),
                credential_expiry: expiry.and_then(seconds).map(|end| end.as_secs()),
                credential_error: error,
                notes,
            })
        })
    }

    fn probe(&self) -> ReplyFuture<Probe> {
        let sessions = self.current().sessions;
        self.reply(async move {
            let endpoints = sessions.current().await?.probe().await;
            Ok(Probe { endpoints })
        })
    }

    fn set_log_level(&self, level: Option<LogLevel>) {
        logging::set_level(level);
    }

    fn begin_drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    fn shutdown(&self, deadline: Duration) -> ReplyFuture<()> {
        self.begin_drain();
        let ended = self.runtime.end(deadline, Arc::downgrade(&self.open));
        Box::pin(async move {
            // A sender that is gone without a word ended by panic; the runtime is gone with it.
            let _ = ended.await;
            Ok(())
        })
    }
}
