//! Blank texts: the service refuses them wherever they stand. Signed reasoning is never touched.

use provider_interface::{
    ChatRequest, CitationsContent, ContentBlock, DocumentBlock, DocumentSource, GuardContent,
    ReasoningContent, SearchResultBlock, SystemBlock, TextPiece, ToolResultBlock,
    ToolResultContent,
};

use super::{NO_CONTENT, Repairs};

const DROPPED: &str = "blank text dropped";
const FILLED: &str = "placeholder put where a text is needed";

pub(super) fn drop_blanks(request: &mut ChatRequest, repairs: &mut Repairs) {
    for message in &mut request.messages {
        for block in &mut message.content {
            inside(block, repairs);
        }
        retain(&mut message.content, repairs, |block| !is_blank(block));
    }
    retain(&mut request.system, repairs, |block| match block {
        SystemBlock::Text(text) => !blank(text),
        SystemBlock::GuardContent(content) => !is_blank_guard(content),
        _ => true,
    });
}

fn inside(block: &mut ContentBlock, repairs: &mut Repairs) {
    match block {
        ContentBlock::ToolResult(result) => tool_result(result, repairs),
        ContentBlock::Document(document) => document_text(document, repairs),
        ContentBlock::SearchResult(result) => search_result(result, repairs),
        ContentBlock::CitationsContent(CitationsContent {
            content: Some(pieces),
            ..
        }) => drop_pieces(pieces, repairs),
        _ => {}
    }
}

fn tool_result(result: &mut ToolResultBlock, repairs: &mut Repairs) {
    for part in &mut result.content {
        match part {
            ToolResultContent::Document(document) => document_text(document, repairs),
            ToolResultContent::SearchResult(found) => search_result(found, repairs),
            _ => {}
        }
    }
    retain(&mut result.content, repairs, |part| match part {
        ToolResultContent::Text(text) => !blank(text),
        _ => true,
    });
    // The result of a tool that the service ran is the service's, empty or not.
    if result.content.is_empty() && result.kind.is_none() {
        let placeholder = ToolResultContent::Text(NO_CONTENT.to_owned());
        result.content.push(placeholder);
        repairs.note(FILLED);
    }
}

/// A document stays, for its name says something as well.
fn document_text(document: &mut DocumentBlock, repairs: &mut Repairs) {
    match &mut document.source {
        DocumentSource::Text(text) if blank(text) => {
            NO_CONTENT.clone_into(text);
            repairs.note(FILLED);
        }
        DocumentSource::Content(pieces) => needed_pieces(pieces, repairs),
        _ => {}
    }
}

fn search_result(result: &mut SearchResultBlock, repairs: &mut Repairs) {
    needed_pieces(&mut result.content, repairs);
}

fn needed_pieces(pieces: &mut Vec<TextPiece>, repairs: &mut Repairs) {
    drop_pieces(pieces, repairs);
    if pieces.is_empty() {
        let text = NO_CONTENT.to_owned();
        pieces.push(TextPiece { text });
        repairs.note(FILLED);
    }
}

fn drop_pieces(pieces: &mut Vec<TextPiece>, repairs: &mut Repairs) {
    retain(pieces, repairs, |piece| !blank(&piece.text));
}

fn is_blank(block: &ContentBlock) -> bool {
    match block {
        ContentBlock::Text(text) => blank(text),
        ContentBlock::GuardContent(content) => is_blank_guard(content),
        ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(reasoning)) => {
            let is_signed = reasoning.signature.as_ref().is_some_and(|s| !s.is_empty());
            !is_signed && blank(&reasoning.text)
        }
        ContentBlock::CitationsContent(cited) => {
            cited.content.as_ref().is_none_or(Vec::is_empty)
                && cited.citations.as_ref().is_none_or(Vec::is_empty)
        }
        _ => false,
    }
}

fn is_blank_guard(content: &GuardContent) -> bool {
    matches!(content, GuardContent::Text(guarded) if blank(&guarded.text))
}

pub(super) fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn retain<T>(list: &mut Vec<T>, repairs: &mut Repairs, keep: impl FnMut(&T) -> bool) {
    let before = list.len();
    list.retain(keep);
    repairs.note_if(list.len() < before, DROPPED);
}
