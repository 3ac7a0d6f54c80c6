//! What is written: the members of *Message* and of the stream's events (Anthropic API reference),
//! all of them, null where there is nothing to tell, and beside them the documented extra ones.

use std::borrow::Cow;

use provider_interface::{Blob, Json};
use serde::Serialize;

use super::citation::Cited;

/// One event of a stream.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    MessageStart {
        message: Message<'a>,
    },
    Ping,
    ContentBlockStart {
        index: u32,
        content_block: Block<'a>,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta<'a>,
    },
    ContentBlockStop {
        index: u32,
    },
    MessageDelta {
        delta: Stop<'a>,
        usage: Usage<'a>,
        #[serde(flatten)]
        extra: Extra<'a>,
    },
    MessageStop,
    Error {
        error: Error<'a>,
        request_id: Option<&'a str>,
    },
}

impl Event<'_> {
    /// The event's name on its own line.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::MessageStart { .. } => "message_start",
            Self::Ping => "ping",
            Self::ContentBlockStart { .. } => "content_block_start",
            Self::ContentBlockDelta { .. } => "content_block_delta",
            Self::ContentBlockStop { .. } => "content_block_stop",
            Self::MessageDelta { .. } => "message_delta",
            Self::MessageStop => "message_stop",
            Self::Error { .. } => "error",
        }
    }
}

/// A whole answer, or the frame of one that is to come.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
pub(super) struct Message<'a> {
    pub(super) id: &'a str,
    pub(super) role: &'static str,
    pub(super) model: &'a str,
    pub(super) content: Vec<Block<'a>>,
    #[serde(flatten)]
    pub(super) stop: Stop<'a>,
    pub(super) usage: Usage<'a>,
    #[serde(flatten)]
    pub(super) extra: Extra<'a>,
}

/// Why an answer ended.
#[derive(Debug, Default, Serialize)]
pub(super) struct Stop<'a> {
    pub(super) stop_reason: Option<&'a str>,
    pub(super) stop_sequence: Option<Cow<'a, str>>,
    pub(super) stop_details: Option<StopDetails<'a>>,
    pub(super) container: Nothing,
}

/// What Bedrock doesn't have: null.
pub(super) type Nothing = ();

/// Why the model declined.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "refusal")]
pub(super) struct StopDetails<'a> {
    pub(super) category: Option<&'a str>,
    pub(super) explanation: Option<&'a str>,
}

/// What Anthropic has no word for. The first name is that of Bedrock's own form of this API.
#[derive(Debug, Default, Serialize)]
pub(super) struct Extra<'a> {
    #[serde(
        rename = "amazon-bedrock-trace",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) trace: Option<&'a Json>,
    /// The model that answered, where it turned out after the answer had begun.
    #[serde(rename = "model", skip_serializing_if = "Option::is_none")]
    pub(super) answered_by: Option<&'a str>,
}

/// Tokens.
#[derive(Debug, Default, Serialize)]
pub(super) struct Usage<'a> {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cache_creation_input_tokens: u64,
    pub(super) cache_read_input_tokens: u64,
    pub(super) cache_creation: Option<CacheCreation>,
    pub(super) inference_geo: Nothing,
    pub(super) output_tokens_details: Nothing,
    pub(super) server_tool_use: Nothing,
    pub(super) service_tier: Option<&'a str>,
    /// A tier that Anthropic has no word for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bedrock_service_tier: Option<&'a str>,
    /// In US dollars (not Anthropic's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<f64>,
}

/// What was written to the cache, by lifetime.
#[derive(Debug, Default, Serialize)]
pub(super) struct CacheCreation {
    pub(super) ephemeral_5m_input_tokens: u64,
    pub(super) ephemeral_1h_input_tokens: u64,
}

/// A block of an answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Block<'a> {
    Known(KnownBlock<'a>),
    /// The result of one of the service's own tools, in a form of its own.
    ServiceResult {
        #[serde(rename = "type")]
        kind: &'a str,
        tool_use_id: &'a str,
        content: &'a Json,
    },
}

/// The blocks whose type is fixed.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum KnownBlock<'a> {
    Text {
        text: Cow<'a, str>,
        citations: Option<Vec<Cited<'a>>>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a Blob,
    },
    ToolUse(ToolUse<'a>),
    ServerToolUse(ToolUse<'a>),
    ToolResult {
        tool_use_id: &'a str,
        content: Vec<Piece<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bedrock_type: Option<&'a str>,
    },
    Image {
        source: Source<'a>,
    },
}

/// A call of a tool.
#[derive(Debug, Serialize)]
pub(super) struct ToolUse<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) input: Cow<'a, Json>,
    pub(super) caller: Caller,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bedrock_type: Option<&'a str>,
}

/// Who calls a tool: the model itself.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Caller {
    Direct,
}

/// A piece of a tool's answer.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece<'a> {
    Text {
        text: &'a str,
    },
    /// Ours: Anthropic has no JSON there.
    Json {
        json: &'a Json,
    },
    Image {
        source: Source<'a>,
    },
}

/// The bytes of an image.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "base64")]
pub(super) struct Source<'a> {
    pub(super) media_type: Cow<'a, str>,
    pub(super) data: &'a Blob,
}

/// What is appended to a block.
#[derive(Debug, Serialize)]
#[serde(tag = "type")]
pub(super) enum Delta<'a> {
    #[serde(rename = "text_delta")]
    Text { text: &'a str },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: &'a str },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: &'a str },
    #[serde(rename = "signature_delta")]
    Signature { signature: &'a str },
    #[serde(rename = "citations_delta")]
    Citations { citation: Cited<'a> },
}

/// An error in Anthropic's words.
#[derive(Debug, Serialize)]
pub(super) struct Error<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) message: &'a str,
}
