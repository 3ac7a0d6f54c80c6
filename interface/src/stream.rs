//! A stream's events as they cross: what comes by the hundred typed and moved, the rest packed.

use abi_stable::StableAbi;
use abi_stable::std_types::{RString, RVec};

use crate::{
    ContentBlockDelta, ContentBlockStop, Delta, Packed, ProviderError, ReasoningDelta, StreamEvent,
    ToolUseDelta,
};

/// What one poll of a stream gives.
#[repr(u8)]
#[derive(StableAbi)]
pub enum BatchPoll {
    /// Nothing yet; the waker will be called.
    Pending,
    /// At least one event, in order.
    Ready(RVec<EventTwinBox>),
    /// The answer is complete.
    Done,
    /// The answer broke off with a [`ProviderError`]; nothing follows.
    Failed(Packed),
    /// The plugin panicked with this message; nothing follows.
    Panicked(RString),
}

/// A [`StreamEvent`] on its way across.
#[repr(u8)]
#[derive(StableAbi, Debug, Clone)]
#[sabi(kind(WithNonExhaustive(
    size = [usize; 8],
    traits(Debug, Clone, Send, Sync),
    assert_nonexhaustive = EventTwin,
)))]
#[non_exhaustive]
pub enum EventTwin {
    /// `contentBlockDelta.text`
    Text {
        /// Which block.
        index: u32,
        /// The text.
        text: RString,
    },
    /// `contentBlockDelta.reasoningContent.text`
    Reasoning {
        /// Which block.
        index: u32,
        /// The text.
        text: RString,
    },
    /// `contentBlockDelta.toolUse`
    ToolInput {
        /// Which block.
        index: u32,
        /// The piece of JSON text.
        input: RString,
    },
    /// `contentBlockStop`
    BlockStop {
        /// Which block.
        index: u32,
    },
    /// Any other event.
    Packed {
        /// A [`StreamEvent`].
        event: Packed,
    },
}

/// An [`EventTwin`] in its fixed storage, whatever variants later versions add.
pub type EventTwinBox = EventTwin_NE;

impl EventTwin {
    /// Makes an event ready to cross.
    pub fn from_event(event: StreamEvent) -> Result<Self, ProviderError> {
        Ok(match event {
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta: Delta::Text(text),
                content_block_index: index,
            }) => Self::Text { index, text },
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta: Delta::ReasoningContent(ReasoningDelta::Text(text)),
                content_block_index: index,
            }) => Self::Reasoning { index, text },
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta: Delta::ToolUse(ToolUseDelta { input }),
                content_block_index: index,
            }) => Self::ToolInput { index, input },
            StreamEvent::ContentBlockStop(ContentBlockStop {
                content_block_index: index,
            }) => Self::BlockStop { index },
            rare => Self::Packed {
                event: Packed::pack(&rare)?,
            },
        })
    }

    /// The event that crossed.
    pub fn into_event(self) -> Result<StreamEvent, ProviderError> {
        let (index, delta) = match self {
            Self::Text { index, text } => (index, Delta::Text(text)),
            Self::Reasoning { index, text } => {
                (index, Delta::ReasoningContent(ReasoningDelta::Text(text)))
            }
            Self::ToolInput { index, input } => (index, Delta::ToolUse(ToolUseDelta { input })),
            Self::BlockStop { index } => {
                return Ok(StreamEvent::ContentBlockStop(ContentBlockStop {
                    content_block_index: index,
                }));
            }
            Self::Packed { event } => return event.unpack(),
        };
        Ok(StreamEvent::ContentBlockDelta(ContentBlockDelta {
            delta,
            content_block_index: index,
        }))
    }
}
