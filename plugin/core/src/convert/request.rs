//! A chat request → the model id and the body of Converse and ConverseStream.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use provider_interface::{
    ChatRequest, ErrorKind, GuardrailConfig, InferenceConfig, Json, Message, OutputConfig,
    PerformanceConfig, PromptCaching, ProviderError, ServiceTier, SystemBlock, TextPiece,
    ToolConfig,
};
use serde::Serialize;

use super::remedy::Remedy;
use super::repair::{self, NameMap, Repairs};
use super::rules::{self, AnswerTool};
use super::{caching, check};
use crate::models::{Facts, ModelId};

/// On what terms a model is asked.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What is known of it.
    pub facts: Arc<Facts>,
    /// Where the caller set no cache points and no policy.
    pub caching: Option<PromptCaching>,
    /// For the invocation log, beside the caller's own.
    pub metadata: BTreeMap<String, String>,
    /// What it has refused before.
    pub lessons: Vec<Remedy>,
}

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub struct ConverseRequest {
    /// As the model takes it.
    pub(super) request: ChatRequest,
    pub(super) names: NameMap,
    pub(super) answer_tool: Option<AnswerTool>,
    pub(super) streams: bool,
}

impl ConverseRequest {
    /// A model id, an inference profile's id, or an ARN.
    pub fn model_id(&self) -> &str {
        &self.request.model_id
    }

    /// The JSON body.
    pub fn body(&self) -> Result<Bytes, ProviderError> {
        let body = serde_json::to_vec(&Body::of(&self.request));
        body.map(Bytes::from).map_err(unwritten)
    }

    /// The JSON body of CountTokens for the same request.
    pub fn count_body(&self) -> Result<Bytes, ProviderError> {
        let request = &self.request;
        let converse = Counted {
            messages: &request.messages,
            system: &request.system,
            tool_config: request.tool_config.as_ref(),
            additional_model_request_fields: request.additional_model_request_fields.as_ref(),
        };
        let body = serde_json::json!({ "input": { "converse": converse } });
        serde_json::to_vec(&body)
            .map(Bytes::from)
            .map_err(unwritten)
    }

    /// The tools whose name on the wire isn't the caller's.
    pub fn names(&self) -> &NameMap {
        &self.names
    }

    /// Whether the model has tools to call.
    pub fn has_tools(&self) -> bool {
        self.request.tool_config.is_some()
    }

    /// The same, with what helped against a refusal.
    pub fn with(mut self, remedy: Remedy) -> Self {
        self.streams &= remedy != Remedy::InOnePiece;
        remedy.apply(&mut self.request);
        self
    }

    /// The foundation model's id, which is all that CountTokens takes.
    pub fn foundation_model_id(&self) -> String {
        ModelId::parse(&self.request.model_id).base().to_owned()
    }

    /// Whether the model can stream the answer.
    pub fn streams(&self) -> bool {
        self.streams
    }
}

fn unwritten(error: serde_json::Error) -> ProviderError {
    ProviderError::new(
        ErrorKind::Internal,
        format!("the request could not be written as JSON: {error}"),
    )
}

/// What a model is sent for a request. What is valid, and taken by the model, goes through to the
/// letter.
pub fn to_converse(request: ChatRequest, terms: &Terms) -> Result<ConverseRequest, ProviderError> {
    let (converted, repairs) = converted(request, terms)?;
    for repair in repairs.kinds() {
        tracing::debug!(repair, "the request was repaired");
    }
    Ok(converted)
}

/// The same, and what was done to it.
pub(super) fn converted(
    mut request: ChatRequest,
    terms: &Terms,
) -> Result<(ConverseRequest, Repairs), ProviderError> {
    check::request(&mut request)?;
    let facts = &terms.facts;
    let mut repairs = Repairs::default();
    let answer_tool = rules::before_repair(&mut request, facts, &mut repairs)?;
    let names = repair::repair(&mut request, facts, &mut repairs);
    rules::after_repair(&mut request, facts, &mut repairs)?;
    let policy = request.prompt_caching.take();
    caching::place(
        &mut request,
        facts,
        policy.as_ref().or(terms.caching.as_ref()),
    );
    add_metadata(&mut request, &terms.metadata);
    for lesson in &terms.lessons {
        lesson.apply(&mut request);
    }
    let converted = ConverseRequest {
        streams: streams(&request, facts),
        request,
        names,
        answer_tool,
    };
    Ok((converted, repairs))
}

fn streams(request: &ChatRequest, facts: &Facts) -> bool {
    let with_tools = request.tool_config.is_some() && facts.streaming_tools == Some(false);
    facts.streaming != Some(false) && !with_tools
}

/// What the caller says counts.
fn add_metadata(request: &mut ChatRequest, metadata: &BTreeMap<String, String>) {
    if metadata.is_empty() {
        return;
    }
    let own = request.request_metadata.get_or_insert_default();
    for (name, value) in metadata {
        own.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

/// The body's members (AWS API reference, *ConverseStream*, Request Body).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[Message]>::is_empty")]
    messages: &'a [Message],
    #[serde(skip_serializing_if = "<[SystemBlock]>::is_empty")]
    system: &'a [SystemBlock],
    #[serde(skip_serializing_if = "Option::is_none")]
    inference_config: Option<&'a InferenceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<&'a ToolConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guardrail_config: Option<&'a GuardrailConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_model_request_fields: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_variables: Option<&'a BTreeMap<String, TextPiece>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_model_response_field_paths: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_metadata: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    performance_config: Option<&'a PerformanceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a ServiceTier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<&'a OutputConfig>,
}

/// What of a conversation is counted (AWS API reference, *ConverseTokensRequest*).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counted<'a> {
    #[serde(skip_serializing_if = "<[Message]>::is_empty")]
    messages: &'a [Message],
    #[serde(skip_serializing_if = "<[SystemBlock]>::is_empty")]
    system: &'a [SystemBlock],
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<&'a ToolConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_model_request_fields: Option<&'a Json>,
}

impl<'a> Body<'a> {
    /// The pattern names every member, so that a new one can't be forgotten.
    fn of(request: &'a ChatRequest) -> Self {
        let ChatRequest {
            // The path has it.
            model_id: _,
            messages,
            system,
            inference_config,
            tool_config,
            guardrail_config,
            additional_model_request_fields,
            prompt_variables,
            additional_model_response_field_paths,
            request_metadata,
            performance_config,
            service_tier,
            output_config,
            // By now in the model's own words, among the additional fields.
            reasoning: _,
            // By now cache points.
            prompt_caching: _,
            // Each is a request of its own.
            fallbacks: _,
        } = request;
        Self {
            messages,
            system,
            inference_config: inference_config.as_ref(),
            tool_config: tool_config.as_ref(),
            guardrail_config: guardrail_config.as_ref(),
            additional_model_request_fields: additional_model_request_fields.as_ref(),
            prompt_variables: prompt_variables.as_ref(),
            additional_model_response_field_paths: additional_model_response_field_paths.as_deref(),
            request_metadata: request_metadata.as_ref(),
            performance_config: performance_config.as_ref(),
            service_tier: service_tier.as_ref(),
            output_config: output_config.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests;
