//! The provider: every answer is ready at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{ROption, RResult, RString, RVec};
use provider_interface::module::Reply_TO;
use provider_interface::{
    ContentBlock, Health, Message, MessageStart, MessageStop, ModelList, Packed, Probe, Reply,
    ReplyBox, ReplyPoll, Role, StopReason, TokenCount, WakeBox,
};
use serde::Serialize;
use test_interface_next::module::ChatStream_TO;
use test_interface_next::{
    BatchPoll, ChatStream, ErrorKind, EventTwin, EventTwinBox, HostApi, Provider, ProviderError,
    StreamBox, StreamEvent,
};

pub(crate) struct Echo {
    /// What the gateway is called, as a note of `health`.
    gateway: String,
    open: Arc<AtomicU32>,
}

impl Echo {
    pub(crate) fn new(host: &HostApi) -> Self {
        let gateway = match host.name() {
            ROption::RSome(name) => format!("the gateway is called {name}"),
            ROption::RNone => "the gateway says no name".to_owned(),
        };
        Self {
            gateway,
            open: Arc::default(),
        }
    }
}

impl Provider for Echo {
    fn start_stream(&self, request: Packed) -> StreamBox {
        self.open.fetch_add(1, Ordering::AcqRel);
        let batches = match request.unpack::<provider_interface::ChatRequest>() {
            Ok(request) => answer(last_text(&request.messages)),
            Err(error) => vec![BatchPoll::Failed(Packed::error(&error))],
        };
        let stream = Answer {
            batches: batches.into_iter(),
            open: Arc::clone(&self.open),
        };
        ChatStream_TO::from_value(stream, TD_Opaque)
    }

    fn list_models(&self, _options: Packed) -> ReplyBox {
        reply(&ModelList::default())
    }

    fn count_tokens(&self, _request: Packed) -> ReplyBox {
        reply(&TokenCount { input_tokens: 7 })
    }

    fn reconfigure(&self, _config: RString) -> RResult<(), Packed> {
        RResult::ROk(())
    }

    fn health(&self) -> ReplyBox {
        reply(&Health {
            ready: true,
            notes: vec![self.gateway.clone()],
            ..Health::default()
        })
    }

    fn set_log_level(&self, _level: u8) -> RResult<(), Packed> {
        RResult::ROk(())
    }

    fn begin_drain(&self) -> RResult<(), Packed> {
        RResult::ROk(())
    }

    fn shutdown(&self, _deadline_ms: u64) -> ReplyBox {
        reply(&())
    }

    fn probe(&self) -> ReplyBox {
        reply(&Probe::default())
    }

    fn open_streams(&self) -> ROption<u32> {
        ROption::RSome(self.open.load(Ordering::Acquire))
    }
}

fn last_text(messages: &[Message]) -> &str {
    let mut blocks = messages.iter().flat_map(|message| &message.content).rev();
    let text = blocks.find_map(|block| match block {
        ContentBlock::Text(text) => Some(text.as_str()),
        _ => None,
    });
    text.unwrap_or_default()
}

/// One batch of nothing but events that 1.0 doesn't have, then one of both; an answer to "fail" ends
/// with an error of a kind that 1.0 doesn't have.
fn answer(text: &str) -> Vec<BatchPoll> {
    let (index, role) = (0, Role::Assistant);
    let start = provider_interface::StreamEvent::MessageStart(MessageStart { role });
    let stop = provider_interface::StreamEvent::MessageStop(MessageStop {
        stop_reason: StopReason::EndTurn,
        additional_model_response_fields: None,
    });
    let new = || EventTwin::Confidence { index, percent: 93 };
    let piece = |text: &str| EventTwin::Text {
        index,
        text: text.into(),
    };
    let mut batches = vec![
        events([new(), rare(&StreamEvent::Queued { place: 2 }), new()]),
        events([rare(&start), piece(text), new(), piece(" and more")]),
    ];
    if text == "fail" {
        let error = ProviderError {
            kind: ErrorKind::QuotaExhausted,
            message: "the quota is used up".to_owned(),
        };
        batches.push(BatchPoll::Failed(provider_error(&error)));
    } else {
        let end = [new(), EventTwin::BlockStop { index }, rare(&stop)];
        batches.extend([events(end), BatchPoll::Done]);
    }
    batches
}

fn events<const N: usize>(twins: [EventTwin; N]) -> BatchPoll {
    BatchPoll::Ready(twins.into_iter().map(EventTwinBox::new).collect())
}

fn rare(event: &impl Serialize) -> EventTwin {
    let event = packed(event).unwrap_or_else(|error| error);
    EventTwin::Packed { event }
}

fn provider_error(error: &ProviderError) -> Packed {
    packed(error).unwrap_or_else(|error| error)
}

/// A value on its way, or why it can't be packed.
pub(crate) fn packed(value: &impl Serialize) -> Result<Packed, Packed> {
    Packed::pack(value).map_err(|error| Packed::error(&error))
}

struct Answer {
    batches: std::vec::IntoIter<BatchPoll>,
    open: Arc<AtomicU32>,
}

impl ChatStream for Answer {
    fn poll_batch(&mut self, _waker: ROption<WakeBox>, _max: u32) -> BatchPoll {
        self.batches.next().unwrap_or(BatchPoll::Done)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Ready(ReplyPoll);

fn reply(value: &impl Serialize) -> ReplyBox {
    let ready = match packed(value) {
        Ok(value) => ReplyPoll::Ready(value),
        Err(error) => ReplyPoll::Failed(error),
    };
    Reply_TO::from_value(Ready(ready), TD_Opaque)
}

impl Reply for Ready {
    fn poll(&mut self, _waker: ROption<WakeBox>) -> ReplyPoll {
        let again = ReplyPoll::Failed(Packed::from_bytes(RVec::new()));
        std::mem::replace(&mut self.0, again)
    }
}
