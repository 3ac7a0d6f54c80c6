//! The types of the service model and the one walk that checks a body against them.

use serde_json::Value;

use super::{Conversation, Rule, model};
use crate::error::Refusal;

/// A type of the service model (Smithy); recursion goes through statics.
pub(super) enum Shape {
    Text(TextRule),
    Enum(&'static [&'static str]),
    Integer {
        min: i64,
    },
    Float {
        min: f64,
        max: f64,
    },
    Boolean,
    /// Base64 on the wire.
    Blob {
        min: usize,
    },
    /// Any JSON.
    Document,
    List {
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    Map {
        key: TextRule,
        value: &'static Shape,
        min: usize,
        max: usize,
    },
    Structure(&'static [Member]),
    /// Exactly one known member.
    Union(&'static [(&'static str, &'static Shape)]),
}

/// A member of a structure.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: &'static Shape,
}

/// What a text must be.
#[derive(Clone, Copy)]
pub(super) struct TextRule {
    pub(super) min: usize,
    pub(super) max: usize,
    /// The pattern as the service model writes it, for the message.
    pub(super) pattern: &'static str,
    pub(super) matches: fn(&str) -> bool,
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "members_have_the_types_that_the_api_gives_them",
        source: "restJson1 protocol: SerializationException",
        check: types_fit,
    },
    Rule {
        name: "members_satisfy_their_constraints",
        source: "API_runtime_ConverseStream and its types: required members, lengths, patterns, ranges, enums",
        check: constraints_hold,
    },
];

/// AWS's wording for a violated constraint.
pub(super) fn one_error(message: &str) -> Refusal {
    Refusal::validation(format!("1 validation error detected: {message}"))
}

enum Fault {
    Type(String),
    Constraint(String),
}

fn faults(conversation: &Conversation<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !conversation.body.is_null() {
        walk(
            &model::CONVERSE,
            conversation.body,
            &mut String::new(),
            &mut faults,
        );
    }
    faults
}

fn types_fit(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let wrong = faults(conversation)
        .into_iter()
        .find_map(|fault| match fault {
            Fault::Type(message) => Some(Refusal::new(400, "SerializationException", message)),
            Fault::Constraint(_) => None,
        });
    wrong.map_or(Ok(()), Err)
}

fn constraints_hold(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let found: Vec<String> = faults(conversation)
        .into_iter()
        .filter_map(|fault| match fault {
            Fault::Constraint(message) => Some(message),
            Fault::Type(_) => None,
        })
        .collect();
    match found.len() {
        0 => Ok(()),
        1 => Err(one_error(&found[0])),
        n => Err(Refusal::validation(format!(
            "{n} validation errors detected: {}",
            found.join("; ")
        ))),
    }
}

/// Nulls count as absent, unknown members are ignored: both as restJson1 says.
fn walk(shape: &Shape, value: &Value, at: &mut String, faults: &mut Vec<Fault>) {
    match (shape, value) {
        (Shape::Document, _) => {}
        (Shape::Text(rule), Value::String(text)) => check_text(*rule, text, at, faults),
        (Shape::Enum(values), Value::String(text)) => {
            if !values.contains(&text.as_str()) {
                let set = values.join(", ");
                violated(
                    faults,
                    format!(
                        "Value '{text}' at '{at}' failed to satisfy constraint: Member must satisfy enum value set: [{set}]"
                    ),
                );
            }
        }
        (Shape::Integer { min }, Value::Number(number)) => check_integer(*min, number, at, faults),
        (Shape::Float { min, max }, Value::Number(number)) => {
            check_float(*min, *max, number, at, faults);
        }
        (Shape::Boolean, Value::Bool(_)) => {}
        (Shape::Blob { min }, Value::String(text)) => check_blob(*min, text, at, faults),
        (Shape::List { of, min, max }, Value::Array(items)) => {
            check_length(items.len(), *min, *max, at, faults);
            for (index, item) in items.iter().enumerate() {
                // The service counts list members from 1.
                inside(at, &format!("{}.member", index + 1), |at| {
                    walk(of, item, at, faults)
                });
            }
        }
        (
            Shape::Map {
                key,
                value: of,
                min,
                max,
            },
            Value::Object(members),
        ) => {
            check_length(members.len(), *min, *max, at, faults);
            for (name, item) in members {
                check_text(*key, name, at, faults);
                inside(at, &format!("{name}.member"), |at| {
                    walk(of, item, at, faults)
                });
            }
        }
        (Shape::Structure(members), Value::Object(given)) => {
            for member in *members {
                inside(at, member.name, |at| {
                    match given.get(member.name).filter(|value| !value.is_null()) {
                        Some(value) => walk(member.shape, value, at, faults),
                        None if member.required => {
                            violated(
                                faults,
                                format!(
                                    "Value at '{at}' failed to satisfy constraint: Member must not be null"
                                ),
                            );
                        }
                        None => {}
                    }
                });
            }
        }
        (Shape::Union(members), Value::Object(given)) => check_union(members, given, at, faults),
        (_, other) => faults.push(Fault::Type(mismatch(shape, other, at))),
    }
}

