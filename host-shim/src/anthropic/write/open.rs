//! A block of the stream that has begun and isn't complete.

use provider_interface::{BlockStart, Delta, ReasoningDelta};

use super::super::citation::Cited;
use super::super::wire;
use crate::AnswerBuilder;

/// An open block.
#[derive(Debug)]
pub(super) struct Open {
    /// Converse's index of it.
    pub(super) of: u32,
    pub(super) kind: Kind,
    pub(super) way: Way,
}

/// How a block goes out.
#[derive(Debug)]
pub(super) enum Way {
    /// Piece by piece, with this index.
    Pieces(u32),
    /// At once when it is complete: Anthropic's stream knows no pieces of it.
    Held(Box<AnswerBuilder>),
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
    Redacted,
    ToolUse,
    ToolResult,
    Image,
}

impl Kind {
    pub(super) fn of_start(start: &BlockStart) -> Option<Self> {
        match start {
            BlockStart::ToolUse(_) => Some(Self::ToolUse),
            BlockStart::ToolResult(_) => Some(Self::ToolResult),
            BlockStart::Image(_) => Some(Self::Image),
            _ => None,
        }
    }

    /// None for a delta that says nothing.
    pub(super) fn of_delta(delta: &Delta) -> Option<Self> {
        match delta {
            Delta::Text(text) if text.is_empty() => None,
            Delta::Text(_) | Delta::Citation(_) => Some(Self::Text),
            Delta::ReasoningContent(ReasoningDelta::RedactedContent(_)) => Some(Self::Redacted),
            Delta::ReasoningContent(ReasoningDelta::Text(text)) if text.is_empty() => None,
            Delta::ReasoningContent(_) => Some(Self::Thinking),
            Delta::ToolUse(delta) if delta.input.is_empty() => None,
            Delta::ToolUse(_) => Some(Self::ToolUse),
            Delta::ToolResult(_) => Some(Self::ToolResult),
            Delta::Image(_) => Some(Self::Image),
            _ => None,
        }
    }

    /// Whether it begins with its first delta. Such a block gives way to one of another kind: what
    /// comes later begins the next.
    pub(super) fn has_no_start(self) -> bool {
        matches!(self, Self::Text | Self::Thinking | Self::Redacted)
    }

    pub(super) fn is_held(self) -> bool {
        matches!(self, Self::Redacted | Self::ToolResult | Self::Image)
    }
}

/// What is written for a delta of a kind that goes out piece by piece.
pub(super) fn piece(delta: &Delta) -> Option<wire::Delta<'_>> {
    Some(match delta {
        Delta::Text(text) => wire::Delta::Text { text },
        Delta::Citation(citation) => wire::Delta::Citations {
            citation: Cited::of(citation),
        },
        Delta::ReasoningContent(ReasoningDelta::Text(thinking)) => {
            wire::Delta::Thinking { thinking }
        }
        Delta::ReasoningContent(ReasoningDelta::Signature(signature)) => {
            wire::Delta::Signature { signature }
        }
        Delta::ToolUse(delta) => wire::Delta::InputJson {
            partial_json: &delta.input,
        },
        _ => return None,
    })
}
