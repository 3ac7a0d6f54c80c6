//! A neutral block of an answer → Anthropic's.

use std::borrow::Cow;

use provider_interface::{
    CitationsContent, ContentBlock, ImageBlock, Json, MediaSource, ReasoningContent,
    ToolResultBlock, ToolResultContent, ToolResultStatus, ToolUseBlock,
};
use serde_json::json;

use super::super::citation::Cited;
use super::super::read::IMAGES;
use super::super::wire::{Block, Caller, KnownBlock, Piece, Source, ToolUse};
use super::super::{SERVER_TOOL_USE, TOOL_RESULT_SUFFIX};

/// A block as it is written; none for an empty one, which no client may send back, and for what no
/// answer holds.
pub(super) fn block(block: &ContentBlock) -> Option<Block<'_>> {
    let known = match block {
        ContentBlock::Text(text) if text.is_empty() => return None,
        ContentBlock::Text(text) => KnownBlock::Text {
            text: Cow::Borrowed(text),
            citations: None,
        },
        ContentBlock::CitationsContent(content) => cited(content),
        ContentBlock::ReasoningContent(reasoning) => match reasoning {
            ReasoningContent::ReasoningText(text)
                if text.text.is_empty() && text.signature.is_none() =>
            {
                return None;
            }
            ReasoningContent::ReasoningText(text) => KnownBlock::Thinking {
                thinking: &text.text,
                signature: text.signature.as_deref().unwrap_or_default(),
            },
            ReasoningContent::RedactedContent(data) => KnownBlock::RedactedThinking { data },
            _ => return None,
        },
        ContentBlock::ToolUse(call) => tool_use(call),
        ContentBlock::ToolResult(result) => return Some(tool_result(result)),
        ContentBlock::Image(image) => KnownBlock::Image {
            source: source(image)?,
        },
        _ => return None,
    };
    Some(Block::Known(known))
}

fn cited(content: &CitationsContent) -> KnownBlock<'_> {
    let pieces = content.content.as_deref().unwrap_or_default();
    let text = match pieces {
        [piece] => Cow::Borrowed(piece.text.as_str()),
        pieces => pieces.iter().map(|piece| piece.text.as_str()).collect(),
    };
    let citations = content.citations.as_deref();
    KnownBlock::Text {
        text,
        citations: citations.map(|citations| citations.iter().map(Cited::of).collect()),
    }
}

fn tool_use(call: &ToolUseBlock) -> KnownBlock<'_> {
    let kind = call.kind.as_deref();
    let tool_use = ToolUse {
        id: &call.tool_use_id,
        name: &call.name,
        input: input(&call.input),
        caller: Caller::Direct,
        bedrock_type: kind.filter(|kind| *kind != SERVER_TOOL_USE),
    };
    match kind {
        None => KnownBlock::ToolUse(tool_use),
        Some(_) => KnownBlock::ServerToolUse(tool_use),
    }
}

/// Arguments that are no object can't be sent back; they are wrapped in the way that Anthropic
/// advises (*Fine-grained tool streaming*).
fn input(input: &Json) -> Cow<'_, Json> {
    if input.as_str().starts_with('{') {
        return Cow::Borrowed(input);
    }
    let text = input
        .read::<String>()
        .unwrap_or_else(|_| input.as_str().to_owned());
    let wrapped = Json::of(&json!({ "INVALID_JSON": text }));
    Cow::Owned(wrapped.unwrap_or_else(|_| Json::empty_object()))
}

fn tool_result(result: &ToolResultBlock) -> Block<'_> {
    let kind = result.kind.as_deref();
    if let (Some(kind), [ToolResultContent::Json(content)], None) =
        (kind, result.content.as_slice(), &result.status)
        && kind.ends_with(TOOL_RESULT_SUFFIX)
    {
        return Block::ServiceResult {
            kind,
            tool_use_id: &result.tool_use_id,
            content,
        };
    }
    Block::Known(KnownBlock::ToolResult {
        tool_use_id: &result.tool_use_id,
        content: result.content.iter().filter_map(piece).collect(),
        is_error: result
            .status
            .as_ref()
            .map(|status| *status == ToolResultStatus::Error),
        bedrock_type: kind,
    })
}

/// What the service's own tools answer with: text, JSON and images.
fn piece(piece: &ToolResultContent) -> Option<Piece<'_>> {
    match piece {
        ToolResultContent::Text(text) => Some(Piece::Text { text }),
        ToolResultContent::Json(json) => Some(Piece::Json { json }),
        ToolResultContent::Image(image) => source(image).map(|source| Piece::Image { source }),
        _ => None,
    }
}

fn source(image: &ImageBlock) -> Option<Source<'_>> {
    let MediaSource::Bytes(data) = &image.source else {
        return None;
    };
    let known = IMAGES.iter().find(|(_, format)| *format == image.format);
    let media_type = match known {
        Some((name, _)) => Cow::Borrowed(*name),
        None => Cow::Owned(format!("image/{}", image.format)),
    };
    Some(Source { media_type, data })
}
