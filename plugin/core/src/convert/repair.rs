//! What the service would refuse and has one obvious meaning → what it takes. A gateway's history
//! may hold a blank block, a call that was never answered, two messages of one side in a row: one
//! refusal of those would end the conversation for good.
//!
//! Each file is one family of repairs, a function on the neutral types. They run in this order:
//!
//! | step | file | because |
//! |---|---|---|
//! | blank texts go | `blanks` | what is empty is known to all that follows |
//! | blocks go to the side that may say them | `speakers` | a turn is then what it seems |
//! | neighbours of one side are merged | `turns` | "the next message" is then well defined |
//! | arguments of calls are objects | `inputs` | on their own |
//! | calls get their results | `results`, `ids` | results move between turns |
//! | what is still empty is filled | `turns` | moves may have emptied a message |
//! | blocks within a turn are put in order | `order` | all blocks are where they stay |
//! | documents, images, stop sequences | `documents`, `images`, `stops` | on their own |
//! | tools | `names`, `tools`, `schema` | tells from the history which tools it needs |
//! | cache points | `cache` | counts what is left, where it is left |
//!
//! Two things hold for all of them, and are tested: what is valid stays as it is to the letter, and
//! a repaired request is not repaired again. Nothing looks at what comes later in a conversation to
//! name what came earlier, so that a prefix which the service has cached stays the same.

mod blanks;
mod cache;
mod documents;
mod hash;
mod ids;
mod images;
mod inputs;
mod names;
mod order;
mod results;
mod schema;
mod speakers;
mod stops;
mod tools;
mod turns;

use provider_interface::{ChatRequest, Json};

use crate::models::Facts;

pub use names::NameMap;

pub(super) use results::as_text as result_as_text;
pub(super) use schema::as_object as as_object_schema;

/// What stands where the service wants content and there is none.
const NO_CONTENT: &str = "(no content)";

/// What was done to a request, each kind once; says nothing of the content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    kinds: Vec<&'static str>,
}

impl Repairs {
    pub(super) fn note(&mut self, kind: &'static str) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    pub(super) fn note_if(&mut self, done: bool, kind: &'static str) {
        if done {
            self.note(kind);
        }
    }

    /// The kinds, in the order in which they were first done.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().copied()
    }
}

/// What a valid JSON text is: its first letter tells.
fn is_object(json: &Json) -> bool {
    json.as_str().trim_start().starts_with('{')
}

/// Repairs a request, and notes what was done; tells which tools have another name on the wire.
pub(super) fn repair(request: &mut ChatRequest, facts: &Facts, repairs: &mut Repairs) -> NameMap {
    // None at all is right beside a prompt of Prompt management, which brings its own.
    let had_messages = !request.messages.is_empty();
    blanks::drop_blanks(request, repairs);
    speakers::separate(&mut request.messages, repairs);
    turns::merge(&mut request.messages, repairs);
    inputs::as_objects(&mut request.messages, repairs);
    results::pair(request, facts.tool_use_id_length, repairs);
    if had_messages {
        turns::fill(&mut request.messages, repairs);
    }
    order::sort(&mut request.messages, repairs);
    order::trim_end(&mut request.messages, repairs);
    documents::name(&mut request.messages, repairs);
    documents::accompany(&mut request.messages, repairs);
    images::set_formats(&mut request.messages, repairs);
    stops::drop_blanks(request, facts.stop_sequences, repairs);
    let names = names::fit(request, repairs);
    tools::complete(request, repairs);
    cache::keep_valid(request, facts, repairs);
    names
}
