//! A chat completion request → the neutral request.

use provider_interface::{
    ChatRequest, Effort, InferenceConfig, JsonSchemaDefinition, OutputConfig, OutputFormat,
    OutputFormatType, OutputStructure, Reasoning, ServiceTier, ServiceTierType,
};
use serde::Deserialize;

use super::history;
use super::one_or_many::OneOrMany;
use super::params::{Members, sort_out};
use super::tools::tool_config;
use super::wire::{JsonSchema, Request, ResponseFormat};
use crate::server::dialect::{Asked, Refused};

/// Reads a body; the flag tells whether a stream ends with its usage.
pub(super) fn read(body: &[u8]) -> Result<(Asked, bool), Refused> {
    let text = std::str::from_utf8(body).map_err(|error| {
        Refused::plain(
            400,
            "invalid_json",
            format!("the body is no UTF-8: {error}"),
        )
    })?;
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| {
        Refused::plain(
            400,
            "invalid_json",
            format!("the body is no JSON object: {error}"),
        )
    })?;
    let ignored = sort_out(&members)?;
    let mut wire = typed(text)?;
    check(&wire)?;
    let (system, messages) = history::read(std::mem::take(&mut wire.messages))?;
    let tools = tool_config(&mut wire, &messages)?;
    let include_usage = wire
        .stream_options
        .as_ref()
        .and_then(|options| options.include_usage);
    let request = ChatRequest {
        messages,
        system,
        inference_config: inference(&mut wire),
        tool_config: tools.config,
        additional_model_request_fields: tools.additional,
        service_tier: service_tier(wire.service_tier.as_deref())?,
        output_config: wire
            .response_format
            .map(output_config)
            .transpose()?
            .flatten(),
        reasoning: reasoning(wire.reasoning_effort.as_deref())?,
        ..ChatRequest::default()
    };
    let asked = Asked {
        model: wire.model,
        request,
        stream: wire.stream.unwrap_or(false),
        ignored,
    };
    Ok((asked, include_usage.unwrap_or(false)))
}

fn typed(text: &str) -> Result<Request, Refused> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    Request::deserialize(serde_path_to_error::Deserializer::new(
        &mut json, &mut track,
    ))
    .map_err(|error| {
        let path = track.path().to_string();
        Refused::invalid(path.clone(), format!("`{path}` can't be read: {error}"))
    })
}

fn check(wire: &Request) -> Result<(), Refused> {
    if wire.model.is_empty() {
        return Err(Refused::invalid(
            "model",
            "the request names no model; give `model`",
        ));
    }
    if wire.messages.is_empty() {
        return Err(Refused::invalid(
            "messages",
            "there is no message; give at least one",
        ));
    }
    let numbers = [("temperature", wire.temperature), ("top_p", wire.top_p)];
    for (name, number) in numbers {
        if number.is_some_and(|number| !number.is_finite() || number < 0.0) {
            let sentence = format!("`{name}` is out of range; give a number from 0 up");
            return Err(Refused::invalid(name, sentence));
        }
    }
    Ok(())
}

fn inference(wire: &mut Request) -> Option<InferenceConfig> {
    let stop = wire.stop.take().map(|stop| match stop {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(list) => list,
    });
    let config = InferenceConfig {
        max_tokens: wire.max_completion_tokens.or(wire.max_tokens),
        temperature: wire.temperature,
        top_p: wire.top_p,
        stop_sequences: stop.filter(|list| !list.is_empty()),
    };
    (config != InferenceConfig::default()).then_some(config)
}

fn reasoning(effort: Option<&str>) -> Result<Option<Reasoning>, Refused> {
    match effort {
        None | Some("none") => Ok(None),
        Some(known) if Effort::KNOWN.contains(&known) => {
            Ok(Some(Reasoning::Effort(Effort::from(known))))
        }
        Some(_) => Err(Refused::invalid(
            "reasoning_effort",
            format!(
                "`reasoning_effort` is not one that is known; give none or one of: {}",
                Effort::KNOWN.join(", ")
            ),
        )),
    }
}

fn service_tier(name: Option<&str>) -> Result<Option<ServiceTier>, Refused> {
    match name {
        None | Some("auto") => Ok(None),
        Some(known) if ServiceTierType::KNOWN.contains(&known) => Ok(Some(ServiceTier {
            kind: ServiceTierType::from(known),
        })),
        Some(_) => Err(Refused::invalid(
            "service_tier",
            format!(
                "Bedrock has no such service tier; give auto or one of: {}",
                ServiceTierType::KNOWN.join(", ")
            ),
        )),
    }
}

fn output_config(format: ResponseFormat) -> Result<Option<OutputConfig>, Refused> {
    let schema = match (format.kind.as_str(), format.json_schema) {
        ("text", _) => return Ok(None),
        (
            "json_schema",
            Some(JsonSchema {
                name,
                description,
                schema: Some(schema),
            }),
        ) => JsonSchemaDefinition {
            schema: schema.as_str().to_owned(),
            name,
            description,
        },
        ("json_schema", _) => {
            return Err(Refused::invalid(
                "response_format.json_schema.schema",
                "there is no schema; give `json_schema.schema`",
            ));
        }
        _ => {
            return Err(Refused::invalid(
                "response_format.type",
                "Bedrock holds an answer to a schema or to nothing; use `json_schema` or `text`",
            ));
        }
    };
    Ok(Some(OutputConfig {
        text_format: Some(OutputFormat {
            kind: OutputFormatType::JsonSchema,
            structure: OutputStructure::JsonSchema(schema),
        }),
        effort: None,
    }))
}
