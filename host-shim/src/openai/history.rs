//! `messages` → system blocks and the conversation.

use provider_interface::{
    CachePoint, CachePointType, CacheTtl, ContentBlock, Json, Message, Role, SystemBlock,
    ToolResultBlock, ToolResultContent,
};

use super::assistant;
use super::media;
use super::one_or_many::OneOrMany;
use super::wire::{self, CacheControl, Part};
use crate::server::dialect::Refused;

/// What the messages amount to.
type History = (Vec<SystemBlock>, Vec<Message>);

/// Reads all messages.
pub(super) fn read(wire: Vec<wire::Message>) -> Result<History, Refused> {
    let (mut system, mut messages) = (Vec::new(), Vec::new());
    for (index, message) in wire.into_iter().enumerate() {
        let place = format!("messages[{index}]");
        let point = message.cache_control.as_ref().map(cache_point);
        match message.role.as_str() {
            "system" | "developer" => {
                system.extend(system_blocks(&place, message)?);
                system.extend(point.map(SystemBlock::CachePoint));
            }
            "user" => {
                let content = user_blocks(&place, message.content)?;
                push(&mut messages, Role::User, content, point);
            }
            "assistant" => {
                let content = assistant::blocks(&place, message)?;
                push(&mut messages, Role::Assistant, content, point);
            }
            "tool" => {
                let result = tool_result(&place, message)?;
                push_result(&mut messages, result, point);
            }
            _ => {
                return Err(Refused::invalid(
                    format!("{place}.role"),
                    format!(
                        "`{place}.role` is not one that is known; give system, developer, user, \
                         assistant or tool"
                    ),
                ));
            }
        }
    }
    Ok((system, messages))
}

/// A `cache_control` as a cache point.
pub(super) fn cache_point(control: &CacheControl) -> CachePoint {
    CachePoint {
        kind: CachePointType::Default,
        ttl: control.ttl.as_deref().map(CacheTtl::from),
    }
}

fn push(
    messages: &mut Vec<Message>,
    role: Role,
    mut content: Vec<ContentBlock>,
    point: Option<CachePoint>,
) {
    content.extend(point.map(ContentBlock::CachePoint));
    messages.push(Message { role, content });
}

/// The results of one round of calls belong into one message.
fn push_result(messages: &mut Vec<Message>, result: ToolResultBlock, point: Option<CachePoint>) {
    let is_result = |block: &ContentBlock| matches!(block, ContentBlock::ToolResult(_));
    let mut content = vec![ContentBlock::ToolResult(result)];
    content.extend(point.map(ContentBlock::CachePoint));
    match messages.last_mut() {
        Some(last) if last.role == Role::User && last.content.first().is_some_and(is_result) => {
            last.content.extend(content);
        }
        _ => messages.push(Message {
            role: Role::User,
            content,
        }),
    }
}

fn system_blocks(place: &str, message: wire::Message) -> Result<Vec<SystemBlock>, Refused> {
    let mut blocks = Vec::new();
    for (index, part) in parts(message.content).into_iter().enumerate() {
        let point = part.cache_control.as_ref().map(cache_point);
        let place = format!("{place}.content[{index}]");
        blocks.push(SystemBlock::Text(text_of(&place, part)?));
        blocks.extend(point.map(SystemBlock::CachePoint));
    }
    Ok(blocks)
}

fn user_blocks(
    place: &str,
    content: Option<OneOrMany<Part>>,
) -> Result<Vec<ContentBlock>, Refused> {
    let mut blocks = Vec::new();
    for (index, part) in parts(content).into_iter().enumerate() {
        let point = part.cache_control.as_ref().map(cache_point);
        let place = format!("{place}.content[{index}]");
        blocks.push(match part.kind.as_str() {
            "image_url" => ContentBlock::Image(media::image(&place, part)?),
            "file" => ContentBlock::Document(media::document(&place, part, index)?),
            "input_audio" => ContentBlock::Audio(media::audio(&place, part)?),
            _ => ContentBlock::Text(text_of(&place, part)?),
        });
        blocks.extend(point.map(ContentBlock::CachePoint));
    }
    Ok(blocks)
}

fn tool_result(place: &str, message: wire::Message) -> Result<ToolResultBlock, Refused> {
    let Some(tool_use_id) = message.tool_call_id else {
        return Err(Refused::invalid(
            format!("{place}.tool_call_id"),
            format!("`{place}` is a tool's result, but of no call; give `tool_call_id`"),
        ));
    };
    let mut content = Vec::new();
    for (index, part) in parts(message.content).into_iter().enumerate() {
        let place = format!("{place}.content[{index}]");
        content.push(match part.kind.as_str() {
            "image_url" => ToolResultContent::Image(media::image(&place, part)?),
            "file" => ToolResultContent::Document(media::document(&place, part, index)?),
            _ => ToolResultContent::Text(text_of(&place, part)?),
        });
    }
    Ok(ToolResultBlock {
        tool_use_id,
        content,
        status: None,
        kind: None,
    })
}

/// A content as parts; a string is one of text.
pub(super) fn parts(content: Option<OneOrMany<Part>>) -> Vec<Part> {
    match content {
        None => Vec::new(),
        Some(OneOrMany::Many(parts)) => parts,
        Some(OneOrMany::One(text)) => vec![Part {
            kind: "text".to_owned(),
            text: Some(text),
            refusal: None,
            image_url: None,
            input_audio: None,
            file: None,
            cache_control: None,
        }],
    }
}

/// The text of a part that has to be one.
pub(super) fn text_of(place: &str, part: Part) -> Result<String, Refused> {
    let text = match part.kind.as_str() {
        "text" => part.text,
        "refusal" => part.refusal,
        _ => {
            return Err(Refused::invalid(
                format!("{place}.type"),
                format!("`{place}` is of a type that can't be sent here; use text"),
            ));
        }
    };
    text.ok_or_else(|| {
        Refused::invalid(
            format!("{place}.text"),
            format!("`{place}` has no text; give `text`"),
        )
    })
}

/// A tool's arguments, which are a JSON text within JSON.
pub(super) fn arguments(place: &str, text: String) -> Result<Json, Refused> {
    if text.trim().is_empty() {
        return Ok(Json::empty_object());
    }
    Json::parse(text)
        .map_err(|error| Refused::invalid(place, format!("`{place}` is no JSON text: {error}")))
}
