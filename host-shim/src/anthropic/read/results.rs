//! What tools answered.

use provider_interface::{
    ContentBlock, Json, ToolResultBlock, ToolResultContent, ToolResultStatus,
};
use serde_json::value::RawValue;

use super::super::BEDROCK_TYPE;
use super::super::object::{Ignored, Object};
use super::blocks::{TextOrList, search_result, unknown};
use super::media;
use crate::server::dialect::Refused;

type Reader = fn(&Object<'_, '_>, &mut Ignored) -> Result<ToolResultContent, Refused>;

/// What each type of block becomes. `json` is ours: a JSON value as Converse has it.
const PIECES: &[(&str, Reader)] = &[
    ("text", |piece, _| {
        piece.required("text").map(ToolResultContent::Text)
    }),
    ("image", |piece, ignored| {
        media::image(piece, ignored).map(ToolResultContent::Image)
    }),
    ("document", |piece, ignored| {
        media::document(piece, ignored).map(ToolResultContent::Document)
    }),
    ("search_result", |piece, ignored| {
        search_result(piece, ignored).map(ToolResultContent::SearchResult)
    }),
    ("json", |piece, _| {
        piece.required("json").map(ToolResultContent::Json)
    }),
];

/// A `tool_result`. A cache point that one of its pieces asks for has no place there.
pub(super) fn tool_result(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<ContentBlock, Refused> {
    let is_error: Option<bool> = block.optional("is_error")?;
    let status = is_error.map(|is_error| match is_error {
        true => ToolResultStatus::Error,
        false => ToolResultStatus::Success,
    });
    Ok(ContentBlock::ToolResult(ToolResultBlock {
        tool_use_id: block.required("tool_use_id")?,
        content: pieces(block, ignored)?,
        status,
        kind: block.optional(BEDROCK_TYPE)?,
    }))
}

/// The result of one of the service's own tools, whose content has a form of its own: kept as it is.
pub(super) fn of_service(block: &Object<'_, '_>, kind: String) -> Result<ContentBlock, Refused> {
    let content: Json = block.required("content")?;
    Ok(ContentBlock::ToolResult(ToolResultBlock {
        tool_use_id: block.required("tool_use_id")?,
        content: vec![ToolResultContent::Json(content)],
        status: None,
        kind: Some(kind),
    }))
}

fn pieces(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Vec<ToolResultContent>, Refused> {
    let Some(raw) = block.optional::<&RawValue>("content")? else {
        return Ok(Vec::new());
    };
    let at = block.at().member("content");
    let list = match TextOrList::of(raw, &at)? {
        TextOrList::Text(text) => return Ok(vec![ToolResultContent::Text(text)]),
        TextOrList::List(list) => list,
    };
    let mut pieces = Vec::with_capacity(list.len());
    for (index, raw) in list.into_iter().enumerate() {
        let at = at.item(index);
        let piece = Object::read(raw, &at)?;
        let kind: String = piece.required("type")?;
        let reader = PIECES.iter().find(|(name, _)| *name == kind);
        let (_, reader) = reader.ok_or_else(|| unknown(&at, PIECES))?;
        pieces.push(reader(&piece, ignored)?);
        piece.finish(ignored);
    }
    Ok(pieces)
}
