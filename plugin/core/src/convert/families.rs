//! What single model families refuse, beyond what the service refuses of all: a table, keyed by parts
//! of model ids. How a family is asked to think is in `reasoning/families.rs`.

/// What a repair has to know of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Family {
    /// So many letters and digits make the id of a call, no more and no less.
    pub(super) tool_use_id_length: Option<usize>,
    /// A stop sequence of white space alone is refused.
    pub(super) refuses_blank_stops: bool,
    /// A cache point behind a document of bytes that is no PDF is refused.
    pub(super) refuses_cached_documents: bool,
}

/// A part of a model's id, of its profiles' ids and of their ARNs, in lower case; and what holds of
/// such models. The first row that fits counts.
const FAMILIES: &[(&str, Family)] = &[
    (
        "claude",
        Family {
            tool_use_id_length: None,
            // Anthropic: "each stop sequence must contain non-whitespace".
            refuses_blank_stops: true,
            // Claude's side of the service fails on it: "messages.….type: Field required".
            refuses_cached_documents: true,
        },
    ),
    (
        "mistral.",
        Family {
            // "Tool call id must be a-z, A-Z, 0-9, with a length of 9."
            tool_use_id_length: Some(9),
            refuses_blank_stops: false,
            refuses_cached_documents: false,
        },
    ),
];

impl Family {
    /// The family of a model id, a profile's id or an ARN; nothing is known of others.
    pub(super) fn of(model_id: &str) -> Self {
        let id = model_id.to_ascii_lowercase();
        let row = FAMILIES.iter().find(|(part, _)| id.contains(part));
        row.map_or_else(Self::default, |(_, family)| *family)
    }
}
