//! Models without a system prompt: its text opens the first user message.

use std::mem::take;

use provider_interface::{ChatRequest, ContentBlock, Message, Role, SystemBlock};

use crate::convert::repair::Repairs;

pub(super) fn fold(request: &mut ChatRequest, repairs: &mut Repairs) {
    if request.system.is_empty() {
        return;
    }
    let blocks = take(&mut request.system)
        .into_iter()
        .filter_map(|block| match block {
            SystemBlock::Text(text) => Some(ContentBlock::Text(text)),
            SystemBlock::GuardContent(content) => Some(ContentBlock::GuardContent(content)),
            // What it marked isn't where it was.
            _ => None,
        });
    let opening = Message {
        role: Role::User,
        content: blocks.collect(),
    };
    // Repairs merge it with the user's first message, where that comes next.
    request.messages.insert(0, opening);
    repairs.note("system prompt put into the first user message");
}
