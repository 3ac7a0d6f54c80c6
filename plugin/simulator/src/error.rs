//! Errors: those the simulator answers, in AWS's shape, and those of the simulator itself.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::json;

use crate::reply::Failure;

/// An answer that refuses, as restJson1 services give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
    /// The model itself refused, after the stream had begun: recorded as an exception frame.
    pub(crate) in_stream: bool,
}

impl Refusal {
    pub(crate) fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: kind.to_owned(),
            message: message.into(),
            retry_after: None,
            in_stream: false,
        }
    }

    /// 400 `ValidationException`.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// 400 `ValidationException` which the service passes on from the model.
    pub(crate) fn by_model(message: &str) -> Self {
        Self::validation(format!(
            "The model returned the following errors: {message}"
        ))
    }

    /// The body: `message` is the one member that all error shapes have.
    pub(crate) fn body(&self) -> String {
        json!({ "message": self.message }).to_string()
    }

    /// `x-amzn-ErrorType` as Bedrock sends it: the name, a colon and a namespace, which clients must cut off.
    pub(crate) fn type_header(&self) -> String {
        format!(
            "{}:http://internal.amazon.com/coral/com.amazon.bedrock/",
            self.kind
        )
    }

    /// The name in an exception frame: the same, with a small first letter.
    pub(crate) fn exception_type(&self) -> String {
        let mut letters = self.kind.chars();
        letters
            .next()
            .map(|first| first.to_ascii_lowercase())
            .into_iter()
            .chain(letters)
            .collect()
    }
}

impl From<&Failure> for Refusal {
    fn from(failure: &Failure) -> Self {
        Self {
            retry_after: failure.retry_after,
            ..Self::new(failure.status, &failure.kind, failure.message.clone())
        }
    }
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// It speaks with whoever asks, so it never listens to the outside.
    #[error("{0} is not a loopback address: the simulator listens on 127.0.0.1 or [::1] only")]
    NotLoopback(SocketAddr),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The recording cannot be written.
    #[error("cannot write the recording {}: {source}", path.display())]
    Recording {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The test certificates could not be made.
    #[error("cannot make the test certificates: {0}")]
    Certificate(String),
    /// The thread of `spawn` could not be started.
    #[error("cannot start the simulator's thread: {0}")]
    Thread(#[source] std::io::Error),
}
