//! A whole answer: frames into events, and whether it was complete.

use std::collections::BTreeSet;
use std::fmt;

use provider_interface::StreamEvent;

use super::frame::{Frame, FrameDecoder, FrameError};
use super::payload;

/// Decodes one answer.
#[derive(Debug, Default)]
pub struct StreamDecoder {
    frames: FrameDecoder,
    stopped: bool,
    /// Kinds of events that this version doesn't know, to be logged once each.
    unknown: BTreeSet<String>,
}

/// Why an answer broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes are no frames.
    Frame(FrameError),
    /// A known event's JSON can't be read.
    Payload {
        /// The event's type.
        event_type: String,
        /// What the JSON reader says.
        reason: String,
    },
    /// An answer in one piece can't be read.
    Answer {
        /// What the JSON reader says.
        reason: String,
    },
    /// The service sent an exception.
    Exception {
        /// Its type, as in `:exception-type`.
        exception_type: String,
        /// Its payload, JSON as a rule.
        payload: Vec<u8>,
    },
    /// The answer ended before `messageStop`.
    Truncated {
        /// Whether it ended inside a frame.
        inside_frame: bool,
    },
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => write!(f, "the event stream is corrupt: {error}"),
            Self::Payload { event_type, reason } => {
                write!(
                    f,
                    "the event stream has a malformed `{event_type}` event: {reason}"
                )
            }
            Self::Answer { reason } => write!(f, "the answer can't be read: {reason}"),
            Self::Exception { exception_type, .. } => {
                write!(f, "the service ended the answer with {exception_type}")
            }
            Self::Truncated { inside_frame: true } => {
                f.write_str("the answer broke off in the midst of an event")
            }
            Self::Truncated { .. } => {
                f.write_str("the answer ended before the model had stopped (no messageStop event)")
            }
        }
    }
}

impl std::error::Error for WireError {}

impl StreamDecoder {
    /// Takes what arrived and appends every event that is complete to `events`.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        self.frames.push(bytes);
        while let Some(frame) = self.frames.next_frame().map_err(WireError::Frame)? {
            let before = events.len();
            if !read_frame(&frame, events)? && !self.unknown.contains(frame.event_type) {
                tracing::debug!(event_type = frame.event_type, "unknown event skipped");
                self.unknown.insert(frame.event_type.to_owned());
            }
            self.stopped |= events[before..]
                .iter()
                .any(|event| matches!(event, StreamEvent::MessageStop(_)));
        }
        Ok(())
    }

    /// Says whether the answer was complete; to be called when nothing more arrives.
    pub fn finish(&self) -> Result<(), WireError> {
        if self.stopped && self.frames.is_empty() {
            Ok(())
        } else {
            Err(WireError::Truncated {
                inside_frame: !self.frames.is_empty(),
            })
        }
    }
}

/// Appends a frame's events. `Ok(false)`: this version doesn't know it.
fn read_frame(frame: &Frame<'_>, events: &mut Vec<StreamEvent>) -> Result<bool, WireError> {
    match frame.message_type {
        "event" => payload::read_event(frame.event_type, frame.payload, events).map_err(|error| {
            WireError::Payload {
                event_type: frame.event_type.to_owned(),
                reason: error.to_string(),
            }
        }),
        "exception" => Err(WireError::Exception {
            exception_type: frame.exception_type.to_owned(),
            payload: frame.payload.to_vec(),
        }),
        // An error that the service has not modelled carries its text in a header.
        "error" => Err(WireError::Exception {
            exception_type: frame.exception_type.to_owned(),
            payload: serde_json::json!({ "message": frame.error_message })
                .to_string()
                .into_bytes(),
        }),
        _ => Ok(false),
    }
}
