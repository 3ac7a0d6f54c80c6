//! The blocks of a message.

use provider_interface::{
    Blob, CachePoint, CitationsContent, ContentBlock, Json, ReasoningContent, ReasoningText,
    SearchResultBlock, TextPiece, ToolUseBlock,
};
use serde_json::value::RawValue;

use super::super::citation;
use super::super::object::{At, Ignored, Member, Object};
use super::super::{BEDROCK_TYPE, SERVER_TOOL_USE, TOOL_RESULT_SUFFIX};
use super::{cache_point, media, results};
use crate::server::dialect::Refused;

/// How a block is read.
enum Reader {
    Block(fn(&Object<'_, '_>, &mut Ignored) -> Result<ContentBlock, Refused>),
    /// Its pieces may ask for a cache point, which can only stand behind the whole.
    ToolResult,
}

/// What each type of block becomes. Types that end in `_tool_result` are the service's own tools'.
const BLOCKS: &[(&str, Reader)] = &[
    ("text", Reader::Block(text)),
    ("image", Reader::Block(image)),
    ("document", Reader::Block(document)),
    ("search_result", Reader::Block(found)),
    ("tool_use", Reader::Block(tool_use)),
    (SERVER_TOOL_USE, Reader::Block(tool_use)),
    ("tool_result", Reader::ToolResult),
    ("thinking", Reader::Block(thinking)),
    ("redacted_thinking", Reader::Block(redacted)),
];

