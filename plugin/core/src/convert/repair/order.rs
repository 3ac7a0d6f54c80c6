//! Within the assistant's turn: reasoning, then what it says, then its calls. And the end of an
//! answer that the model is to go on with: no white space.

use std::mem::take;

use provider_interface::{ContentBlock, Message, Role};

use super::Repairs;

pub(super) fn sort(messages: &mut [Message], repairs: &mut Repairs) {
    for message in messages.iter_mut().filter(|m| m.role == Role::Assistant) {
        let ranks = ranks(&message.content);
        if ranks.is_sorted() {
            continue;
        }
        repairs.note("blocks of an assistant message put in order");
        let mut ranked: Vec<_> = ranks.into_iter().zip(take(&mut message.content)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        message.content = ranked.into_iter().map(|(_, block)| block).collect();
    }
}

fn ranks(blocks: &[ContentBlock]) -> Vec<u8> {
    const REASONING: u8 = 0;
    const SAID: u8 = 1;
    const CALL: u8 = 2;
    // With tools of the service in it, a turn has several rounds, each with its reasoning: that
    // order is the model's, and signed.
    let has_rounds = blocks
        .iter()
        .any(|block| matches!(block, ContentBlock::ToolUse(call) if call.kind.is_some()));
    let mut last = SAID;
    let rank = |block: &ContentBlock| {
        last = match block {
            ContentBlock::ReasoningContent(_) if !has_rounds => REASONING,
            ContentBlock::ToolUse(call) if call.kind.is_none() => CALL,
            // It marks the block before it.
            ContentBlock::CachePoint(_) => last,
            _ => SAID,
        };
        last
    };
    blocks.iter().map(rank).collect()
}

pub(super) fn trim_end(messages: &mut [Message], repairs: &mut Repairs) {
    let Some(last) = messages.last_mut().filter(|m| m.role == Role::Assistant) else {
        return;
    };
    let is_content = |block: &&mut ContentBlock| !matches!(block, ContentBlock::CachePoint(_));
    if let Some(ContentBlock::Text(text)) = last.content.iter_mut().rev().find(is_content) {
        let end = text.trim_end().len();
        repairs.note_if(end < text.len(), "white space at the end of the answer cut");
        text.truncate(end);
    }
}
