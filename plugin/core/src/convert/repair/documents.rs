//! Documents: names that the service takes, each once in a request, and a text beside them.

use std::collections::HashSet;

use provider_interface::{ContentBlock, DocumentBlock, Message, ToolResultContent};

use super::Repairs;

/// API_runtime_DocumentBlock, name.
const MAX_LENGTH: usize = 200;

/// The name of a document whose own has no letter that is allowed.
const NO_NAME: &str = "document";

/// The text beside documents that come without one.
const NO_TEXT: &str = "(see the attached document)";

/// Makes names valid and unique, in the order of the conversation: a name depends on nothing that
/// comes after it, so that a cached prefix stays the same as the conversation grows.
pub(super) fn name(messages: &mut [Message], repairs: &mut Repairs) {
    let mut taken = HashSet::new();
    for block in messages.iter_mut().flat_map(|message| &mut message.content) {
        match block {
            ContentBlock::Document(document) => rename(document, &mut taken, repairs),
            ContentBlock::ToolResult(result) => {
                for part in &mut result.content {
                    if let ToolResultContent::Document(document) = part {
                        rename(document, &mut taken, repairs);
                    }
                }
            }
            _ => {}
        }
    }
}

fn rename(document: &mut DocumentBlock, taken: &mut HashSet<String>, repairs: &mut Repairs) {
    if !is_valid(&document.name) {
        document.name = valid(&document.name);
        repairs.note("document name made valid");
    }
    if taken.contains(&document.name) {
        document.name = numbered(&document.name, taken);
        repairs.note("document name made unique");
    }
    taken.insert(document.name.clone());
}

fn is_valid(name: &str) -> bool {
    (1..=MAX_LENGTH).contains(&name.len())
        && name.chars().all(is_allowed)
        && !name.contains("  ")
        && !name.trim().is_empty()
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || " -()[]".contains(c)
}

/// White space becomes one space, a run of anything else that isn't allowed one hyphen.
fn valid(name: &str) -> String {
    let mut valid = String::new();
    for c in name.trim().chars() {
        let c = match c {
            c if c.is_whitespace() => ' ',
            c if is_allowed(c) => {
                valid.push(c);
                continue;
            }
            _ => '-',
        };
        if !valid.ends_with(c) {
            valid.push(c);
        }
    }
    valid.truncate(MAX_LENGTH);
    let valid = valid.trim();
    if valid.contains(|c: char| c.is_ascii_alphanumeric()) {
        valid.to_owned()
    } else {
        NO_NAME.to_owned()
    }
}

fn numbered(name: &str, taken: &HashSet<String>) -> String {
    let mut number = 2_usize;
    loop {
        let suffix = format!(" ({number})");
        let room = MAX_LENGTH - suffix.len();
        let start = name.get(..room).unwrap_or(name).trim_end();
        let numbered = format!("{start}{suffix}");
        if !taken.contains(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// Puts a text before the documents of a message that has none.
pub(super) fn accompany(messages: &mut [Message], repairs: &mut Repairs) {
    for message in messages {
        let is_document = |block: &ContentBlock| matches!(block, ContentBlock::Document(_));
        let is_text = |block: &ContentBlock| matches!(block, ContentBlock::Text(_));
        let Some(first) = message.content.iter().position(is_document) else {
            continue;
        };
        if !message.content.iter().any(is_text) {
            let text = ContentBlock::Text(NO_TEXT.to_owned());
            message.content.insert(first, text);
            repairs.note("text put beside a document");
        }
    }
}
