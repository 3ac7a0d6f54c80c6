//! One answer's body: read, decoded, made the caller's, handed over.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use bytes::Bytes;
use provider_interface::{ErrorKind, ProviderError, StreamEvent};

use super::BATCH_EVENTS;
use super::attempt::Failed;
use super::body::ResponseBody;
use super::task::Batches;
use super::watch::Watch;
use crate::convert::Restorer;
use crate::convert::error::{causes, from_exception};
use crate::wire::{StreamDecoder, WholeDecoder, WireError};

/// Reads one answer's body.
pub(super) struct Reader {
    pub(super) body: ResponseBody,
    pub(super) decoder: Decoder,
    pub(super) restorer: Restorer,
    pub(super) request_id: Option<String>,
}

/// How an answer comes.
pub(super) enum Decoder {
    /// Event by event.
    Stream(StreamDecoder),
    /// In one piece.
    Whole(WholeDecoder),
}

impl Decoder {
    fn push(&mut self, bytes: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        match self {
            Self::Stream(stream) => stream.push(bytes, events),
            Self::Whole(whole) => whole.push(bytes),
        }
    }

    fn finish(&self, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        match self {
            Self::Stream(stream) => stream.finish(),
            Self::Whole(whole) => whole.finish(events),
        }
    }
}

/// How what was read is handed over.
pub(super) struct HandOver<'a, F> {
    pub(super) batches: &'a Batches,
    /// How long the service may be silent between events.
    pub(super) idle: Duration,
    /// Whether an event that says nothing yet is held back, since another model may be asked.
    pub(super) hold: bool,
    /// Called when the answer has begun.
    pub(super) begun: F,
}

/// What a wait for bytes ended with.
enum Arrived {
    Bytes(Bytes),
    End,
    Broken(BoxError),
    Nothing,
}

impl Reader {
    /// Reads to the end.
    pub(super) async fn pump(
        mut self,
        watch: &mut Watch,
        to: HandOver<'_, impl FnOnce()>,
    ) -> Result<(), Failed> {
        let (mut begun, mut has_heard) = (Some(to.begun), false);
        let mut events = Vec::new();
        loop {
            let end = match self.wait(watch).await {
                Arrived::Nothing => Some(Err(self.named(watch.silence()))),
                arrived => self.decode_ready(arrived, &mut events).await,
            };
            has_heard |= !events.is_empty();
            let is_held = to.hold && begun.is_some() && events.iter().all(says_nothing);
            if !events.is_empty() && !is_held {
                if let Some(begun) = begun.take() {
                    begun();
                }
                let batch = std::mem::take(&mut events);
                if to.batches.send(batch).await.is_err() {
                    return Ok(());
                }
            }
            if has_heard {
                // Counted from here: while the caller didn't take, nothing was awaited.
                watch.heard(to.idle);
            }
            if let Some(end) = end {
                return end.map_err(|error| Failed {
                    error,
                    has_begun: begun.is_none(),
                    held: events,
                });
            }
        }
    }

    /// Waits for bytes as long as is allowed.
    async fn wait(&mut self, watch: &mut Watch) -> Arrived {
        poll_fn(|cx| {
            if let Poll::Ready(chunk) = self.body.poll_chunk(cx) {
                return Poll::Ready(arrived(chunk));
            }
            watch.poll(cx).map(|()| Arrived::Nothing)
        })
        .await
    }

    /// Decodes what arrived and all that has arrived with it; the end, if it is among them.
    async fn decode_ready(
        &mut self,
        mut arrived: Arrived,
        events: &mut Vec<StreamEvent>,
    ) -> Option<Result<(), ProviderError>> {
        let held = events.len();
        let end = loop {
            let pushed = match arrived {
                Arrived::Bytes(bytes) => self.decoder.push(&bytes, events),
                Arrived::End => {
                    let finished = self.decoder.finish(events);
                    break Some(finished.map_err(|error| self.wire_error(error)));
                }
                Arrived::Broken(error) => break Some(Err(self.broken(&error))),
                Arrived::Nothing => break None,
            };
            if let Err(error) = pushed {
                break Some(Err(self.wire_error(error)));
            }
            if events.len() >= BATCH_EVENTS {
                break None;
            }
            arrived = self.at_once().await;
        };
        self.restorer.restore(events, held);
        end
    }

    /// What can be had without waiting. The HTTP connection hands over one chunk at a time and
    /// needs a turn to read the next. It gets one: waking the caller for every chunk costs several
    /// times as much.
    async fn at_once(&mut self) -> Arrived {
        let mut had_turn = false;
        poll_fn(|cx| {
            if let Poll::Ready(chunk) = self.body.poll_chunk(cx) {
                return Poll::Ready(arrived(chunk));
            }
            if had_turn {
                return Poll::Ready(Arrived::Nothing);
            }
            had_turn = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    fn wire_error(&self, error: WireError) -> ProviderError {
        let error = match error {
            WireError::Exception {
                exception_type,
                payload,
            } => from_exception(&exception_type, &payload),
            broken => ProviderError::new(ErrorKind::StreamTruncated, broken.to_string()),
        };
        self.named(error)
    }

    fn broken(&self, error: &BoxError) -> ProviderError {
        self.named(ProviderError::new(
            ErrorKind::StreamTruncated,
            format!(
                "the connection broke in the midst of the answer: {}",
                causes(error.as_ref())
            ),
        ))
    }

    fn named(&self, error: ProviderError) -> ProviderError {
        ProviderError {
            request_id: error.request_id.or_else(|| self.request_id.clone()),
            ..error
        }
    }
}

/// An answer that has only begun can still be another model's.
fn says_nothing(event: &StreamEvent) -> bool {
    matches!(event, StreamEvent::MessageStart(_))
}

fn arrived(chunk: Option<Result<Bytes, BoxError>>) -> Arrived {
    match chunk {
        Some(Ok(bytes)) => Arrived::Bytes(bytes),
        Some(Err(error)) => Arrived::Broken(error),
        None => Arrived::End,
    }
}
