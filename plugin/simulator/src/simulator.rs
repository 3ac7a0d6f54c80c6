//! The running simulator: where it is, what it has seen, and how to change what it answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::auth::Credentials;
use crate::catalogue::Catalogue;
use crate::record::{Outcome, RecordedRequest, lock};
use crate::reply::Reply;
use crate::routes::Operation;
use crate::serve::Stop;
use crate::sim::Shared;

/// A running simulator. Dropping it closes its socket and all connections.
pub struct Simulator {
    address: SocketAddr,
    ca_pem: Option<String>,
    shared: Arc<Shared>,
    stop: watch::Sender<Stop>,
    ended: Option<oneshot::Receiver<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    pub(crate) fn new(
        address: SocketAddr,
        ca_pem: Option<String>,
        shared: Arc<Shared>,
        stop: watch::Sender<Stop>,
        ended: oneshot::Receiver<()>,
    ) -> Self {
        Self {
            address,
            ca_pem,
            shared,
            stop,
            ended: Some(ended),
            thread: None,
        }
    }

    pub(crate) fn on_thread(mut self, thread: JoinHandle<()>) -> Self {
        self.thread = Some(thread);
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, or `https://…` with TLS: the endpoint for both services.
    pub fn url(&self) -> String {
        let scheme = if self.ca_pem.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate of the authority that clients must trust; only with TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Stops accepting, lets open answers finish for a second, then cuts them.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(Stop::Gently);
        if let Some(ended) = self.ended.take() {
            let _ = ended.await;
        }
    }
}

/// What it has seen.
impl Simulator {
    /// All requests that are still kept, in order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests of one operation.
    pub fn requests_of(&self, operation: Operation) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.operation == Some(operation));
        requests
    }

    /// How many requests came, kept or not.
    pub fn request_count(&self) -> u64 {
        self.shared.log.count()
    }

    /// Forgets all requests; the next one's index goes on counting.
    pub fn forget_requests(&self) {
        self.shared.log.clear();
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.shared.open.count()
    }

    /// The request with that index (from 0), as soon as it has come.
    pub async fn wait_request(&self, index: u64, timeout: Duration) -> Option<RecordedRequest> {
        self.wait(index, timeout, |_| true).await
    }

    /// The request with that index, as soon as its answer has ended, however it did.
    pub async fn wait_ended(&self, index: u64, timeout: Duration) -> Option<RecordedRequest> {
        self.wait(index, timeout, |request| request.outcome != Outcome::Open)
            .await
    }

    /// Whether the client of that request goes away before the end of its answer, within the time.
    pub async fn wait_cancelled(&self, index: u64, timeout: Duration) -> bool {
        let ended = self.wait_ended(index, timeout).await;
        ended.is_some_and(|request| request.outcome == Outcome::Cancelled)
    }

    /// Whether the number of open connections falls to `count` within the time.
    pub async fn wait_open_connections(&self, count: usize, timeout: Duration) -> bool {
        const PERIOD: Duration = Duration::from_millis(2);
        let reached = async {
            while self.open_connections() > count {
                tokio::time::sleep(PERIOD).await;
            }
        };
        tokio::time::timeout(timeout, reached).await.is_ok()
    }

    async fn wait(
        &self,
        index: u64,
        timeout: Duration,
        wanted: impl Fn(&RecordedRequest) -> bool,
    ) -> Option<RecordedRequest> {
        let mut changes = self.shared.log.changes();
        let found = async {
            loop {
                changes.mark_unchanged();
                if let Some(request) = self.shared.log.get(index).filter(&wanted) {
                    return Some(request);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, found).await.ok().flatten()
    }
}

/// What it answers from now on.
impl Simulator {
    /// Queues a reply to a conversation.
    pub fn push(&self, reply: Reply) {
        lock(&self.shared.behaviour).queue.push_back(reply);
    }

    /// Queues a reply to one operation.
    pub fn push_to(&self, operation: Operation, reply: Reply) {
        let mut behaviour = lock(&self.shared.behaviour);
        behaviour
            .by_operation
            .entry(operation)
            .or_default()
            .push_back(reply);
    }

    /// Answers one operation always so, or as usual again.
    pub fn always(&self, operation: Operation, reply: Option<Reply>) {
        let always = &mut lock(&self.shared.behaviour).always;
        match reply {
            Some(reply) => always.insert(operation, reply),
            None => always.remove(&operation),
        };
    }

    /// The reply once the queue is empty; `None` brings the built-in one back.
    pub fn set_default_reply(&self, reply: Option<Reply>) {
        lock(&self.shared.behaviour).default = reply;
    }

    /// Answers conversations by a function once the queue is empty.
    pub fn respond_with(
        &self,
        responder: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) {
        lock(&self.shared.behaviour).responder = Some(Arc::new(responder));
    }

    /// Replies still queued for conversations.
    pub fn replies_left(&self) -> usize {
        lock(&self.shared.behaviour).queue.len()
    }

    /// Replaces the catalogue.
    pub fn set_catalogue(&self, catalogue: Catalogue) {
        lock(&self.shared.behaviour).catalogue = Arc::new(catalogue);
    }

    /// Accepts this access key, and none of those before: what a rotation looks like from the service.
    pub fn set_credentials(
        &self,
        access_key_id: &str,
        secret_access_key: &str,
        session_token: Option<&str>,
    ) {
        let mut behaviour = lock(&self.shared.behaviour);
        Arc::make_mut(&mut behaviour.accepted).credentials = vec![Credentials {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: secret_access_key.to_owned(),
            session_token: session_token.map(str::to_owned),
            expired: false,
        }];
    }

    /// Accepts these bearer tokens, and none of those before.
    pub fn set_bearer_tokens<const N: usize>(&self, tokens: [&str; N]) {
        let mut behaviour = lock(&self.shared.behaviour);
        Arc::make_mut(&mut behaviour.accepted).bearer_tokens = tokens.map(str::to_owned).to_vec();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if self.ended.is_some() {
            self.stop.send_replace(Stop::Now);
        }
        if let Some(thread) = self.thread.take() {
            // It ends at once; a panic there has been told by its own message.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulator")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