fn check_text(rule: TextRule, text: &str, at: &str, faults: &mut Vec<Fault>) {
    let length = text.chars().count();
    let failed = |constraint: String| {
        format!("Value '{text}' at '{at}' failed to satisfy constraint: Member must {constraint}")
    };
    if length < rule.min {
        violated(
            faults,
            failed(format!("have length greater than or equal to {}", rule.min)),
        );
    } else if length > rule.max {
        violated(
            faults,
            failed(format!("have length less than or equal to {}", rule.max)),
        );
    } else if !(rule.matches)(text) {
        violated(
            faults,
            failed(format!(
                "satisfy regular expression pattern: {}",
                rule.pattern
            )),
        );
    }
}

fn check_integer(min: i64, number: &serde_json::Number, at: &str, faults: &mut Vec<Fault>) {
    // `integer` has 32 bits.
    match number
        .as_i64()
        .filter(|given| i32::try_from(*given).is_ok())
    {
        None => faults.push(Fault::Type(format!(
            "NUMBER_VALUE can not be converted to an Integer at '{at}'"
        ))),
        Some(given) if given < min => violated(
            faults,
            format!(
                "Value '{given}' at '{at}' failed to satisfy constraint: Member must have value greater than or equal to {min}"
            ),
        ),
        Some(_) => {}
    }
}

fn check_float(min: f64, max: f64, number: &serde_json::Number, at: &str, faults: &mut Vec<Fault>) {
    let bound = match number.as_f64() {
        Some(given) if given > max => format!("less than or equal to {max}"),
        Some(given) if given >= min => return,
        _ => format!("greater than or equal to {min}"),
    };
    violated(
        faults,
        format!(
            "Value '{number}' at '{at}' failed to satisfy constraint: Member must have value {bound}"
        ),
    );
}

fn check_blob(min: usize, text: &str, at: &str, faults: &mut Vec<Fault>) {
    use base64::Engine as _;
    match base64::engine::general_purpose::STANDARD.decode(text) {
        Err(_) => faults.push(Fault::Type(format!(
            "STRING_VALUE can not be converted to a Blob at '{at}'"
        ))),
        Ok(bytes) if bytes.len() < min => violated(
            faults,
            format!(
                "Value at '{at}' failed to satisfy constraint: Member must have length greater than or equal to {min}"
            ),
        ),
        Ok(_) => {}
    }
}

fn check_length(length: usize, min: usize, max: usize, at: &str, faults: &mut Vec<Fault>) {
    let bound = if length < min {
        format!("greater than or equal to {min}")
    } else if length > max {
        format!("less than or equal to {max}")
    } else {
        return;
    };
    violated(
        faults,
        format!("Value at '{at}' failed to satisfy constraint: Member must have length {bound}"),
    );
}

fn check_union(
    members: &[(&str, &'static Shape)],
    given: &serde_json::Map<String, Value>,
    at: &mut String,
    faults: &mut Vec<Fault>,
) {
    let set: Vec<_> = members
        .iter()
        .filter_map(|(name, shape)| {
            given
                .get(*name)
                .filter(|value| !value.is_null())
                .map(|value| (name, shape, value))
        })
        .collect();
    match set.as_slice() {
        [(name, shape, value)] => inside(at, name, |at| walk(shape, value, at, faults)),
        _ => {
            let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
            violated(
                faults,
                format!(
                    "Value at '{at}' failed to satisfy constraint: Exactly one of the following members must be set: [{}]",
                    names.join(", ")
                ),
            );
        }
    }
}

fn violated(faults: &mut Vec<Fault>, message: String) {
    faults.push(Fault::Constraint(message));
}

fn mismatch(shape: &Shape, value: &Value, at: &str) -> String {
    let given = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(_) => "BOOLEAN_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    let wanted = match shape {
        Shape::Text(_) | Shape::Enum(_) => "a String",
        Shape::Integer { .. } => "an Integer",
        Shape::Float { .. } => "a Float",
        Shape::Boolean => "a Boolean",
        Shape::Blob { .. } => "a Blob",
        Shape::Document => "a Document",
        Shape::List { .. } => "a List",
        Shape::Map { .. } => "a Map",
        Shape::Structure(_) | Shape::Union(_) => "a Structure",
    };
    format!("{given} can not be converted to {wanted} at '{at}'")
}

/// Runs with the path one member longer.
fn inside(at: &mut String, name: &str, run: impl FnOnce(&mut String)) {
    let length = at.len();
    if !at.is_empty() {
        at.push('.');
    }
    at.push_str(name);
    run(at);
    at.truncate(length);
}
