//! The log of requests: what came, who asked, and how the answer went on.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::connection::Traffic;
use crate::limits::{MAX_KEPT_BYTES, MAX_KEPT_REQUESTS};
use crate::routes::Operation;

/// Who a request came from, as its verified signature or token says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthKind {
    /// Not verified: missing, refused or switched off.
    None,
    /// Signed with this access key.
    SigV4 {
        /// The access key's id.
        access_key_id: String,
        /// The region of the credential scope.
        region: String,
    },
    /// Carried a bearer token.
    Bearer,
}

/// How the answer to a request went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Still being answered.
    Open,
    /// Answered in full (which includes scripted endings such as a clean early end).
    Complete,
    /// Refused with an HTTP status; by a rule, for the credentials or by the script.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's error type.
        kind: String,
        /// The message.
        message: String,
    },
    /// The simulator reset the connection, as the script wanted.
    Cut,
    /// The client went away before the end.
    Cancelled,
}

/// A request as it came, and a live view of its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Its place, from 0, among all requests.
    pub index: u64,
    /// The operation; none for an unknown route.
    pub operation: Option<Operation>,
    /// The model or profile in the path, decoded.
    pub model_id: Option<String>,
    /// `GET` or `POST`.
    pub method: String,
    /// The path as it stood on the wire.
    pub path: String,
    /// The query as it stood on the wire.
    pub query: String,
    /// All headers in order, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null when there was none or it was no JSON.
    pub body: Value,
    /// The body as it came.
    pub body_bytes: Bytes,
    /// When its head came.
    pub received_at: SystemTime,
    /// Which connection, from 0.
    pub connection: u64,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: &'static str,
    /// Whether the connection was over TLS.
    pub tls: bool,
    /// Who asked.
    pub auth: AuthKind,
    /// How the answer went, up to now.
    pub outcome: Outcome,
    /// Events handed to the transport so far.
    pub events_sent: u64,
    /// Body bytes handed to the transport so far.
    pub bytes_sent: u64,
    /// Bytes that the socket of its connection accepted so far, all requests together.
    pub socket_bytes: u64,
}

impl RecordedRequest {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The text of the last user message, its text blocks joined.
    pub fn last_user_text(&self) -> String {
        let messages = self.body["messages"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let last = messages
            .iter()
            .rev()
            .find(|message| message["role"] == "user");
        let blocks = last.and_then(|message| message["content"].as_array());
        let texts = blocks
            .into_iter()
            .flatten()
            .filter_map(|block| block["text"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// One line of the recording; credentials are left out.
    fn to_line(&self) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let secret = matches!(name.as_str(), "authorization" | "x-amz-security-token");
                let value = if secret { "(left out)" } else { value };
                (name.clone(), Value::from(value))
            })
            .collect();
        let since = self
            .received_at
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        json!({
            "index": self.index,
            "operation": self.operation.map(Operation::name),
            "modelId": self.model_id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": headers,
            "body": self.body,
            "receivedAtMs": u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            "connection": self.connection,
            "httpVersion": self.http_version,
            "tls": self.tls,
            "auth": match &self.auth {
                AuthKind::None => json!(null),
                AuthKind::SigV4 { access_key_id, region } =>
                    json!({"sigV4": {"accessKeyId": access_key_id, "region": region}}),
                AuthKind::Bearer => json!("bearer"),
            },
            "refused": match &self.outcome {
                Outcome::Refused { status, kind, message } =>
                    json!({"status": status, "type": kind, "message": message}),
                _ => json!(null),
            },
        })
    }
}

/// One request's entry; the parts that change while it is answered.
#[derive(Debug)]
pub(crate) struct Entry {
    request: RecordedRequest,
    outcome: Mutex<Outcome>,
    events: AtomicU64,
    bytes: AtomicU64,
    traffic: Arc<Traffic>,
    changes: watch::Sender<u64>,
}

impl Entry {
    /// The request as it came; its outcome and counters are those of that moment.
    pub(crate) fn request(&self) -> &RecordedRequest {
        &self.request
    }

