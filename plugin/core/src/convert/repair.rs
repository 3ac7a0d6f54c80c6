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
mod names;
mod order;
mod results;
mod schema;
mod speakers;
mod stops;
mod tools;
mod turns;

use provider_interface::ChatRequest;

pub use names::NameMap;

/// What stands where the service wants content and there is none.
const NO_CONTENT: &str = "(no content)";

/// What was done to a request, each kind once; says nothing of the content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    kinds: Vec<&'static str>,
}

impl Repairs {
    fn note(&mut self, kind: &'static str) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn note_if(&mut self, done: bool, kind: &'static str) {
        if done {
            self.note(kind);
        }
    }

    /// The kinds, in the order in which they were first done.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().copied()
    }
}

/// Repairs a request; tells what was done, and which tools have another name on the wire.
pub(super) fn repair(request: &mut ChatRequest) -> (Repairs, NameMap) {
    let mut repairs = Repairs::default();
    // None at all is right beside a prompt of Prompt management, which brings its own.
    let had_messages = !request.messages.is_empty();
    blanks::drop_blanks(request, &mut repairs);
    speakers::separate(&mut request.messages, &mut repairs);
    turns::merge(&mut request.messages, &mut repairs);
    results::pair(request, &mut repairs);
    if had_messages {
        turns::fill(&mut request.messages, &mut repairs);
    }
    order::sort(&mut request.messages, &mut repairs);
    order::trim_end(&mut request.messages, &mut repairs);
    documents::name(&mut request.messages, &mut repairs);
    documents::accompany(&mut request.messages, &mut repairs);
    images::set_formats(&mut request.messages, &mut repairs);
    stops::drop_blanks(request, &mut repairs);
    let names = names::fit(request, &mut repairs);
    tools::complete(request, &mut repairs);
    cache::keep_valid(request, &mut repairs);
    (repairs, names)
}

#[cfg(test)]
mod tests;
