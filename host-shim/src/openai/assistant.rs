//! An assistant's message of the history → its blocks, in the order in which they came.

use std::collections::{BTreeMap, VecDeque};

use provider_interface::{
    Blob, CitationsContent, ContentBlock, ReasoningContent, ReasoningText, TextPiece, ToolUseBlock,
};

use super::history::{arguments, cache_point, parts, text_of};
use super::media;
use super::places::Placed;
use super::wire::{self, ReasoningDetail, ToolCall};
use crate::server::dialect::Refused;

/// Reads a message.
pub(super) fn blocks(place: &str, message: wire::Message) -> Result<Vec<ContentBlock>, Refused> {
    let mut others = VecDeque::new();
    let citations = placed(place, message.citations.unwrap_or_default())?;
    let mut texts = Vec::new();
    for (index, part) in parts(message.content).into_iter().enumerate() {
        let point = part.cache_control.as_ref().map(cache_point);
        let text = text_of(&format!("{place}.content[{index}]"), part)?;
        texts.push((text, point));
    }
    // Ranges are those of one text; a client that cut it up has lost what they meant.
    match (texts.len(), citations.is_empty()) {
        (1, false) => {
            let (text, point) = texts.remove(0);
            others.extend(cited(&text, citations));
            others.extend(point.map(ContentBlock::CachePoint));
        }
        _ => {
            for (text, point) in texts {
                others.extend((!text.is_empty()).then_some(ContentBlock::Text(text)));
                others.extend(point.map(ContentBlock::CachePoint));
            }
        }
    }
    others.extend(message.refusal.map(ContentBlock::Text));
    for (index, image) in message.images.unwrap_or_default().into_iter().enumerate() {
        let image = media::image(&format!("{place}.images[{index}]"), image)?;
        others.push_back(ContentBlock::Image(image));
    }
    for (index, call) in message
        .tool_calls
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        others.push_back(tool_use(&format!("{place}.tool_calls[{index}]"), call)?);
    }
    let reasoning = match message.reasoning_details {
        Some(details) if !details.is_empty() => details_to_blocks(place, details)?,
        _ => message
            .reasoning_content
            .filter(|text| !text.is_empty())
            .map_or_else(BTreeMap::new, |text| {
                BTreeMap::from([(0, reasoning_text(text, None))])
            }),
    };
    Ok(interleave(reasoning, others))
}

/// Reasoning stands where its index says; the rest fills the places between, in order.
fn interleave(
    reasoning: BTreeMap<u32, ContentBlock>,
    mut others: VecDeque<ContentBlock>,
) -> Vec<ContentBlock> {
    let mut blocks = Vec::with_capacity(reasoning.len() + others.len());
    for (index, block) in reasoning {
        while blocks.len() < index as usize
            && let Some(other) = others.pop_front()
        {
            blocks.push(other);
        }
        blocks.push(block);
    }
    blocks.extend(others);
    blocks
}

/// Pieces of one index are one block: clients keep them as they were streamed.
fn details_to_blocks(
    place: &str,
    details: Vec<ReasoningDetail>,
) -> Result<BTreeMap<u32, ContentBlock>, Refused> {
    let mut blocks = BTreeMap::new();
    for (number, detail) in details.into_iter().enumerate() {
        let place = format!("{place}.reasoning_details[{number}]");
        let index = detail
            .index
            .unwrap_or(u32::try_from(number).unwrap_or(u32::MAX));
        match (detail.kind.as_str(), detail.data) {
            ("reasoning.encrypted", Some(data)) => {
                let bytes = media::base64(&format!("{place}.data"), &data)?;
                let redacted = ReasoningContent::RedactedContent(Blob(bytes));
                blocks.insert(index, ContentBlock::ReasoningContent(redacted));
            }
            ("reasoning.text", _) => {
                let text = detail.text.unwrap_or_default();
                append(&mut blocks, index, text, detail.signature);
            }
            _ => {
                let sentence =
                    format!("`{place}` is no reasoning of this gateway; send it back as it came");
                return Err(Refused::invalid(place, sentence));
            }
        }
    }
    Ok(blocks)
}

fn append(
    blocks: &mut BTreeMap<u32, ContentBlock>,
    index: u32,
    more: String,
    more_signature: Option<String>,
) {
    match blocks.get_mut(&index) {
        Some(ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(ReasoningText {
            text,
            signature,
        }))) => {
            text.push_str(&more);
            if let Some(more) = more_signature {
                signature.get_or_insert_default().push_str(&more);
            }
        }
        _ => {
            blocks.insert(index, reasoning_text(more, more_signature));
        }
    }
}

fn reasoning_text(text: String, signature: Option<String>) -> ContentBlock {
    ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(ReasoningText {
        text,
        signature,
    }))
}

fn tool_use(place: &str, call: ToolCall) -> Result<ContentBlock, Refused> {
    let place = format!("{place}.function.arguments");
    Ok(ContentBlock::ToolUse(ToolUseBlock {
        tool_use_id: call.id,
        name: call.function.name,
        input: arguments(&place, call.function.arguments)?,
        kind: None,
    }))
}

/// A text cut where its citations say: cited pieces, and what lies between.
fn cited(text: &str, citations: Vec<Placed>) -> Vec<ContentBlock> {
    let mut by_range: BTreeMap<(usize, usize), Vec<_>> = BTreeMap::new();
    for placed in citations {
        let range = (placed.start_index, placed.end_index);
        by_range.entry(range).or_default().push(placed.citation);
    }
    let mut characters = text.chars();
    let mut at = 0;
    let mut blocks = Vec::new();
    let mut take = |until: usize| {
        let piece: String = characters.by_ref().take(until.saturating_sub(at)).collect();
        at = at.max(until);
        piece
    };
    for ((start, end), citations) in by_range {
        let before = take(start);
        blocks.extend((!before.is_empty()).then_some(ContentBlock::Text(before)));
        blocks.push(ContentBlock::CitationsContent(CitationsContent {
            content: Some(vec![TextPiece { text: take(end) }]),
            citations: Some(citations),
        }));
    }
    let rest = take(usize::MAX);
    blocks.extend((!rest.is_empty()).then_some(ContentBlock::Text(rest)));
    blocks
}

fn placed(place: &str, citations: Vec<provider_interface::Json>) -> Result<Vec<Placed>, Refused> {
    let read = |(index, text): (usize, provider_interface::Json)| {
        let place = format!("{place}.citations[{index}]");
        text.read().map_err(|error| {
            Refused::invalid(
                &place,
                format!("`{place}` is no citation of this gateway: {error}"),
            )
        })
    };
    citations.into_iter().enumerate().map(read).collect()
}
