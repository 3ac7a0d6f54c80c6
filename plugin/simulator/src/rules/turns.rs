//! Rules on the order of messages and on who may say what.

use std::collections::HashSet;

use super::{Conversation, Rule, is_blank};
use crate::error::Refusal;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "a_conversation_has_a_message",
        source: "API_runtime_ConverseStream, messages: needed unless modelId is a prompt",
        check: a_message,
    },
    Rule {
        name: "a_message_has_content",
        source: "Converse, ValidationException: The content field in the Message object at … is empty",
        check: some_content,
    },
    Rule {
        name: "the_first_message_is_the_user_s",
        source: "User guide, Carry out a conversation with the Converse API: start with a user message",
        check: user_first,
    },
    Rule {
        name: "roles_alternate",
        source: "Converse, ValidationException: A conversation must alternate between user and assistant roles",
        check: alternate,
    },
    Rule {
        name: "the_last_message_calls_no_tool",
        source: "User guide, Call a tool with the Converse API: the toolResult follows in a user message",
        check: no_call_last,
    },
    Rule {
        name: "every_tool_use_has_its_result_in_the_next_message",
        source: "Converse, ValidationException: Expected toolResult blocks at … for the following Ids",
        check: results_follow,
    },
    Rule {
        name: "every_tool_result_answers_a_call",
        source: "Converse, ValidationException: The number of toolResult blocks at … exceeds the number of toolUse blocks",
        check: results_answer,
    },
    Rule {
        name: "tool_use_ids_are_unique",
        source: "Anthropic Messages API through Converse: `tool_use` ids must be unique",
        check: unique_calls,
    },
    Rule {
        name: "only_the_assistant_calls_tools_and_reasons",
        source: "API_runtime_ContentBlock: toolUse and reasoningContent come from the model",
        check: assistant_only,
    },
    Rule {
        name: "only_the_user_sends_media_and_results",
        source: "API_runtime_Message: You can only include images and documents if the role is user",
        check: user_only,
    },
    Rule {
        name: "the_final_assistant_text_has_no_trailing_white_space",
        source: "Anthropic Messages API through Converse: final assistant content cannot end with trailing whitespace",
        check: no_trailing_space,
    },
];

fn a_message(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    // CountTokens for InvokeModel has no conversation; a prompt brings its own messages.
    if conversation.body.is_null()
        || conversation.messages().next().is_some()
        || !conversation.body["promptVariables"].is_null()
    {
        return Ok(());
    }
    Err(Refusal::validation(
        "The messages field in the Converse request is empty. Add a Message object and try again.",
    ))
}

fn some_content(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match conversation.messages().find(|turn| turn.blocks.is_empty()) {
        None => Ok(()),
        Some(turn) => Err(Refusal::validation(format!(
            "The content field in the Message object at messages.{} is empty. Add a ContentBlock object to the content \
             field and try again.",
            turn.index
        ))),
    }
}

/// `system` messages (tool additions and removals) stand between the turns and don't count as turns.
fn roles<'a>(conversation: &Conversation<'a>) -> impl Iterator<Item = &'a str> {
    conversation
        .messages()
        .map(|turn| turn.role)
        .filter(|role| *role != "system")
}

fn user_first(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match roles(conversation).next() {
        None | Some("user") => Ok(()),
        Some(_) => Err(Refusal::validation(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        )),
    }
}

fn alternate(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let roles: Vec<&str> = roles(conversation).collect();
    if roles.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(());
    }
    Err(Refusal::validation(
        "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between \
         user and assistant roles and try again.",
    ))
}

fn no_call_last(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match conversation.messages().next_back() {
        Some(turn) if !client_calls(turn).is_empty() => {
            Err(expected_results(turn.index + 1, &client_calls(turn)))
        }
        _ => Ok(()),
    }
}

/// Server tools answer inside the same assistant turn.
fn client_calls(turn: super::Turn<'_>) -> Vec<&str> {
    let calls = turn
        .members("toolUse")
        .filter(|call| call["type"] != "server_tool_use");
    calls
        .filter_map(|call| call["toolUseId"].as_str())
        .collect()
}

fn expected_results(message: usize, ids: &[&str]) -> Refusal {
    Refusal::validation(format!(
        "Expected toolResult blocks at messages.{message}.content for the following Ids: {}",
        ids.join(", ")
    ))
}

fn results_follow(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let turns: Vec<_> = conversation
        .messages()
        .filter(|turn| turn.role != "system")
        .collect();
    for pair in turns.windows(2) {
        let answered = pair[1].ids("toolResult");
        let missing: Vec<&str> = client_calls(pair[0])
            .into_iter()
            .filter(|id| !answered.contains(id))
            .collect();
        if !missing.is_empty() {
            return Err(expected_results(pair[1].index, &missing));
        }
    }
    Ok(())
}

fn results_answer(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut calls = Vec::new();
    for turn in conversation.messages().filter(|turn| turn.role != "system") {
        if turn.role == "user" {
            let answers = turn.ids("toolResult");
            let unique: HashSet<&str> = answers.iter().copied().collect();
            if unique.len() < answers.len() || !answers.iter().all(|id| calls.contains(id)) {
                return Err(Refusal::validation(format!(
                    "The number of toolResult blocks at messages.{}.content exceeds the number of toolUse blocks of \
                     previous turn.",
                    turn.index
                )));
            }
        }
        calls = client_calls(turn);
    }
    Ok(())
}

fn unique_calls(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for (place, block) in conversation.blocks() {
        let id = block["toolUse"]["toolUseId"].as_str();
        if id.is_some_and(|id| !seen.insert(id)) {
            return Err(Refusal::by_model(&format!(
                "{place}: `tool_use` ids must be unique"
            )));
        }
    }
    Ok(())
}

fn assistant_only(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    misplaced(
        conversation,
        "user",
        &["toolUse", "reasoningContent", "citationsContent"],
    )
}

fn user_only(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    // A server tool's result stands in the assistant's own turn and says so by its `type`.
    for turn in conversation
        .messages()
        .filter(|turn| turn.role == "assistant")
    {
        if turn
            .members("toolResult")
            .any(|result| result["type"].is_null())
        {
            return Err(not_in_turn("toolResult", turn.index, "assistant"));
        }
    }
    misplaced(
        conversation,
        "assistant",
        &["image", "document", "video", "audio", "searchResult"],
    )
}

fn misplaced(
    conversation: &Conversation<'_>,
    role: &str,
    kinds: &[&'static str],
) -> Result<(), Refusal> {
    for turn in conversation.messages().filter(|turn| turn.role == role) {
        if let Some(kind) = kinds
            .iter()
            .find(|kind| turn.members(kind).next().is_some())
        {
            return Err(not_in_turn(kind, turn.index, role));
        }
    }
    Ok(())
}

fn not_in_turn(kind: &str, message: usize, role: &str) -> Refusal {
    Refusal::validation(format!(
        "messages.{message}: content blocks of the type {kind} can't be provided with the role {role}. Change the role or \
         remove the content blocks and try again."
    ))
}

fn no_trailing_space(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let last = conversation
        .messages()
        .next_back()
        .filter(|turn| turn.role == "assistant");
    let text = last
        .and_then(|turn| turn.blocks.last())
        .and_then(|block| block["text"].as_str());
    match text {
        Some(text) if !is_blank(text) && text.ends_with(char::is_whitespace) => {
            Err(Refusal::by_model(
                "messages: final assistant content cannot end with trailing whitespace",
            ))
        }
        _ => Ok(()),
    }
}