/// The member `content` of a message: a text or a list of blocks, a cache point behind each that
/// asks for one.
pub(super) fn content(
    message: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Vec<ContentBlock>, Refused> {
    let at = message.at().member("content");
    let list = match TextOrList::of(message.required("content")?, &at)? {
        TextOrList::Text(text) => return Ok(vec![ContentBlock::Text(text)]),
        TextOrList::List(list) => list,
    };
    let mut blocks = Vec::with_capacity(list.len());
    for (index, raw) in list.into_iter().enumerate() {
        let at = at.item(index);
        let block = Object::read(raw, &at)?;
        let kind: String = block.required("type")?;
        let reader = BLOCKS.iter().find(|(name, _)| *name == kind);
        let (read, within) = match reader {
            Some((_, Reader::Block(read))) => (read(&block, ignored)?, None),
            Some((_, Reader::ToolResult)) => results::tool_result(&block, ignored)?,
            None if kind.ends_with(TOOL_RESULT_SUFFIX) => {
                (results::of_service(&block, kind)?, None)
            }
            None => return Err(unknown(&at, BLOCKS)),
        };
        blocks.push(read);
        let point = cache_point(&block, ignored)?.or(within);
        blocks.extend(point.map(ContentBlock::CachePoint));
        block.finish(ignored);
    }
    Ok(blocks)
}

/// The refusal of a block whose type is not in the table.
pub(super) fn unknown<R>(block: &At<'_>, known: &[(&str, R)]) -> Refused {
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    block
        .member("type")
        .refuse(format_args!("must be one of {names}"))
}

/// What may be given as a text or as a list of blocks.
pub(super) enum TextOrList<'a> {
    Text(String),
    List(Vec<&'a RawValue>),
}

impl<'a> TextOrList<'a> {
    pub(super) fn of(raw: &'a RawValue, at: &At<'_>) -> Result<Self, Refused> {
        match raw.get().as_bytes().first() {
            Some(b'"') => String::read(raw, at).map(Self::Text),
            Some(b'[') => Vec::read(raw, at).map(Self::List),
            _ => Err(at.refuse("must be a string or a list of blocks")),
        }
    }
}

/// A text or a list of text blocks, with the cache points that they ask for.
pub(super) struct Texts(pub(super) Vec<(String, Option<CachePoint>)>);

impl Texts {
    pub(super) fn read(
        object: &Object<'_, '_>,
        name: &str,
        ignored: &mut Ignored,
    ) -> Result<Option<Self>, Refused> {
        let Some(raw) = object.optional(name)? else {
            return Ok(None);
        };
        let at = object.at().member(name);
        let list = match TextOrList::of(raw, &at)? {
            TextOrList::Text(text) => return Ok(Some(Self(vec![(text, None)]))),
            TextOrList::List(list) => list,
        };
        let mut texts = Vec::with_capacity(list.len());
        for (index, raw) in list.into_iter().enumerate() {
            let at = at.item(index);
            let block = Object::read(raw, &at)?;
            if block.required::<String>("type")? != "text" {
                return Err(at
                    .member("type")
                    .refuse("must be text: nothing else can stand here"));
            }
            texts.push((block.required("text")?, cache_point(&block, ignored)?));
            block.finish(ignored);
        }
        Ok(Some(Self(texts)))
    }

    /// The texts alone.
    pub(super) fn pieces(self) -> Vec<TextPiece> {
        self.0
            .into_iter()
            .map(|(text, _)| TextPiece { text })
            .collect()
    }
}

fn text(block: &Object<'_, '_>, _: &mut Ignored) -> Result<ContentBlock, Refused> {
    let text: String = block.required("text")?;
    let citations = citation::read(block)?;
    if citations.is_empty() {
        return Ok(ContentBlock::Text(text));
    }
    Ok(ContentBlock::CitationsContent(CitationsContent {
        content: Some(vec![TextPiece { text }]),
        citations: Some(citations),
    }))
}

fn image(block: &Object<'_, '_>, ignored: &mut Ignored) -> Result<ContentBlock, Refused> {
    media::image(block, ignored).map(ContentBlock::Image)
}

fn document(block: &Object<'_, '_>, ignored: &mut Ignored) -> Result<ContentBlock, Refused> {
    media::document(block, ignored).map(ContentBlock::Document)
}

fn found(block: &Object<'_, '_>, ignored: &mut Ignored) -> Result<ContentBlock, Refused> {
    search_result(block, ignored).map(ContentBlock::SearchResult)
}

pub(super) fn search_result(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<SearchResultBlock, Refused> {
    let texts = Texts::read(block, "content", ignored)?;
    let texts = texts.ok_or_else(|| block.at().member("content").refuse("is missing"))?;
    Ok(SearchResultBlock {
        source: block.required("source")?,
        title: block.required("title")?,
        content: texts.pieces(),
        citations: media::citations(block, ignored)?,
    })
}

/// A call, of the caller's tools or of the service's own.
fn tool_use(block: &Object<'_, '_>, _: &mut Ignored) -> Result<ContentBlock, Refused> {
    let input: Json = block.optional("input")?.unwrap_or_else(Json::empty_object);
    if !input.as_str().starts_with('{') {
        return Err(block.at().member("input").refuse("must be an object"));
    }
    let of_service = block.required::<String>("type")? == SERVER_TOOL_USE;
    let named: Option<String> = block.optional(BEDROCK_TYPE)?;
    // Bedrock's models call their tools themselves.
    block.optional::<&RawValue>("caller")?;
    Ok(ContentBlock::ToolUse(ToolUseBlock {
        tool_use_id: block.required("id")?,
        name: block.required("name")?,
        input,
        kind: named.or(of_service.then(|| SERVER_TOOL_USE.to_owned())),
    }))
}

fn thinking(block: &Object<'_, '_>, _: &mut Ignored) -> Result<ContentBlock, Refused> {
    let signature: Option<String> = block.optional("signature")?;
    Ok(ContentBlock::ReasoningContent(
        ReasoningContent::ReasoningText(ReasoningText {
            text: block.required("thinking")?,
            // An unsigned block is written with an empty one.
            signature: signature.filter(|signature| !signature.is_empty()),
        }),
    ))
}

fn redacted(block: &Object<'_, '_>, _: &mut Ignored) -> Result<ContentBlock, Refused> {
    let data: Blob = block.required("data")?;
    Ok(ContentBlock::ReasoningContent(
        ReasoningContent::RedactedContent(data),
    ))
}
