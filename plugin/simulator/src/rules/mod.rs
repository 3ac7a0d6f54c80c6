//! What the service refuses, one small named function a rule, each with AWS's text as its source.
//! `shape` and `model` say what the API's types allow; the other files what Converse and the models add.

mod abilities;
mod cache;
mod content;
mod documents;
mod families;
#[cfg(test)]
mod golden;
mod inference;
mod json;
mod model;
mod quirks;
mod shape;
mod tools;
mod turns;

use serde_json::Value;

use crate::catalogue::{Catalogue, Resolved};
use crate::error::Refusal;
use crate::record::RecordedRequest;
use crate::routes::Operation;

/// What a rule looks at.
pub(crate) struct Conversation<'a> {
    /// The body: of Converse itself, or the `converse` member of CountTokens.
    pub(crate) body: &'a Value,
    pub(crate) operation: Operation,
    /// The foundation model's id; empty when unknown.
    pub(crate) base: &'a str,
    pub(crate) streaming_supported: bool,
}

/// A rule: its name, where AWS says so, and the check.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
    pub(crate) check: fn(&Conversation<'_>) -> Result<(), Refusal>,
}

/// A rule as others may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleInfo {
    /// The rule as a sentence, words joined by `_`.
    pub name: &'static str,
    /// The AWS text that says so.
    pub source: &'static str,
}

/// All rules, in the order in which they are checked.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    all().map(|rule| RuleInfo {
        name: rule.name,
        source: rule.source,
    })
}

fn all() -> impl Iterator<Item = &'static Rule> {
    [
        shape::RULES,
        content::RULES,
        turns::RULES,
        tools::RULES,
        documents::RULES,
        cache::RULES,
        inference::RULES,
        abilities::RULES,
        quirks::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Checks a conversation or a token count: its JSON, its model, then rule by rule.
pub(crate) fn check(
    request: &RecordedRequest,
    catalogue: &Catalogue,
    region: &str,
    rules_on: bool,
) -> Result<(), Refusal> {
    let operation = request.operation.unwrap_or(Operation::Converse);
    let model_id = request.model_id.as_deref().unwrap_or_default();
    let body = json::parse(&request.body_bytes)?;
    let resolved = catalogue.resolve(model_id, region)?;
    let body = if operation == Operation::CountTokens {
        abilities::counts_tokens(&resolved, model_id)?;
        counted(&body)?
    } else {
        &body
    };
    if !rules_on {
        return Ok(());
    }
    let conversation = conversation(body, operation, &resolved);
    all().try_for_each(|rule| (rule.check)(&conversation))
}

fn conversation<'a>(
    body: &'a Value,
    operation: Operation,
    resolved: &'a Resolved,
) -> Conversation<'a> {
    Conversation {
        body,
        operation,
        base: resolved.base.as_deref().unwrap_or_default(),
        streaming_supported: resolved.streaming,
    }
}

/// CountTokens wraps the conversation; the form for InvokeModel is accepted unread.
fn counted(body: &Value) -> Result<&Value, Refusal> {
    static NOTHING: Value = Value::Null;
    match (&body["input"]["converse"], &body["input"]["invokeModel"]) {
        (converse @ Value::Object(_), Value::Null) => Ok(converse),
        (Value::Null, Value::Object(_)) => Ok(&NOTHING),
        _ => Err(shape::one_error(
            "Value null at 'input' failed to satisfy constraint: Member must not be null",
        )),
    }
}

impl<'a> Conversation<'a> {
    /// The messages with their place, their role and their blocks.
    fn messages(&self) -> impl DoubleEndedIterator<Item = Turn<'a>> + use<'a> {
        let messages = list(&self.body["messages"]);
        messages.iter().enumerate().map(|(index, message)| Turn {
            index,
            role: message["role"].as_str().unwrap_or_default(),
            blocks: list(&message["content"]),
        })
    }

    /// Every content block with its place.
    fn blocks(&self) -> impl Iterator<Item = (Place, &'a Value)> + use<'a> {
        self.messages().flat_map(|turn| {
            let blocks = turn.blocks.iter().enumerate();
            blocks.map(move |(block, value)| {
                (
                    Place {
                        message: turn.index,
                        block,
                    },
                    value,
                )
            })
        })
    }

    fn system(&self) -> &'a [Value] {
        list(&self.body["system"])
    }

    fn tools(&self) -> &'a [Value] {
        list(&self.body["toolConfig"]["tools"])
    }

    /// The specifications of the tools with their place.
    fn tool_specs(&self) -> impl Iterator<Item = (usize, &'a Value)> + use<'a> {
        let tools = self.tools().iter().enumerate();
        tools.filter_map(|(index, tool)| tool.get("toolSpec").map(|spec| (index, spec)))
    }

    /// The fields that go to the model as they are.
    fn more_fields(&self) -> &'a Value {
        &self.body["additionalModelRequestFields"]
    }
}

/// One message.
#[derive(Clone, Copy)]
struct Turn<'a> {
    index: usize,
    role: &'a str,
    blocks: &'a [Value],
}

impl<'a> Turn<'a> {
    /// The members of that kind, such as `toolUse`.
    fn members(self, kind: &'static str) -> impl Iterator<Item = &'a Value> {
        self.blocks.iter().filter_map(move |block| block.get(kind))
    }

    fn ids(self, kind: &'static str) -> Vec<&'a str> {
        self.members(kind)
            .filter_map(|member| member["toolUseId"].as_str())
            .collect()
    }
}

/// A content block's place, written as the service writes it.
#[derive(Clone, Copy)]
struct Place {
    message: usize,
    block: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "messages.{}.content.{}", self.message, self.block)
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
