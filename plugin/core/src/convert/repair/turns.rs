//! Turns: the user begins, the sides take turns, and none says nothing.
//!
//! Messages of the role `system` (tools that come and go in the midst of a conversation) are no
//! turns. They stay where they are, unless they stand between two messages of one side, or between
//! a call and its results: then they come after.

use std::mem::take;

use provider_interface::{ContentBlock, Message, Role};

use super::results::calls_a_tool;
use super::{NO_CONTENT, Repairs};

/// What the user "said" before an assistant that speaks first.
const OPENING: &str = "(start of the conversation)";

pub(super) fn merge(messages: &mut Vec<Message>, repairs: &mut Repairs) {
    let mut last_turn = None;
    for message in take(messages) {
        if message.role == Role::System {
            if is_hollow(&message) {
                repairs.note("empty message dropped");
            } else {
                messages.push(message);
            }
            continue;
        }
        match last_turn {
            Some(at) if same_role(messages, at, &message.role) => {
                append(messages, at, message);
                repairs.note("neighbouring messages of one side merged");
            }
            Some(at) if at + 1 < messages.len() && calls(messages, at) => {
                messages.insert(at + 1, message);
                last_turn = Some(at + 1);
                repairs.note("system message moved behind the results of a call");
            }
            _ => {
                last_turn = Some(messages.len());
                messages.push(message);
            }
        }
    }
}

fn same_role(messages: &[Message], at: usize, role: &Role) -> bool {
    messages
        .get(at)
        .is_some_and(|message| message.role == *role)
}

fn calls(messages: &[Message], at: usize) -> bool {
    messages.get(at).is_some_and(calls_a_tool)
}

fn append(messages: &mut [Message], at: usize, message: Message) {
    if let Some(before) = messages.get_mut(at) {
        before.content.extend(message.content);
    }
}

/// An assistant that says nothing at either end is dropped: it would need an opening, or be the
/// beginning of the answer. Within the conversation a placeholder keeps the two sides apart.
pub(super) fn fill(messages: &mut Vec<Message>, repairs: &mut Repairs) {
    drop_hollow_assistant(messages, first_turn, repairs);
    drop_hollow_assistant(messages, last_turn, repairs);
    for message in messages.iter_mut().filter(|message| is_hollow(message)) {
        message.content = vec![ContentBlock::Text(NO_CONTENT.to_owned())];
        repairs.note("placeholder put into an empty message");
    }
    let first = first_turn(messages);
    let has_opening = first.is_some_and(|at| same_role(messages, at, &Role::User));
    if !has_opening {
        let at = first.unwrap_or(messages.len());
        messages.insert(at, Message::text(Role::User, OPENING));
        repairs.note("user message put before an assistant that speaks first");
    }
}

fn drop_hollow_assistant(
    messages: &mut Vec<Message>,
    which: fn(&[Message]) -> Option<usize>,
    repairs: &mut Repairs,
) {
    let found = which(messages).filter(|at| {
        let message = messages.get(*at);
        message.is_some_and(|message| message.role == Role::Assistant && is_hollow(message))
    });
    if let Some(at) = found {
        messages.remove(at);
        repairs.note("empty message dropped");
    }
}

fn first_turn(messages: &[Message]) -> Option<usize> {
    messages.iter().position(|m| m.role != Role::System)
}

fn last_turn(messages: &[Message]) -> Option<usize> {
    messages.iter().rposition(|m| m.role != Role::System)
}

/// Cache points alone say nothing.
fn is_hollow(message: &Message) -> bool {
    let is_point = |block| matches!(block, &ContentBlock::CachePoint(_));
    message.content.iter().all(is_point)
}
