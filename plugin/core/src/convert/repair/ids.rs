//! Ids of calls: letters the model takes, and never twice the same.

use std::collections::{HashMap, HashSet};

use provider_interface::{ContentBlock, Message};

use super::Repairs;
use super::hash::hash;

/// API_runtime_ToolUseBlock, toolUseId. It allows `.` and `:` too, which not every model does.
const MAX_LENGTH: usize = 64;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A call of one of the caller's tools.
pub(super) struct Call {
    /// The index of its message.
    pub(super) turn: usize,
    /// Its id as the caller has it.
    pub(super) asked: String,
    /// Its id as it is sent.
    pub(super) sent: String,
    pub(super) is_answered: bool,
}

/// Gives every call an id that fits and is its own. An id that does both stays; of several calls
/// with one id the first keeps it.
pub(super) fn assign(
    messages: &mut [Message],
    exactly: Option<usize>,
    repairs: &mut Repairs,
) -> Vec<Call> {
    let mut ids = Ids::of(messages, exactly);
    let mut calls = Vec::new();
    for (turn, message) in messages.iter_mut().enumerate() {
        // Results of the service's own tools follow their call in the same turn.
        let mut server_ids = HashMap::new();
        for block in &mut message.content {
            match block {
                ContentBlock::ToolUse(call) => {
                    let sent = ids.next(&call.tool_use_id);
                    let asked = std::mem::replace(&mut call.tool_use_id, sent.clone());
                    repairs.note_if(asked != sent, "tool use id replaced");
                    if call.kind.is_some() {
                        server_ids.insert(asked, sent);
                    } else {
                        calls.push(Call {
                            turn,
                            asked,
                            sent,
                            is_answered: false,
                        });
                    }
                }
                ContentBlock::ToolResult(result) if result.kind.is_some() => {
                    let id = &mut result.tool_use_id;
                    match server_ids.get(id) {
                        Some(sent) => sent.clone_into(id),
                        None if !ids.fits(id) => *id = ids.made(id, 0),
                        None => {}
                    }
                }
                _ => {}
            }
        }
    }
    calls
}

struct Ids {
    /// So many letters and digits, if the model wants just that.
    exactly: Option<usize>,
    /// Ids that are, or are going to be, in use.
    taken: HashSet<String>,
    /// How often an id has come so far.
    seen: HashMap<String, u64>,
}

impl Ids {
    fn of(messages: &[Message], exactly: Option<usize>) -> Self {
        let mut ids = Self {
            exactly,
            taken: HashSet::new(),
            seen: HashMap::new(),
        };
        for block in messages.iter().flat_map(|message| &message.content) {
            if let ContentBlock::ToolUse(call) = block
                && ids.fits(&call.tool_use_id)
            {
                ids.taken.insert(call.tool_use_id.clone());
            }
        }
        ids
    }

    fn fits(&self, id: &str) -> bool {
        match self.exactly {
            Some(length) => id.len() == length && id.bytes().all(|b| b.is_ascii_alphanumeric()),
            None => (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(is_plain),
        }
    }

    fn next(&mut self, id: &str) -> String {
        let count = self.seen.entry(id.to_owned()).or_default();
        *count += 1;
        let count = *count;
        if count == 1 && self.fits(id) {
            return id.to_owned();
        }
        let mut salt = count << 32;
        loop {
            let made = self.made(id, salt);
            if self.taken.insert(made.clone()) {
                return made;
            }
            salt += 1;
        }
    }

    /// An id that fits, made from one that doesn't or is another call's.
    fn made(&self, id: &str, salt: u64) -> String {
        let hash = hash(id, salt);
        if let Some(length) = self.exactly {
            return in_letters(hash, length);
        }
        let hash = format!("_{hash:016x}");
        let plain = |c: char| {
            if c.is_ascii() && is_plain(c as u8) {
                c
            } else {
                '_'
            }
        };
        let start = id.chars().map(plain).take(MAX_LENGTH - hash.len());
        start.chain(hash.chars()).collect()
    }
}

fn in_letters(mut hash: u64, length: usize) -> String {
    let base = ALPHABET.len() as u64;
    let mut letters = String::with_capacity(length);
    for _ in 0..length {
        letters.push(char::from(ALPHABET[(hash % base) as usize]));
        hash /= base;
    }
    letters
}

/// Letters, digits, `_` and `-`: what ids and names of tools are made of.
pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
