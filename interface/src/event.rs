//! The events of a stream: the members of *ConverseStreamOutput* (AWS API reference), in the order
//! in which the service sends them. In JSON each is an object with one member.

use serde::{Deserialize, Serialize};

use crate::{
    CacheTtl, Citation, ImageFormat, Json, MediaError, MediaSource, PerformanceConfig, RString,
    Role, ServiceTier, StopReason, ToolResultStatus,
};

/// One event of an answer.
///
/// A whole answer is `MessageStart`, then per block (`ContentBlockStart`,) `ContentBlockDelta`…,
/// `ContentBlockStop`, then `MessageStop`, then `Metadata`. Text and reasoning blocks have no start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StreamEvent {
    /// The answer begins.
    MessageStart(MessageStart),
    /// A block of tool use, tool result or image begins.
    ContentBlockStart(ContentBlockStart),
    /// A block goes on.
    ContentBlockDelta(ContentBlockDelta),
    /// A block is complete.
    ContentBlockStop(ContentBlockStop),
    /// The model has stopped.
    MessageStop(MessageStop),
    /// What it took; comes after `MessageStop`.
    Metadata(Box<Metadata>),
}

/// The answer begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageStart {
    /// Who speaks: the assistant.
    pub role: Role,
}

/// A block begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentBlockStart {
    /// What kind of block.
    pub start: BlockStart,
    /// Which block of the answer, from 0.
    pub content_block_index: u32,
}

/// What a block begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BlockStart {
    /// A call of a tool.
    ToolUse(ToolUseStart),
    /// The result of a tool that the service runs.
    ToolResult(ToolResultStart),
    /// An image.
    Image(ImageStart),
}

/// A call of a tool begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolUseStart {
    /// Which call.
    pub tool_use_id: String,
    /// Which tool.
    pub name: String,
    /// `server_tool_use` for a tool that the service runs itself.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The result of a tool that the service runs begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolResultStart {
    /// The call that it answers.
    pub tool_use_id: String,
    /// The kind of result.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether the tool succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ToolResultStatus>,
}

/// An image begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageStart {
    /// Its format.
    pub format: ImageFormat,
}

/// A block goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentBlockDelta {
    /// What is appended.
    pub delta: Delta,
    /// To which block of the answer, from 0.
    pub content_block_index: u32,
}

/// What is appended to a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Delta {
    /// Text.
    Text(RString),
    /// A piece of a tool's arguments.
    ToolUse(ToolUseDelta),
    /// Pieces of the result of a tool that the service runs.
    ToolResult(Vec<ToolResultDelta>),
    /// Reasoning.
    ReasoningContent(ReasoningDelta),
    /// A source of the text so far.
    Citation(Citation),
    /// A piece of an image.
    Image(ImageDelta),
}

/// A piece of a tool's arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolUseDelta {
    /// A piece of JSON text; all pieces together are an object, or nothing for no arguments.
    pub input: RString,
}

/// A piece of the result of a tool that the service runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ToolResultDelta {
    /// Text.
    Text(String),
    /// A JSON value.
    Json(Json),
}

/// A piece of reasoning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReasoningDelta {
    /// Text.
    Text(RString),
    /// The signature of the text; may come alone.
    Signature(RString),
    /// Encrypted reasoning, to be concatenated; base64 in JSON.
    RedactedContent(crate::Blob),
}

/// A piece of an image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageDelta {
    /// Its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MediaSource>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MediaError>,
}

/// A block is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentBlockStop {
    /// Which block of the answer, from 0.
    pub content_block_index: u32,
}

/// The model has stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageStop {
    /// Why; unknown reasons verbatim.
    pub stop_reason: StopReason,
    /// What `additionalModelResponseFieldPaths` asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_model_response_fields: Option<Json>,
}

/// What the answer took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Tokens.
    pub usage: Usage,
    /// Time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// The guardrail's and the prompt router's report (*ConverseStreamTrace*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Json>,
    /// The latency class that served it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_config: Option<PerformanceConfig>,
    /// The tier that served it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// What it cost, as far as prices are known (not AWS's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// The model that answered, where it is another than was asked (not AWS's): one of `fallbacks`. An
    /// inference profile that leads to the model is no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
}

/// What an answer cost, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// For what the model read, apart from the cache.
    pub input: f64,
    /// For what it wrote.
    pub output: f64,
    /// For what was read from the cache.
    pub cache_read: f64,
    /// For what was written to the cache.
    pub cache_write: f64,
    /// All of it.
    pub total: f64,
}

/// Tokens. `input_tokens` doesn't include what was read from or written to the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Read by the model, apart from the cache.
    pub input_tokens: u64,
    /// Written by the model.
    pub output_tokens: u64,
    /// The service's own sum.
    pub total_tokens: u64,
    /// Read from the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read_input_tokens: Option<u64>,
    /// Written to the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_input_tokens: Option<u64>,
    /// What was written to the cache, by lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_details: Option<Vec<CacheDetail>>,
}

/// Tokens that were written to the cache with one lifetime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CacheDetail {
    /// The lifetime.
    pub ttl: CacheTtl,
    /// How many.
    pub input_tokens: u64,
}

/// Time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// From request to end, in milliseconds, as the service measured it.
    pub latency_ms: u64,
}
