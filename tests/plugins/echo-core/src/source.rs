//! One answer of the echo.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use provider_interface::export::EventSource;
use provider_interface::{
    ChatRequest, ContentBlock, ContentBlockDelta, ContentBlockStop, Delta, ErrorKind, MessageStart,
    MessageStop, Metadata, ProviderError, Role, StopReason, StreamEvent, Usage,
};

use crate::{Ending, Pace, Shared};

pub(crate) struct EchoSource {
    version: &'static str,
    text: String,
    pace: Result<Pace, ProviderError>,
    shared: Arc<Shared>,
    next: u32,
    due: Instant,
    place: Place,
}

/// How far an answer has got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Deltas,
    Ended,
}

/// How many events end an answer.
const ENDING: usize = 3;

/// The last text of a request.
pub(crate) fn last_text(request: &ChatRequest) -> &str {
    let blocks = request.messages.iter().flat_map(|message| &message.content);
    let mut texts = blocks.filter_map(|block| match block {
        ContentBlock::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.next_back().unwrap_or_default()
}

impl EchoSource {
    pub(crate) fn new(
        version: &'static str,
        request: &ChatRequest,
        pace: Result<Pace, ProviderError>,
        shared: Arc<Shared>,
    ) -> Self {
        shared.open_streams.fetch_add(1, Ordering::AcqRel);
        Self {
            version,
            text: last_text(request).to_owned(),
            pace,
            shared,
            next: 0,
            due: Instant::now(),
            place: Place::Start,
        }
    }

    fn delta(&mut self) -> StreamEvent {
        let text = format!("{} {} {}", self.version, self.next, self.text);
        self.next += 1;
        StreamEvent::ContentBlockDelta(ContentBlockDelta {
            delta: Delta::Text(text.into()),
            content_block_index: 0,
        })
    }
}

impl EventSource for EchoSource {
    fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        events: &mut Vec<StreamEvent>,
        max: usize,
    ) -> Poll<Result<bool, ProviderError>> {
        self.shared.check_open()?;
        let pace = self.pace.clone()?;
        if self.place == Place::Ended {
            return Poll::Ready(Ok(false));
        }
        if Instant::now() < self.due {
            self.shared.clock.wake_at(self.due, cx.waker());
            return Poll::Pending;
        }
        self.due = Instant::now() + Duration::from_millis(pace.pause_ms);
        if self.place == Place::Start {
            self.place = Place::Deltas;
            let role = Role::Assistant;
            events.push(StreamEvent::MessageStart(MessageStart { role }));
        }
        let at_once = usize::try_from(pace.at_once).unwrap_or(usize::MAX);
        let most = max.min(events.len().saturating_add(at_once.max(1)));
        while self.next < pace.deltas && events.len() < most {
            let delta = self.delta();
            events.push(delta);
        }
        let no_room = !events.is_empty() && events.len() + ENDING > max;
        if self.next < pace.deltas || no_room {
            return Poll::Ready(Ok(true));
        }
        self.place = Place::Ended;
        match pace.ending {
            Ending::Stop => events.extend(ending(self.next)),
            Ending::Truncated => {}
            Ending::Failed => {
                let sentence = "the echo failed as it was told to";
                self.pace = Err(ProviderError::new(ErrorKind::Unavailable, sentence));
            }
        }
        Poll::Ready(Ok(true))
    }
}

fn ending(deltas: u32) -> [StreamEvent; ENDING] {
    [
        StreamEvent::ContentBlockStop(ContentBlockStop {
            content_block_index: 0,
        }),
        StreamEvent::MessageStop(MessageStop {
            stop_reason: StopReason::EndTurn,
            additional_model_response_fields: None,
        }),
        StreamEvent::Metadata(Box::new(Metadata {
            usage: Usage {
                input_tokens: 1,
                output_tokens: u64::from(deltas),
                total_tokens: 1 + u64::from(deltas),
                ..Usage::default()
            },
            ..Metadata::default()
        })),
    ]
}

impl Drop for EchoSource {
    fn drop(&mut self) {
        self.shared.open_streams.fetch_sub(1, Ordering::AcqRel);
    }
}
