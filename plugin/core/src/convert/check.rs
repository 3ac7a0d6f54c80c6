//! What no model takes, found before anything is sent, and said with the path of the member.

use provider_interface::{
    ChatRequest, ErrorKind, InferenceConfig, Json, ProviderError, Tool, ToolInputSchema,
};

/// Checks a request; surrounding blanks of the model id have only one meaning.
pub(super) fn request(request: &mut ChatRequest) -> Result<(), ProviderError> {
    let model_id = request.model_id.trim();
    if model_id.is_empty() {
        return Err(refuse(
            "modelId is missing: it must be a model id, an inference profile's id or an ARN",
        ));
    }
    if model_id.len() < request.model_id.len() {
        request.model_id = model_id.to_owned();
    }
    if let Some(config) = &request.inference_config {
        sampling(config)?;
    }
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    for (index, tool) in tools.enumerate() {
        schema(tool, index)?;
    }
    match &request.additional_model_request_fields {
        Some(fields) => object(fields, || "additionalModelRequestFields".to_owned()),
        None => Ok(()),
    }
}

/// JSON has no word for these numbers; they would be sent as null.
fn sampling(config: &InferenceConfig) -> Result<(), ProviderError> {
    for (name, value) in [("temperature", config.temperature), ("topP", config.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(refuse(format!(
                "inferenceConfig.{name} must be a finite number"
            )));
        }
    }
    Ok(())
}

fn schema(tool: &Tool, index: usize) -> Result<(), ProviderError> {
    let Tool::ToolSpec(spec) = tool else {
        return Ok(());
    };
    match &spec.input_schema {
        ToolInputSchema::Json(schema) => object(schema, || {
            format!("toolConfig.tools[{index}].toolSpec.inputSchema.json")
        }),
        // A kind of schema that this version doesn't know is the service's to judge.
        _ => Ok(()),
    }
}

fn object(json: &Json, path: impl FnOnce() -> String) -> Result<(), ProviderError> {
    match kind(json) {
        JsonKind::Object => Ok(()),
        other => Err(refuse(format!(
            "{} must be a JSON object, not {}",
            path(),
            other.as_str()
        ))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum JsonKind {
    Object,
    Array,
    String,
    Boolean,
    Null,
    Number,
}

impl JsonKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Null => "null",
            Self::Number => "a number",
        }
    }
}

/// What a valid JSON text is: its first letter tells.
fn kind(json: &Json) -> JsonKind {
    match json.as_str().trim_start().as_bytes().first() {
        Some(b'{') => JsonKind::Object,
        Some(b'[') => JsonKind::Array,
        Some(b'"') => JsonKind::String,
        Some(b't' | b'f') => JsonKind::Boolean,
        Some(b'n') | None => JsonKind::Null,
        Some(_) => JsonKind::Number,
    }
}

pub(super) fn refuse(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, message)
}
