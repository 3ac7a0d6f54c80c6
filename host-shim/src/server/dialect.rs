//! What the server needs of an API that clients speak. A dialect is pure: bytes in, neutral types
//! out, and back; no socket, clock or runtime.

use std::borrow::Cow;

use provider_interface::{ChatRequest, ErrorKind, ProviderError, StreamEvent};

use crate::Answer;

/// An API that clients speak.
pub trait Dialect: 'static {
    /// What writes one answer.
    type Writer: EventWriter;

    /// The request header whose value belongs to the request, for [`Stamp::header`].
    const HEADER: Option<&'static str> = None;

    /// Reads a request's body.
    fn read(body: &[u8], stamp: Stamp) -> Result<(Asked, Self::Writer), Refused>;

    /// The body that goes with an error's status.
    fn error(status: u16, failure: Failure<'_>, request_id: &str) -> Vec<u8>;
}

/// What an answer is told apart by, and what of the request isn't in its body; given by the caller,
/// who has a clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Letters and digits that no other answer has; a dialect puts its own prefix before it.
    pub unique: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The value of the header that [`Dialect::HEADER`] names; several values joined by commas.
    pub header: Option<String>,
}

/// What a client asked, in neutral words.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The model's name as the client wrote it.
    pub model: String,
    /// The request; its model id is empty.
    pub request: ChatRequest,
    /// Whether the answer is wanted as it arrives.
    pub stream: bool,
    /// Parameters that were accepted and do nothing: `x-ignored-params`.
    pub ignored: Vec<String>,
}

/// Why a request doesn't reach the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// One sentence: what is wrong, and what to do.
    pub message: String,
    /// The parameter it is about, as a path.
    pub param: Option<String>,
    /// A name for programs.
    pub code: Option<&'static str>,
}

impl Refused {
    /// A request that makes no sense as it stands.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            param: Some(param.into()),
            code: Some("invalid_value"),
        }
    }

    /// A refusal that is about no parameter.
    pub fn plain(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            param: None,
            code: Some(code),
        }
    }
}

/// What an error's body is written from.
#[derive(Debug, Clone, Copy)]
pub enum Failure<'a> {
    /// The request didn't reach the provider.
    Refused(&'a Refused),
    /// The provider failed.
    Provider(&'a ProviderError),
}

/// Writes one answer: events as they come, or the whole at the end.
pub trait EventWriter: Send + Unpin + 'static {
    /// Appends an event. An error is one that the model's answer stands for; the caller goes on
    /// with [`EventWriter::failed`].
    fn event(&mut self, event: &StreamEvent, out: &mut Vec<u8>) -> Result<(), ProviderError>;

    /// Appends what ends a complete answer.
    fn end(&mut self, out: &mut Vec<u8>);

    /// Appends what tells that the answer broke off, in a way that no client takes for an end.
    fn failed(&mut self, error: &ProviderError, out: &mut Vec<u8>);

    /// Appends a sign of life while the model is silent.
    fn keep_alive(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b": keep-alive\n\n");
    }

    /// A whole answer as one body.
    fn whole(self, answer: Answer) -> Result<Vec<u8>, ProviderError>;
}

/// The service's own words; where a conversation is too long, after the words that a dialect's clients
/// know that by.
pub(crate) fn message_for_clients<'e>(error: &'e ProviderError, too_long: &str) -> Cow<'e, str> {
    if error.kind == ErrorKind::ContextOverflow && !error.message.contains(too_long) {
        Cow::Owned(format!("{too_long}: {}", error.message))
    } else {
        Cow::Borrowed(&error.message)
    }
}
