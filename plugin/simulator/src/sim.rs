//! The builder: what a simulator knows and answers before it starts.

use std::collections::{HashMap, VecDeque};
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use crate::auth::{Accepted, Credentials};
use crate::catalogue::{Catalogue, FoundationModel, InferenceProfile};
use crate::connection::OpenConnections;
use crate::error::SimError;
use crate::record::{Log, RecordedRequest};
use crate::reply::{Reply, Script};
use crate::routes::Operation;
use crate::serve::{self, Stop};
use crate::simulator::Simulator;
use crate::{
    DEFAULT_ACCESS_KEY_ID, DEFAULT_BEARER_TOKEN, DEFAULT_REGION, DEFAULT_SECRET_ACCESS_KEY, tls,
};

/// Names the folder that simulators record to which aren't told a file.
const RECORDINGS_FOLDER: &str = "BEDROCK_SIMULATOR_RECORDINGS";

/// A function that answers conversations.
pub(crate) type Responder = Arc<dyn Fn(&RecordedRequest) -> Reply + Send + Sync>;

/// A simulator about to start.
///
/// Conversations (ConverseStream, Converse) are answered by the queued replies in order, then by
/// `respond_with`, then by `default_reply`, then by the built-in [`default_reply`](crate::default_reply).
#[must_use = "a simulator does nothing until it is started"]
pub struct BedrockSim {
    listen: SocketAddr,
    tls: bool,
    host_names: Vec<String>,
    record_to: Option<PathBuf>,
    keep_requests: Option<usize>,
    behaviour: Behaviour,
}

/// Everything that can still change while the simulator runs.
pub(crate) struct Behaviour {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) accepted: Arc<Accepted>,
    pub(crate) region: String,
    pub(crate) rules: bool,
    pub(crate) queue: VecDeque<Reply>,
    pub(crate) default: Option<Reply>,
    pub(crate) responder: Option<Responder>,
    pub(crate) by_operation: HashMap<Operation, VecDeque<Reply>>,
    pub(crate) always: HashMap<Operation, Reply>,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) log: Log,
    pub(crate) open: OpenConnections,
}

impl Default for BedrockSim {
    fn default() -> Self {
        Self::new()
    }
}

/// What it answers.
impl BedrockSim {
    /// A simulator with the default catalogue, on a free port of 127.0.0.1.
    pub fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: false,
            host_names: Vec::new(),
            record_to: None,
            keep_requests: None,
            behaviour: Behaviour {
                catalogue: Arc::default(),
                accepted: Arc::default(),
                region: DEFAULT_REGION.to_owned(),
                rules: true,
                queue: VecDeque::new(),
                default: None,
                responder: None,
                by_operation: HashMap::new(),
                always: HashMap::new(),
            },
        }
    }

    /// Makes sure that this id can be called: a foundation model of the default kind unless it is known already.
    pub fn model(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        let catalogue = Arc::make_mut(&mut self.behaviour.catalogue);
        let profile = catalogue.profiles.iter().any(|profile| profile.id == id);
        if !profile && !catalogue.models.iter().any(|model| model.id == id) {
            catalogue.models.push(FoundationModel::new(id));
        }
        self
    }

    /// Adds a foundation model, in place of one with the same id.
    pub fn foundation_model(self, model: FoundationModel) -> Self {
        self.with_catalogue(|catalogue| catalogue.model(model))
    }

    /// Adds an inference profile, in place of one with the same id.
    pub fn profile(self, profile: InferenceProfile) -> Self {
        self.with_catalogue(|catalogue| catalogue.profile(profile))
    }

    /// Replaces the whole catalogue.
    pub fn catalogue(self, catalogue: Catalogue) -> Self {
        self.with_catalogue(|_| catalogue)
    }

    /// Lets any id be called.
    pub fn any_model(self) -> Self {
        self.with_catalogue(Catalogue::any_model)
    }

    fn with_catalogue(mut self, change: impl FnOnce(Catalogue) -> Catalogue) -> Self {
        let catalogue = Arc::unwrap_or_clone(self.behaviour.catalogue);
        self.behaviour.catalogue = Arc::new(change(catalogue));
        self
    }

    /// Queues a reply to a conversation.
    pub fn reply(mut self, reply: Reply) -> Self {
        self.behaviour.queue.push_back(reply);
        self
    }

    /// Queues several replies.
    pub fn replies(mut self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.behaviour.queue.extend(replies);
        self
    }

    /// Queues a script's replies and takes its default.
    pub fn script(mut self, script: Script) -> Self {
        if script.default.is_some() {
            self.behaviour.default = script.default;
        }
        self.replies(script.replies)
    }

    /// Answers conversations once the queue is empty.
    pub fn default_reply(mut self, reply: Reply) -> Self {
        self.behaviour.default = Some(reply);
        self
    }

    /// Answers conversations by a function once the queue is empty.
    pub fn respond_with(
        mut self,
        responder: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.behaviour.responder = Some(Arc::new(responder));
        self
    }

    /// Queues a reply to one operation, the control plane's included; it goes before all others.
    pub fn reply_to(mut self, operation: Operation, reply: Reply) -> Self {
        self.behaviour
            .by_operation
            .entry(operation)
            .or_default()
            .push_back(reply);
        self
    }

    /// Answers one operation always so, once what was queued for it is used up.
    pub fn always(mut self, operation: Operation, reply: Reply) -> Self {
        self.behaviour.always.insert(operation, reply);
        self
    }

    /// Accepts conversations that the service's rules refuse.
    pub fn without_rules(mut self) -> Self {
        self.behaviour.rules = false;
        self
    }

    /// The region it plays when a request's signature or host name says none.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.behaviour.region = region.into();
        self
    }
}

