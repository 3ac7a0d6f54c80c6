//! The members of a chat completion request that mean something here.

use provider_interface::Json;
use serde::Deserialize;

use super::one_or_many::OneOrMany;

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    #[serde(default)]
    pub(super) model: String,
    #[serde(default)]
    pub(super) messages: Vec<Message>,
    pub(super) stream: Option<bool>,
    pub(super) stream_options: Option<StreamOptions>,
    pub(super) max_tokens: Option<u32>,
    pub(super) max_completion_tokens: Option<u32>,
    pub(super) temperature: Option<f32>,
    pub(super) top_p: Option<f32>,
    pub(super) stop: Option<OneOrMany<String>>,
    pub(super) tools: Option<Vec<Tool>>,
    pub(super) tool_choice: Option<Json>,
    pub(super) parallel_tool_calls: Option<bool>,
    pub(super) reasoning_effort: Option<String>,
    pub(super) response_format: Option<ResponseFormat>,
    pub(super) service_tier: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct StreamOptions {
    pub(super) include_usage: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    pub(super) role: String,
    pub(super) content: Option<OneOrMany<Part>>,
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Option<Vec<ToolCall>>,
    pub(super) tool_call_id: Option<String>,
    pub(super) reasoning_content: Option<String>,
    pub(super) reasoning_details: Option<Vec<ReasoningDetail>>,
    pub(super) citations: Option<Vec<Json>>,
    pub(super) images: Option<Vec<Part>>,
    pub(super) cache_control: Option<CacheControl>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Part {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) refusal: Option<String>,
    pub(super) image_url: Option<Json>,
    pub(super) input_audio: Option<InputAudio>,
    pub(super) file: Option<File>,
    pub(super) cache_control: Option<CacheControl>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct InputAudio {
    pub(super) data: String,
    pub(super) format: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct File {
    pub(super) file_data: Option<String>,
    pub(super) filename: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct CacheControl {
    pub(super) ttl: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReasoningDetail {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) data: Option<String>,
    pub(super) index: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) function: FunctionCall,
}

#[derive(Debug, Deserialize)]
pub(super) struct FunctionCall {
    pub(super) name: String,
    #[serde(default)]
    pub(super) arguments: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) function: Option<Function>,
    pub(super) cache_control: Option<CacheControl>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) parameters: Option<Json>,
    pub(super) strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ResponseFormat {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) json_schema: Option<JsonSchema>,
}

#[derive(Debug, Deserialize)]
pub(super) struct JsonSchema {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) schema: Option<Json>,
}
