//! A chat request → the model id and the body of ConverseStream.

use std::collections::BTreeMap;

use bytes::Bytes;
use provider_interface::{
    ChatRequest, ErrorKind, GuardrailConfig, InferenceConfig, Json, Message, OutputConfig,
    PerformanceConfig, ProviderError, ServiceTier, SystemBlock, TextPiece, ToolConfig,
};
use serde::Serialize;

use super::repair::{self, NameMap};
use super::{check, reasoning};

/// A request that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConverseRequest {
    pub(super) model_id: String,
    pub(super) body: Bytes,
    pub(super) names: NameMap,
}

impl ConverseRequest {
    /// A model id, an inference profile's id, or an ARN.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The JSON body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The tools whose name on the wire isn't the caller's.
    pub fn names(&self) -> &NameMap {
        &self.names
    }
}

/// What ConverseStream is sent for a request. What is valid goes through to the letter.
pub fn to_converse(mut request: ChatRequest) -> Result<ConverseRequest, ProviderError> {
    check::request(&mut request)?;
    let (repairs, names) = repair::repair(&mut request);
    for repair in repairs.kinds() {
        tracing::debug!(repair, "the request was repaired");
    }
    reasoning::apply(&mut request)?;
    let (model_id, body) = split(&request);
    let body = serde_json::to_vec(&body).map_err(|error| {
        ProviderError::new(
            ErrorKind::Internal,
            format!("the request could not be written as JSON: {error}"),
        )
    })?;
    Ok(ConverseRequest {
        model_id: model_id.to_owned(),
        body: body.into(),
        names,
    })
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

/// Tells path from body. The pattern names every member, so that a new one can't be forgotten.
fn split(request: &ChatRequest) -> (&str, Body<'_>) {
    let ChatRequest {
        model_id,
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
    let body = Body {
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
    };
    (model_id, body)
}

#[cfg(test)]
mod tests;