/// Whom it lets in. Until one of these is called the published defaults are accepted.
impl BedrockSim {
    /// Accepts an access key.
    pub fn credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Self {
        self.accepted().credentials.push(Credentials {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expired: false,
        });
        self
    }

    /// The access key just named is temporary and needs this token.
    pub fn session_token(mut self, token: impl Into<String>) -> Self {
        if let Some(credentials) = self.accepted().credentials.last_mut() {
            credentials.session_token = Some(token.into());
        }
        self
    }

    /// The access key just named has expired: `ExpiredTokenException`.
    pub fn expired(mut self) -> Self {
        if let Some(credentials) = self.accepted().credentials.last_mut() {
            credentials.expired = true;
        }
        self
    }

    /// Accepts a bearer token.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.accepted().bearer_tokens.push(token.into());
        self
    }

    /// Knows a bearer token that has expired.
    pub fn expired_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.accepted().expired_bearer_tokens.push(token.into());
        self
    }

    /// Lets anyone in, signed or not; for benches whose clients don't sign.
    pub fn allow_anyone(mut self) -> Self {
        self.accepted().anyone = true;
        self
    }

    fn accepted(&mut self) -> &mut Accepted {
        Arc::make_mut(&mut self.behaviour.accepted)
    }
}

/// Where it listens, and what it keeps.
impl BedrockSim {
    /// Listens there; anything but a loopback address is refused at the start.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Speaks TLS, with an authority made for this run ([`Simulator::ca_pem`]).
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Speaks TLS, and its certificate covers this name too, wildcards included.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.host_names.push(name.into());
        self.tls()
    }

    /// Writes each request as a line of JSON to that file, which is emptied first. Credentials are left out.
    /// Without one, to a file of its own in the folder that `BEDROCK_SIMULATOR_RECORDINGS` names, if it is set.
    pub fn record_to(mut self, path: impl Into<PathBuf>) -> Self {
        self.record_to = Some(path.into());
        self
    }

    /// Keeps so many requests in memory, in place of [`limits::MAX_KEPT_REQUESTS`](crate::limits::MAX_KEPT_REQUESTS).
    pub fn keep_requests(mut self, count: usize) -> Self {
        self.keep_requests = Some(count);
        self
    }

    /// Starts on the caller's tokio runtime; it accepts connections once this returns.
    pub async fn start(self) -> Result<Simulator, SimError> {
        let (parts, task) = self.prepare().await?;
        tokio::spawn(task);
        Ok(parts)
    }

    /// Starts on a thread and runtime of its own, for callers that have none or want it apart.
    pub fn spawn(self) -> Result<Simulator, SimError> {
        let (ready, started) = std::sync::mpsc::channel();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = ready.send(Err(SimError::Thread(error)));
                    return;
                }
            };
            runtime.block_on(async {
                match self.prepare().await {
                    Ok((simulator, task)) => {
                        let _ = ready.send(Ok(simulator));
                        task.await;
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                    }
                }
            });
        };
        let thread = std::thread::Builder::new().name("bedrock-simulator".to_owned());
        let handle = thread.spawn(run).map_err(SimError::Thread)?;
        let gone = || SimError::Thread(std::io::Error::other("it ended before it was ready"));
        let simulator = started.recv().map_err(|_| gone())??;
        Ok(simulator.on_thread(handle))
    }

    async fn prepare(
        mut self,
    ) -> Result<(Simulator, impl Future<Output = ()> + Send + 'static), SimError> {
        if !self.listen.ip().is_loopback() {
            return Err(SimError::NotLoopback(self.listen));
        }
        self.accept_defaults();
        let file = self.open_recording()?;
        let tls = if self.tls {
            Some(tls::make(&self.host_names)?)
        } else {
            None
        };
        let failed = |source| SimError::Listen {
            address: self.listen,
            source,
        };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(self.behaviour),
            log: Log::new(file, self.keep_requests),
            open: OpenConnections::default(),
        });
        let (stop, stopped) = watch::channel(Stop::No);
        let (done, ended) = oneshot::channel();
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        let serving = serve::serve(listener, acceptor, Arc::clone(&shared), stopped);
        let task = async move {
            serving.await;
            let _ = done.send(());
        };
        Ok((Simulator::new(address, ca_pem, shared, stop, ended), task))
    }

    fn accept_defaults(&mut self) {
        let accepted = self.accepted();
        let named = !accepted.credentials.is_empty()
            || !accepted.bearer_tokens.is_empty()
            || !accepted.expired_bearer_tokens.is_empty();
        if !named {
            accepted.credentials.push(Credentials {
                access_key_id: DEFAULT_ACCESS_KEY_ID.to_owned(),
                secret_access_key: DEFAULT_SECRET_ACCESS_KEY.to_owned(),
                session_token: None,
                expired: false,
            });
            accepted.bearer_tokens.push(DEFAULT_BEARER_TOKEN.to_owned());
        }
    }

    fn open_recording(&self) -> Result<Option<std::fs::File>, SimError> {
        let Some(path) = self.record_to.clone().or_else(recording_of_its_own) else {
            return Ok(None);
        };
        let opened = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&path);
        opened
            .map(Some)
            .map_err(|source| SimError::Recording { path, source })
    }
}

/// A file that no other simulator writes to, in the folder that the environment names: how all requests of a
/// whole test suite are gathered.
fn recording_of_its_own() -> Option<PathBuf> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let folder = std::env::var_os(RECORDINGS_FOLDER).filter(|folder| !folder.is_empty())?;
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let name = format!("{}-{number}.jsonl", std::process::id());
    Some(PathBuf::from(folder).join(name))
}
