//! A request of the Messages API → a neutral request.
//!
//! Members that Converse has a word for become that; what only Claude's own form can say goes into
//! `additionalModelRequestFields`. What has no effect is named.

mod blocks;
mod fields;
mod media;
mod output;
mod results;
mod thinking;
mod tools;

use std::collections::BTreeMap;

use provider_interface::{
    CachePoint, CachePointType, CacheTtl, ChatRequest, InferenceConfig, Message, PromptCaching,
    Role, ServiceTier, ServiceTierType, SystemBlock,
};
use serde_json::value::RawValue;

use super::object::{At, Ignored, Object};
use crate::server::dialect::{Asked, Refused};
use blocks::Texts;
use fields::Fields;
pub(super) use media::IMAGES;

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `POST /v1/messages`
    Answer,
    /// `POST /v1/messages/count_tokens`: no `max_tokens` there.
    Count,
}

/// Members that ask for what Bedrock doesn't have, and that nobody may drop in silence.
const REFUSED: &[(&str, &str)] = &[
    (
        "container",
        "is not supported: Bedrock has no containers; leave it out",
    ),
    (
        "mcp_servers",
        "is not supported: Bedrock calls no MCP servers; offer their tools in tools",
    ),
];

/// Where Claude tells which stop sequence it met; the service leaves it out unless it is asked for.
const STOP_SEQUENCE_PATH: &str = "/stop_sequence";

/// Reads a body; `betas` is the value of the header `anthropic-beta`.
pub(super) fn read(body: &[u8], betas: Option<&str>, purpose: Purpose) -> Result<Asked, Refused> {
    let raw: &RawValue = serde_json::from_slice(body)
        .map_err(|error| At::BODY.refuse(format_args!("is not valid JSON: {error}")))?;
    let body = Object::read(raw, &At::BODY)?;
    for (name, why) in REFUSED {
        if body.optional::<&RawValue>(name)?.is_some() {
            return Err(body.at().member(name).refuse(why));
        }
    }
    let mut ignored = Ignored::default();
    let model: String = body.required("model")?;
    let mut fields = Fields::of(&model);
    let mut request = ChatRequest {
        messages: messages(&body, &mut ignored)?,
        system: system(&body, &mut ignored)?,
        inference_config: inference_config(&body, purpose)?,
        tool_config: tools::read(&body, &mut fields, &mut ignored)?,
        request_metadata: metadata(&body, &mut ignored)?,
        service_tier: service_tier(&body)?,
        prompt_caching: prompt_caching(&body, &mut ignored)?,
        output_config: output::read(&body, &mut ignored)?,
        ..Default::default()
    };
    thinking::read(&body, &mut request, &mut fields, &mut ignored)?;
    let asks_to_stop = request
        .inference_config
        .as_ref()
        .and_then(|config| config.stop_sequences.as_ref());
    if asks_to_stop.is_some() {
        request.additional_model_response_field_paths = Some(vec![STOP_SEQUENCE_PATH.to_owned()]);
    }
    fields.members(&body, &mut ignored)?;
    fields.betas(&body, betas, &mut ignored)?;
    request.additional_model_request_fields = fields.into_json()?;
    let stream = body.optional("stream")?.unwrap_or(false);
    body.finish(&mut ignored);
    Ok(Asked {
        model,
        request,
        stream,
        ignored: ignored.into_names(),
    })
}

fn messages(body: &Object<'_, '_>, ignored: &mut Ignored) -> Result<Vec<Message>, Refused> {
    let at = body.at().member("messages");
    let raw: Vec<&RawValue> = body.required("messages")?;
    if raw.is_empty() {
        return Err(at.refuse("must hold at least one message"));
    }
    let mut messages = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let at = at.item(index);
        let message = Object::read(raw, &at)?;
        let role: String = message.required("role")?;
        let role = match Role::from(role.as_str()) {
            Role::Other(_) => {
                let at = at.member("role");
                return Err(at.refuse("must be user, assistant or system"));
            }
            role => role,
        };
        let content = blocks::content(&message, ignored)?;
        messages.push(Message { role, content });
        message.finish(ignored);
    }
    Ok(messages)
}

fn system(body: &Object<'_, '_>, ignored: &mut Ignored) -> Result<Vec<SystemBlock>, Refused> {
    let Some(texts) = Texts::read(body, "system", ignored)? else {
        return Ok(Vec::new());
    };
    let blocks = texts.0.into_iter().flat_map(|(text, point)| {
        [
            Some(SystemBlock::Text(text)),
            point.map(SystemBlock::CachePoint),
        ]
    });
    Ok(blocks.flatten().collect())
}

