//! Calls and their results: every call of the caller's tools is answered in the very next message,
//! by the user, before anything else that is said there.
//!
//! A result belongs to the nearest earlier call with its id that has none yet. The first result of a
//! call is its result; what else comes for it is told as text (dropped when it is the same), as is a
//! result that nobody asked for. A call that was never answered gets an error. Calls of the
//! service's own tools (`type` is set) are answered by the service, in the same turn: not looked at.

use std::collections::BTreeMap;
use std::mem::take;

use provider_interface::{
    ChatRequest, ContentBlock, Message, Role, ToolResultBlock, ToolResultContent, ToolResultStatus,
};

use super::ids::{self, Call};
use super::{NO_CONTENT, Repairs, is_object};

/// The answer to a call that has none.
const NO_RESULT: &str = "The call was not completed: there is no result.";

/// What stands before a result that is told as text.
const STRAY_RESULT: &str = "Result of another tool call:";

/// The blocks of the answer to each turn.
type Answers = BTreeMap<usize, Vec<ContentBlock>>;

pub(super) fn calls_a_tool(message: &Message) -> bool {
    let is_call =
        |block: &ContentBlock| matches!(block, ContentBlock::ToolUse(call) if call.kind.is_none());
    message.role == Role::Assistant && message.content.iter().any(is_call)
}

/// Expects alternating turns.
pub(super) fn pair(request: &mut ChatRequest, id_length: Option<usize>, repairs: &mut Repairs) {
    let messages = &mut request.messages;
    for block in messages.iter_mut().flat_map(|message| &mut message.content) {
        if let ContentBlock::ToolResult(result) = block {
            as_objects(result, repairs);
        }
    }
    let mut calls = ids::assign(messages, id_length, repairs);
    let mut answers = Answers::new();
    for (index, message) in messages.iter_mut().enumerate() {
        if message.role == Role::User {
            collect(message, index, &mut calls, &mut answers, repairs);
        }
    }
    for call in calls.iter().filter(|call| !call.is_answered) {
        let blocks = answers.entry(call.turn).or_default();
        blocks.push(ContentBlock::ToolResult(no_result(call)));
        repairs.note("error put as the result of a call that has none");
    }
    // From the end, since an insertion moves what follows.
    for (turn, blocks) in answers.into_iter().rev() {
        match messages.get_mut(turn + 1) {
            Some(next) if next.role == Role::User => {
                next.content.splice(0..0, blocks);
            }
            _ => {
                let answer = Message {
                    role: Role::User,
                    content: blocks,
                };
                messages.insert(turn + 1, answer);
            }
        }
    }
}

/// Takes the results out of a message, each with the cache point behind it.
fn collect(
    message: &mut Message,
    index: usize,
    calls: &mut [Call],
    answers: &mut Answers,
    repairs: &mut Repairs,
) {
    let mut rest = Vec::new();
    let mut last_turn = None;
    for block in take(&mut message.content) {
        match (block, last_turn) {
            (ContentBlock::ToolResult(mut result), _) => {
                last_turn = match find(calls, index, &result.tool_use_id) {
                    Some(call) if !call.is_answered => {
                        call.is_answered = true;
                        call.sent.clone_into(&mut result.tool_use_id);
                        let is_in_place = call.turn + 1 == index && rest.is_empty();
                        repairs.note_if(!is_in_place, "tool result moved to its call");
                        let blocks = answers.entry(call.turn).or_default();
                        blocks.push(ContentBlock::ToolResult(result));
                        Some(call.turn)
                    }
                    Some(call) if is_repeated(&result, call, answers) => {
                        repairs.note("repeated tool result dropped");
                        None
                    }
                    _ => {
                        rest.extend(as_text(result, STRAY_RESULT));
                        repairs.note("tool result without a call told as text");
                        None
                    }
                };
            }
            (point @ ContentBlock::CachePoint(_), Some(turn)) => {
                answers.entry(turn).or_default().push(point);
            }
            (other, _) => {
                rest.push(other);
                last_turn = None;
            }
        }
    }
    message.content = rest;
}

/// The nearest call before a message with that id: one that has no result, if there is one; of
/// several in one turn the first.
fn find<'a>(calls: &'a mut [Call], index: usize, id: &str) -> Option<&'a mut Call> {
    let earlier = calls.partition_point(|call| call.turn < index);
    let mut found: Option<(usize, &Call)> = None;
    for (at, call) in calls.iter().enumerate().take(earlier).rev() {
        if found.is_some_and(|(_, best)| !best.is_answered && best.turn != call.turn) {
            break;
        }
        let is_better = found.is_none() || !call.is_answered;
        if call.asked == id && is_better {
            found = Some((at, call));
        }
    }
    let (at, _) = found?;
    calls.get_mut(at)
}

/// The service takes objects only; anything else is told as the text that it is.
fn as_objects(result: &mut ToolResultBlock, repairs: &mut Repairs) {
    for part in &mut result.content {
        if let ToolResultContent::Json(json) = part
            && !is_object(json)
        {
            *part = ToolResultContent::Text(json.as_str().to_owned());
            repairs.note("JSON of a tool result that is no object told as text");
        }
    }
}

fn is_repeated(result: &ToolResultBlock, call: &Call, answers: &Answers) -> bool {
    let mut blocks = answers.get(&call.turn).into_iter().flatten();
    blocks.any(|block| {
        matches!(block, ContentBlock::ToolResult(first)
            if first.tool_use_id == call.sent && first.content == result.content)
    })
}

/// What a result says, without the call that it answers.
pub(in crate::convert) fn as_text(result: ToolResultBlock, heading: &str) -> Vec<ContentBlock> {
    let says_nothing = |part: &ToolResultContent| matches!(part, ToolResultContent::Text(text) if text == NO_CONTENT);
    if result.content.iter().all(says_nothing) {
        return Vec::new();
    }
    let heading = ContentBlock::Text(heading.to_owned());
    let parts = result.content.into_iter().filter_map(|part| match part {
        ToolResultContent::Text(text) => Some(ContentBlock::Text(text)),
        ToolResultContent::Json(json) => Some(ContentBlock::Text(json.as_str().to_owned())),
        ToolResultContent::Image(image) => Some(ContentBlock::Image(image)),
        ToolResultContent::Document(document) => Some(ContentBlock::Document(document)),
        ToolResultContent::Video(video) => Some(ContentBlock::Video(video)),
        ToolResultContent::SearchResult(found) => Some(ContentBlock::SearchResult(found)),
        // A kind that this version doesn't know can't have been read.
        _ => None,
    });
    std::iter::once(heading).chain(parts).collect()
}

fn no_result(call: &Call) -> ToolResultBlock {
    ToolResultBlock {
        tool_use_id: call.sent.clone(),
        content: vec![ToolResultContent::Text(NO_RESULT.to_owned())],
        status: Some(ToolResultStatus::Error),
        kind: None,
    }
}
