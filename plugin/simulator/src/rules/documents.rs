//! Rules on documents: names, companions, sizes.

use std::collections::HashSet;

use serde_json::Value;

use super::{Conversation, Rule, Turn, list};
use crate::error::Refusal;

/// API_runtime_Message: "You can include up to five documents."
const MAX_DOCUMENTS: usize = 5;
/// API_runtime_Message: "Each document's size must be no more than 4.5 MB."
const MAX_DOCUMENT_BYTES: usize = 4_500_000;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "a_document_stands_beside_a_text",
        source: "API_runtime_Message: If you include a ContentBlock with a document field in the array, you must also include a ContentBlock with a text field",
        check: beside_text,
    },
    Rule {
        name: "a_document_name_has_plain_characters_and_single_spaces",
        source: "API_runtime_DocumentBlock, name: alphanumerics, whitespace (no more than one in a row), hyphens, parentheses, square brackets",
        check: plain_names,
    },
    Rule {
        name: "document_names_are_unique",
        source: "Converse, ValidationException: Messages can't contain duplicate document names",
        check: unique_names,
    },
    Rule {
        name: "there_are_at_most_five_documents",
        source: "API_runtime_Message: You can include up to five documents",
        check: few,
    },
    Rule {
        name: "a_document_has_at_most_4_5_mb",
        source: "API_runtime_Message: Each document's size must be no more than 4.5 MB",
        check: small,
    },
];

/// The documents of a turn, those inside tool results included.
fn documents<'a>(turn: Turn<'a>) -> impl Iterator<Item = &'a Value> {
    let direct = turn.members("document");
    let nested = turn
        .members("toolResult")
        .flat_map(|result| list(&result["content"]));
    direct.chain(nested.filter_map(|part| part.get("document")))
}

fn all<'a>(conversation: &Conversation<'a>) -> impl Iterator<Item = &'a Value> {
    conversation.messages().flat_map(documents)
}

fn name(document: &Value) -> &str {
    document["name"].as_str().unwrap_or_default()
}

fn beside_text(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for turn in conversation.messages() {
        if turn.members("document").next().is_some() && turn.members("text").next().is_none() {
            return Err(Refusal::validation(
                "A text block must be included when using documents.",
            ));
        }
    }
    Ok(())
}

fn plain_names(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let plain = |name: &str| {
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "-()[]".contains(c);
        let spaces: Vec<bool> = name.chars().map(char::is_whitespace).collect();
        name.chars().all(allowed) && !spaces.windows(2).any(|pair| pair[0] && pair[1])
    };
    match all(conversation).find(|document| !plain(name(document))) {
        None => Ok(()),
        Some(_) => Err(Refusal::validation(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, \
             and square brackets. The name can't contain more than one consecutive whitespace character.",
        )),
    }
}

fn unique_names(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    match all(conversation).find(|document| !seen.insert(name(document))) {
        None => Ok(()),
        Some(_) => Err(Refusal::validation(
            "Messages can't contain duplicate document names. Rename the document and retry your request.",
        )),
    }
}

fn few(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let count = all(conversation).count();
    if count <= MAX_DOCUMENTS {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "You can't include more than {MAX_DOCUMENTS} documents in a request."
    )))
}

fn small(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    // Base64 holds three bytes in four characters.
    let size = |document: &Value| {
        document["source"]["bytes"]
            .as_str()
            .map_or(0, |text| text.len() / 4 * 3)
    };
    match all(conversation).find(|document| size(document) > MAX_DOCUMENT_BYTES) {
        None => Ok(()),
        Some(large) => Err(Refusal::validation(format!(
            "The document {} exceeds the maximum size of 4.5 MB.",
            name(large)
        ))),
    }
}