fn inference_config(
    body: &Object<'_, '_>,
    purpose: Purpose,
) -> Result<Option<InferenceConfig>, Refused> {
    let max_tokens = match purpose {
        Purpose::Answer => Some(body.required("max_tokens")?),
        Purpose::Count => body.optional("max_tokens")?,
    };
    if max_tokens == Some(0) {
        return Err(body.at().member("max_tokens").refuse("must be at least 1"));
    }
    let stop_sequences: Option<Vec<String>> = body.optional("stop_sequences")?;
    let config = InferenceConfig {
        max_tokens,
        temperature: share(body, "temperature")?,
        top_p: share(body, "top_p")?,
        stop_sequences: stop_sequences.filter(|texts| !texts.is_empty()),
    };
    Ok(Some(config).filter(|config| *config != InferenceConfig::default()))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a sampling parameter has no more digits than it needs"
)]
fn share(body: &Object<'_, '_>, name: &str) -> Result<Option<f32>, Refused> {
    match body.optional::<f64>(name)? {
        Some(value) if !(0.0..=1.0).contains(&value) => Err(body
            .at()
            .member(name)
            .refuse("must be a number from 0 to 1")),
        value => Ok(value.map(|value| value as f32)),
    }
}

/// Who the request is for. The invocation log takes no more than some characters; another id stays
/// out of it.
fn metadata(
    body: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Option<BTreeMap<String, String>>, Refused> {
    /// The longest value (AWS API reference, *ConverseStream*, requestMetadata).
    const MAX_LENGTH: usize = 256;
    let fits = |id: &str| {
        let taken = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || byte.is_ascii_whitespace()
                || b":_@$#=/+,-.".contains(&byte)
        };
        id.len() <= MAX_LENGTH && id.bytes().all(taken)
    };
    let Some(raw) = body.optional("metadata")? else {
        return Ok(None);
    };
    let at = body.at().member("metadata");
    let metadata = Object::read(raw, &at)?;
    let user: Option<String> = metadata.optional("user_id")?;
    metadata.finish(ignored);
    match user {
        Some(id) if fits(&id) => Ok(Some(BTreeMap::from([("user_id".to_owned(), id)]))),
        Some(_) => {
            ignored.note(&at.member("user_id"));
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Anthropic's words, and beside them Bedrock's own.
fn service_tier(body: &Object<'_, '_>) -> Result<Option<ServiceTier>, Refused> {
    let asked: Option<String> = body.optional("service_tier")?;
    let kind = match asked.as_deref() {
        // As the account has it: a dearer tier is nobody's to choose unasked.
        None | Some("auto") => return Ok(None),
        Some("standard_only") => ServiceTierType::Default,
        Some(name) => ServiceTierType::from(name),
    };
    if matches!(kind, ServiceTierType::Other(_)) {
        let known = ServiceTierType::KNOWN.join(", ");
        let at = body.at().member("service_tier");
        return Err(at.refuse(format_args!(
            "must be auto, standard_only or one of {known}"
        )));
    }
    Ok(Some(ServiceTier { kind }))
}

/// `cache_control` of the whole request: points are set where the caller set none.
fn prompt_caching(
    body: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Option<PromptCaching>, Refused> {
    let point = cache_point(body, ignored)?;
    Ok(point.map(|point| match point.ttl {
        Some(CacheTtl::OneHour) => PromptCaching::Long,
        _ => PromptCaching::Short,
    }))
}

/// The cache point that a member `cache_control` asks for.
fn cache_point(
    object: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Option<CachePoint>, Refused> {
    let Some(raw) = object.optional("cache_control")? else {
        return Ok(None);
    };
    let at = object.at().member("cache_control");
    let control = Object::read(raw, &at)?;
    let kind: String = control.required("type")?;
    if kind != "ephemeral" {
        return Err(at.member("type").refuse("must be ephemeral"));
    }
    let ttl: Option<String> = control.optional("ttl")?;
    let ttl = ttl.as_deref().map(CacheTtl::from);
    if let Some(CacheTtl::Other(_)) = ttl {
        let known = CacheTtl::KNOWN.join(" or ");
        return Err(at.member("ttl").refuse(format_args!("must be {known}")));
    }
    control.finish(ignored);
    Ok(Some(CachePoint {
        kind: CachePointType::Default,
        ttl,
    }))
}
