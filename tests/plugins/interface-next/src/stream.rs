//! The events of 1.1 as they cross.

use abi_stable::StableAbi;
use abi_stable::std_types::{RString, RVec};
use provider_interface::Packed;

#[repr(u8)]
#[derive(StableAbi)]
pub enum BatchPoll {
    Pending,
    Ready(RVec<EventTwinBox>),
    Done,
    Failed(Packed),
    Panicked(RString),
}

#[repr(u8)]
#[derive(StableAbi, Debug, Clone)]
#[sabi(kind(WithNonExhaustive(
    size = [usize; 8],
    traits(Debug, Clone, Send, Sync),
    assert_nonexhaustive = EventTwin,
)))]
#[non_exhaustive]
pub enum EventTwin {
    Text {
        index: u32,
        text: RString,
    },
    Reasoning {
        index: u32,
        text: RString,
    },
    ToolInput {
        index: u32,
        input: RString,
    },
    BlockStop {
        index: u32,
    },
    Packed {
        event: Packed,
    },
    /// Appended: an event that comes by the hundred.
    Confidence {
        index: u32,
        percent: u8,
    },
}

pub type EventTwinBox = EventTwin_NE;