    pub(crate) fn snapshot(&self) -> RecordedRequest {
        RecordedRequest {
            outcome: lock(&self.outcome).clone(),
            events_sent: self.events.load(Ordering::Relaxed),
            bytes_sent: self.bytes.load(Ordering::Relaxed),
            socket_bytes: self.traffic.bytes_written(),
            ..self.request.clone()
        }
    }

    pub(crate) fn sent(&self, bytes: usize, events: u32) {
        self.events.fetch_add(u64::from(events), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn is_finished(&self) -> bool {
        *lock(&self.outcome) != Outcome::Open
    }

    /// The first outcome stays.
    pub(crate) fn finish(&self, outcome: Outcome) {
        let mut current = lock(&self.outcome);
        if *current == Outcome::Open {
            *current = outcome;
            drop(current);
            self.changes.send_modify(|count| *count += 1);
        }
    }
}

/// All requests, with an optional file that gets a line for each.
#[derive(Debug)]
pub(crate) struct Log {
    kept: Mutex<Kept>,
    file: Option<Mutex<File>>,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    limit: usize,
    bytes: usize,
    next_index: u64,
}

impl Log {
    pub(crate) fn new(file: Option<File>, limit: Option<usize>) -> Self {
        Self {
            kept: Mutex::new(Kept {
                entries: VecDeque::new(),
                limit: limit.unwrap_or(MAX_KEPT_REQUESTS),
                bytes: 0,
                next_index: 0,
            }),
            file: file.map(Mutex::new),
            changes: watch::Sender::new(0),
        }
    }

    /// Takes a request in; its index is given here.
    pub(crate) fn push(&self, mut request: RecordedRequest, traffic: Arc<Traffic>) -> Arc<Entry> {
        let mut kept = lock(&self.kept);
        request.index = kept.next_index;
        kept.next_index += 1;
        let entry = Arc::new(Entry {
            outcome: Mutex::new(request.outcome.clone()),
            events: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            traffic,
            changes: self.changes.clone(),
            request,
        });
        kept.bytes += entry.request.body_bytes.len();
        kept.entries.push_back(Arc::clone(&entry));
        while kept.entries.len() > kept.limit || kept.bytes > MAX_KEPT_BYTES {
            let Some(oldest) = kept.entries.pop_front() else {
                break;
            };
            kept.bytes -= oldest.request.body_bytes.len();
        }
        drop(kept);
        self.changes.send_modify(|count| *count += 1);
        entry
    }

    /// Writes the request's line, once it is known whether it is refused.
    pub(crate) fn write(&self, entry: &Entry) {
        if let Some(file) = &self.file {
            let line = format!("{}\n", entry.snapshot().to_line());
            // A recording that cannot be written (a full disk) must not fail the answer.
            let _ = lock(file).write_all(line.as_bytes());
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.kept)
            .entries
            .iter()
            .map(|entry| entry.snapshot())
            .collect()
    }

    /// The request with that index; none when it has not come, or is no longer kept.
    pub(crate) fn get(&self, index: u64) -> Option<RecordedRequest> {
        let kept = lock(&self.kept);
        let first = kept.next_index - kept.entries.len() as u64;
        let at = usize::try_from(index.checked_sub(first)?).ok()?;
        kept.entries.get(at).map(|entry| entry.snapshot())
    }

    pub(crate) fn count(&self) -> u64 {
        lock(&self.kept).next_index
    }

    /// Forgets all requests; their indices are not given again.
    pub(crate) fn clear(&self) {
        let mut kept = lock(&self.kept);
        kept.entries.clear();
        kept.bytes = 0;
    }

    /// Told whenever a request comes or its outcome is known.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// A poisoned lock only says that some test's thread panicked; the data is fine.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
