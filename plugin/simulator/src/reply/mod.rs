//! What the simulator answers: a reply is content, how it ends, when it comes and how its bytes are cut.
//! It is plain data, written in Rust as a sentence or in a script as JSON.

mod block;
mod build;
mod events;
mod form;
mod script;
mod usage;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

pub use block::{Block, ToolCall};
pub use script::{Script, ScriptError};
pub use usage::{CacheDetail, Usage};

use crate::plan::Plan;

/// One scripted answer.
///
/// ```
/// use std::time::Duration;
/// use bedrock_simulator::{Block, Reply, Usage};
///
/// let plain = Reply::text("Hello there");
/// let thinking = Reply::blocks([
///     Block::Reasoning { text: "Hm.".into(), signature: Some("c2ln".into()) },
///     Block::Text("Four.".into()),
/// ])
/// .usage(Usage::new(12, 5).cache_read(100))
/// .pace(Duration::from_millis(20));
/// let broken = Reply::text("never ends well").cut_after(3);
/// let busy = Reply::error(429, "ThrottlingException", "Too many requests").retry_after(2);
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) content: Content,
    pub(crate) envelope: Envelope,
    pub(crate) ending: Ending,
    pub(crate) timing: Timing,
    pub(crate) slicing: Slicing,
    /// The encoded form, made once however often the reply is given.
    pub(crate) plan: Arc<OnceLock<Plan>>,
}

/// What a reply says.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Blocks(Vec<Block>),
    /// Event type and payload, sent as they stand.
    Events(Vec<(String, Value)>),
    /// Body bytes of an event stream, sent as they stand.
    Raw(Bytes),
    /// Many text deltas of one size.
    Deltas {
        count: usize,
        size: usize,
    },
    /// A JSON answer with status 200, for the control plane.
    Json(Value),
    Error(Failure),
}

/// What stands around the content: the last two events of a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) stop_reason: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) latency_ms: Option<u64>,
    pub(crate) trace: Option<Value>,
    pub(crate) performance_latency: Option<String>,
    pub(crate) service_tier: Option<String>,
    pub(crate) response_fields: Option<Value>,
}

/// A refusal by HTTP status.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
}

/// How a reply ends; `after` counts events.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ending {
    #[default]
    Complete,
    /// A clean end of the body right before `messageStop`.
    WithoutMessageStop,
    /// A clean end of the body after so many events.
    EndAfter(usize),
    /// An exception frame in place of the rest.
    Exception {
        after: usize,
        kind: String,
        message: String,
    },
    /// Half of the next frame, then a connection reset.
    Cut { after: usize },
    /// A connection reset in place of the answer's head.
    CutBeforeHeaders,
    /// Silence in place of the rest, for ever.
    Stall { after: usize },
    /// Silence in place of the answer's head, for ever.
    StallBeforeHeaders,
    /// The body ends cleanly inside the frame after these.
    HalfFrame { after: usize },
    /// The frame after these has a wrong prelude checksum.
    BadPreludeCrc { after: usize },
    /// The frame after these has a wrong message checksum.
    BadMessageCrc { after: usize },
}

/// When the bytes come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timing {
    pub(crate) before_headers: Duration,
    pub(crate) before_first_event: Duration,
    /// Between one chunk and the next.
    pub(crate) pace: Duration,
}

/// How the encoded body is cut into HTTP chunks.
#[derive(Clone, Debug, Default)]
pub(crate) enum Slicing {
    #[default]
    PerEvent,
    Events(usize),
    Bytes(usize),
    At(Vec<usize>),
}

impl Reply {
    fn of(content: Content) -> Self {
        Self {
            content,
            envelope: Envelope::default(),
            ending: Ending::default(),
            timing: Timing::default(),
            slicing: Slicing::default(),
            plan: Arc::default(),
        }
    }

    /// The bytes of the event stream as they would go out; for benches and tests of decoders.
    pub fn body(&self) -> Bytes {
        self.plan().body()
    }

    /// A copy that shares the plan must not see it go stale.
    fn changed(mut self) -> Self {
        self.plan = Arc::default();
        self
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| Plan::of(self))
    }
}
