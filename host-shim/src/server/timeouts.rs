//! How long the peers of a server may take.

use std::time::Duration;

/// How long a client may take, and how long it is left without a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a whole head, and for a connection that is kept and not used; 10 seconds by default.
    /// The connection is closed.
    pub head: Duration,
    /// For a whole body, however steadily it trickles; 30 seconds by default. The answer is 408.
    pub body: Duration,
    /// How long a client may take nothing of what is written to it; 60 seconds by default. The
    /// connection is closed, and the request behind it is cancelled.
    pub write: Duration,
    /// How long an answer that has begun is silent before a comment or a ping is sent; 15 seconds
    /// by default.
    pub keep_alive: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            write: Duration::from_secs(60),
            keep_alive: Duration::from_secs(15),
        }
    }
}
