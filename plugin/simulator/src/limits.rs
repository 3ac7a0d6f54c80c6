//! Every limit of the simulator, each with its reason.

use std::time::Duration;

/// Largest request body. The service model caps `Body` at 25,000,000 bytes.
pub const MAX_BODY_BYTES: usize = 25_000_000;

/// How deeply a request's JSON may nest. `serde_json` stops at 128 by itself; named here because it is relied on.
pub const MAX_JSON_DEPTH: usize = 128;

/// How long a client may take to send its request line and headers.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take to send the whole body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a TLS handshake may take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Open connections at a time; the load runs use a thousand, tests far fewer.
pub const MAX_CONNECTIONS: usize = 4_096;

/// Streams at a time on one HTTP/2 connection.
pub const MAX_CONCURRENT_STREAMS: u32 = 1_000;

/// What the transport may hold of an answer before the body is no longer asked for more.
/// Small, so that back-pressure shows in the counters after little data.
pub const MAX_SEND_BUFFER: usize = 64 * 1024;

/// Requests kept in memory for [`Simulator::requests`](crate::Simulator::requests), oldest dropped first.
pub const MAX_KEPT_REQUESTS: usize = 100_000;

/// Bytes of request bodies kept in memory, oldest requests dropped first.
pub const MAX_KEPT_BYTES: usize = 256 * 1024 * 1024;

/// How long `shutdown` lets open answers finish before it cuts them.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// Between the last bytes of a cut answer and the reset, so that the bytes leave first.
pub const CUT_FLUSH: Duration = Duration::from_millis(20);

/// Clock skew that AWS tolerates in a signature (AWS General Reference, "Signature expired … 5 min.").
pub const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// Items on a page of a list when the request does not say; AWS's own default is not published.
pub const DEFAULT_PAGE_SIZE: usize = 100;

/// Largest script file.
pub const MAX_SCRIPT_BYTES: u64 = 64 * 1024 * 1024;

/// Events of one [`Reply::deltas`](crate::Reply::deltas).
pub const MAX_DELTAS: usize = 1_000_000;

/// Characters of the user's text which the default responder repeats.
pub const MAX_ECHO_CHARS: usize = 200;

/// Bytes of a CONNECT request's head.
pub const MAX_CONNECT_HEAD: usize = 16 * 1024;
