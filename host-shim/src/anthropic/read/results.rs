//! What tools answered.

use provider_interface::{
    CachePoint, ContentBlock, ToolResultBlock, ToolResultContent, ToolResultStatus,
};
use serde_json::value::RawValue;

use super::super::BEDROCK_TYPE;
use super::super::object::{Ignored, Object};
use super::blocks::{TextOrList, search_result, unknown};
use super::{cache_point, media};
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
        piece.json("json").map(ToolResultContent::Json)
    }),
];

/// A `tool_result`, and the cache point that its pieces ask for.
pub(super) fn tool_result(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<(ContentBlock, Option<CachePoint>), Refused> {
    let is_error: Option<bool> = block.optional("is_error")?;
    let status = is_error.map(|is_error| match is_error {
        true => ToolResultStatus::Error,
        false => ToolResultStatus::Success,
    });
    let (content, point) = pieces(block, ignored)?;
    let result = ToolResultBlock {
        tool_use_id: block.required("tool_use_id")?,
        content,
        status,
        kind: block.optional(BEDROCK_TYPE)?,
    };
    Ok((ContentBlock::ToolResult(result), point))
}

/// The result of one of the service's own tools, whose content has a form of its own: kept as it is.
pub(super) fn of_service(block: &Object<'_, '_>, kind: String) -> Result<ContentBlock, Refused> {
    let content = block.json("content")?;
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
) -> Result<(Vec<ToolResultContent>, Option<CachePoint>), Refused> {
    let Some(raw) = block.optional::<&RawValue>("content")? else {
        return Ok((Vec::new(), None));
    };
    let at = block.at().member("content");
    let list = match TextOrList::of(raw, &at)? {
        TextOrList::Text(text) => return Ok((vec![ToolResultContent::Text(text)], None)),
        TextOrList::List(list) => list,
    };
    let (mut pieces, mut point) = (Vec::with_capacity(list.len()), None);
    for (index, raw) in list.into_iter().enumerate() {
        let at = at.item(index);
        let piece = Object::read(raw, &at)?;
        let kind: String = piece.required("type")?;
        let reader = PIECES.iter().find(|(name, _)| *name == kind);
        let (_, reader) = reader.ok_or_else(|| unknown(&at, PIECES))?;
        pieces.push(reader(&piece, ignored)?);
        point = cache_point(&piece, ignored)?.or(point);
        piece.finish(ignored);
    }
    Ok((pieces, point))
}
