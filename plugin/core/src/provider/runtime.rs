//! The runtime of one generation: its threads work for the gateway that made it, and end with it.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use provider_interface::export::scope;
use provider_interface::{ErrorKind, HostApi, ProviderError};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// More threads than this don't help: an event costs a microsecond.
const MAX_THREADS: usize = 4;
/// How often an ending generation looks whether its last answer has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long blocking work (name look-ups, credential processes) may hold up the end.
const BLOCKING_WORK: Duration = Duration::from_secs(5);

/// A runtime that ends on a thread of its own: waiting for its threads isn't allowed on a thread of
/// another runtime, and the gateway's threads are just that.
pub(super) struct OwnRuntime {
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
}

impl OwnRuntime {
    pub(super) fn start(host: Arc<HostApi>) -> Result<Self, ProviderError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.min(MAX_THREADS))
            .thread_name("amazon-bedrock")
            .on_thread_start(move || scope::adopt_thread(Arc::clone(&host)))
            .enable_all()
            .build()
            .map_err(|error| {
                ProviderError::new(
                    ErrorKind::Internal,
                    format!("the provider's threads can't be started: {error}"),
                )
            })?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Ends the runtime once no answer is open, or at the deadline. The receiver hears when no
    /// thread is left; at once if that has happened before.
    pub(super) fn end(&self, deadline: Duration, open: Weak<()>) -> oneshot::Receiver<()> {
        let (sender, ended) = oneshot::channel();
        let runtime = self
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(runtime) = runtime else {
            let _ = sender.send(());
            return ended;
        };
        let started = thread::Builder::new()
            .name("amazon-bedrock-end".to_owned())
            .spawn(move || {
                let end = Instant::now().checked_add(deadline);
                // One reference is the generation's own.
                while open.strong_count() > 1 && end.is_none_or(|end| Instant::now() < end) {
                    thread::sleep(LOOK_EVERY);
                }
                runtime.shutdown_timeout(BLOCKING_WORK);
                let _ = sender.send(());
            });
        if started.is_err() {
            // The closure, and the runtime with it, was dropped by the failed spawn.
            tracing::warn!("no thread could be started to end the provider's runtime");
        }
        ended
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        let runtime = self
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}
