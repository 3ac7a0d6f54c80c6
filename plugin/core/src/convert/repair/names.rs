//! Names of tools: `[a-zA-Z0-9_-]{1,64}`. Others get one for the wire, and their own back in the
//! answer.

use std::collections::{BTreeMap, HashMap, HashSet};

use provider_interface::{ChatRequest, ContentBlock, Tool, ToolChoice, ToolConfig};

use super::Repairs;
use super::hash::hash;
use super::ids::is_plain;

/// API_runtime_ToolSpecification, name.
const MAX_LENGTH: usize = 64;

/// Tools that have another name on the wire; for almost every request there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameMap {
    /// By the name that is sent, the caller's own.
    own: BTreeMap<String, String>,
}

impl NameMap {
    /// Whether every tool has its own name.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Makes a name on the wire the caller's.
    pub fn restore(&self, name: &mut String) {
        if let Some(own) = self.own.get(name) {
            own.clone_into(name);
        }
    }
}

/// Makes the names of all tools valid, wherever they stand: the same name the same everywhere, two
/// names never the same.
pub(super) fn fit(request: &mut ChatRequest, repairs: &mut Repairs) -> NameMap {
    let mut taken = HashSet::new();
    let mut all_fit = true;
    each_name(request, &mut |name| {
        if fits(name) {
            taken.insert(name.clone());
        } else {
            all_fit = false;
        }
    });
    if all_fit {
        return NameMap::default();
    }
    repairs.note("tool name made valid");
    let mut sent: HashMap<String, String> = HashMap::new();
    each_name(request, &mut |name| {
        if !fits(name) {
            let own = std::mem::take(name);
            let made = sent.entry(own);
            *name = made
                .or_insert_with_key(|own| made_from(own, &mut taken))
                .clone();
        }
    });
    each_change(request, &sent);
    let own = sent.into_iter().map(|(own, sent)| (sent, own)).collect();
    NameMap { own }
}

/// Tools first: their order is the caller's, and doesn't change as the conversation grows.
fn each_name(request: &mut ChatRequest, visit: &mut dyn FnMut(&mut String)) {
    if let Some(ToolConfig { tools, tool_choice }) = &mut request.tool_config {
        for tool in tools {
            match tool {
                Tool::ToolSpec(spec) => visit(&mut spec.name),
                Tool::SystemTool(tool) => visit(&mut tool.name),
                _ => {}
            }
        }
        if let Some(ToolChoice::Tool(tool)) = tool_choice {
            visit(&mut tool.name);
        }
    }
    for message in &mut request.messages {
        for block in &mut message.content {
            if let ContentBlock::ToolUse(call) = block {
                visit(&mut call.name);
            }
        }
    }
}

/// Tools that come and go may live on a server and have longer names: they follow those above only.
fn each_change(request: &mut ChatRequest, sent: &HashMap<String, String>) {
    for message in &mut request.messages {
        for block in &mut message.content {
            if let ContentBlock::ToolAddition(change) | ContentBlock::ToolRemoval(change) = block
                && let Some(name) = &mut change.tool.name
                && let Some(sent) = sent.get(name)
            {
                sent.clone_into(name);
            }
        }
    }
}

fn fits(name: &str) -> bool {
    (1..=MAX_LENGTH).contains(&name.len()) && name.bytes().all(is_plain)
}

/// Readable for the model where that is possible, with a hash where it must be told from another.
fn made_from(own: &str, taken: &mut HashSet<String>) -> String {
    let plain = |c: char| {
        if c.is_ascii() && is_plain(c as u8) {
            c
        } else {
            '_'
        }
    };
    let made: String = own.chars().map(plain).take(MAX_LENGTH).collect();
    let is_whole = own.chars().count() <= MAX_LENGTH;
    let is_readable = made.contains(|c: char| c.is_ascii_alphanumeric());
    if is_whole && is_readable && taken.insert(made.clone()) {
        return made;
    }
    let start = if is_readable { made.as_str() } else { "tool" };
    let mut salt = 0;
    loop {
        let suffix = format!("_{:08x}", hash(own, salt) >> 32);
        let room = MAX_LENGTH - suffix.len();
        let made = format!("{}{suffix}", start.get(..room).unwrap_or(start));
        if taken.insert(made.clone()) {
            return made;
        }
        salt += 1;
    }
}
