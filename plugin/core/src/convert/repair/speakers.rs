//! Who may say what: media and the results of the caller's tools are the user's; calls, reasoning
//! and cited text the assistant's. A block of the wrong side gets a message of the right side, at
//! its place: the order of the conversation is kept, and nothing is lost.

use std::mem::take;

use provider_interface::{ContentBlock, Message, Role};

use super::Repairs;

pub(super) fn separate(messages: &mut Vec<Message>, repairs: &mut Repairs) {
    if messages.iter().all(is_one_voice) {
        return;
    }
    repairs.note("block given to the side that may say it");
    for message in take(messages) {
        if is_one_voice(&message) {
            messages.push(message);
        } else {
            split(message, messages);
        }
    }
}

fn split(message: Message, messages: &mut Vec<Message>) {
    let mut run = Message {
        role: message.role.clone(),
        content: Vec::new(),
    };
    for block in message.content {
        let role = match (&block, speaker(&block)) {
            (_, Some(role)) => role,
            // It marks the block before it.
            (ContentBlock::CachePoint(_), None) => run.role.clone(),
            (_, None) => message.role.clone(),
        };
        if role != run.role {
            let content = Vec::new();
            let ended = std::mem::replace(&mut run, Message { role, content });
            messages.extend(Some(ended).filter(|run| !run.content.is_empty()));
        }
        run.content.push(block);
    }
    messages.push(run);
}

/// A role that this version doesn't know may say anything.
fn is_one_voice(message: &Message) -> bool {
    let other = |block| speaker(block).is_some_and(|role| role != message.role);
    matches!(message.role, Role::Other(_)) || !message.content.iter().any(other)
}

/// The only side that may say it, if there is one.
fn speaker(block: &ContentBlock) -> Option<Role> {
    match block {
        ContentBlock::Image(_)
        | ContentBlock::Document(_)
        | ContentBlock::Video(_)
        | ContentBlock::Audio(_)
        | ContentBlock::SearchResult(_) => Some(Role::User),
        // What the service's own tools answered stands in the assistant's turn.
        ContentBlock::ToolResult(result) if result.kind.is_none() => Some(Role::User),
        ContentBlock::ToolResult(_)
        | ContentBlock::ToolUse(_)
        | ContentBlock::ReasoningContent(_)
        | ContentBlock::CitationsContent(_) => Some(Role::Assistant),
        _ => None,
    }
}
