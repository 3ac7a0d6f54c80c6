//! One value of the config, and the kinds of values there are: each kind is a function from a
//! node to a value, or to none after it has said what is wrong.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use super::findings::{Findings, Origin};
use super::reader::{Manners, quoted};
use super::substitute::substitute;

/// A value with its place and path.
pub(super) struct Node<'r> {
    pub(super) findings: &'r Findings<'r>,
    pub(super) value: &'r Value<'r>,
    pub(super) path: String,
    pub(super) manners: Manners,
    /// The environment variable that the value was taken from.
    variable: RefCell<Option<String>>,
}

impl<'r> Node<'r> {
    pub(super) fn new(
        findings: &'r Findings<'r>,
        value: &'r Value<'r>,
        path: String,
        manners: Manners,
    ) -> Self {
        Self {
            findings,
            value,
            path,
            manners,
            variable: RefCell::default(),
        }
    }

    /// Reports a problem with this value.
    pub(super) fn refuse<T>(&self, sentence: String, hint: &str) -> Option<T> {
        self.findings
            .complain(self.manners, self.value.range(), &self.path, sentence, hint);
        None
    }

    /// Says something about this value without refusing it.
    pub(super) fn warn(&self, sentence: &str) {
        let range = self.value.range();
        self.findings
            .complain(Manners::Theirs, range, &self.path, sentence.to_owned(), "");
    }

    /// Reports that this value is of the wrong kind. Names the kind found, never the value.
    pub(super) fn expected<T>(&self, what: &str) -> Option<T> {
        let found = match self.value {
            Value::StringLit(_) => "a string",
            Value::NumberLit(_) => "a number",
            Value::BooleanLit(_) => "true or false",
            Value::Object(_) => "an object",
            Value::Array(_) => "a list",
            Value::NullKeyword(_) => "null",
        };
        self.refuse(format!("expected {what}, found {found}"), "")
    }

    pub(super) fn came_from(&self, variable: &str) {
        *self.variable.borrow_mut() = Some(variable.to_owned());
    }

    pub(super) fn origin(&self) -> Origin {
        match self.variable.take() {
            Some(name) => Origin::Environment(name),
            None => Origin::File(self.findings.document.span(self.value.range())),
        }
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> Option<Vec<Node<'r>>> {
        let Value::Array(array) = self.value else {
            return None;
        };
        let element = |(index, value)| {
            let path = format!("{}[{index}]", self.path);
            Node::new(self.findings, value, path, self.manners)
        };
        Some(array.elements.iter().enumerate().map(element).collect())
    }
}

/// `true` or `false`.
pub(super) fn flag(node: &Node<'_>) -> Option<bool> {
    match node.value {
        Value::BooleanLit(literal) => Some(literal.value),
        _ => node.expected("true or false"),
    }
}

/// A string, with the host's `${VARIABLE}` filled in.
pub(super) fn text(node: &Node<'_>) -> Option<String> {
    let Value::StringLit(literal) = node.value else {
        return node.expected("a string");
    };
    match substitute(&literal.value, node.findings.environment) {
        Ok((value, variable)) => {
            variable.inspect(|name| node.came_from(name));
            Some(value)
        }
        Err(unset) => {
            let sentence = format!("the environment variable {unset} is not set");
            node.refuse(sentence, "set it, or write the value here")
        }
    }
}

/// A string that says something, without white space around it.
pub(super) fn name(node: &Node<'_>) -> Option<String> {
    let value = text(node)?;
    match value.trim() {
        "" => node.refuse("must not be blank".to_owned(), "leave the key out instead"),
        trimmed => Some(trimmed.to_owned()),
    }
}

/// A list of values of one kind. Wrong elements are reported one by one.
pub(super) fn list<'r, T>(
    kind: impl Fn(&Node<'r>) -> Option<T>,
) -> impl Fn(&Node<'r>) -> Option<Vec<T>> {
    move |node| match node.elements() {
        Some(elements) => Some(elements.iter().filter_map(&kind).collect()),
        None => node.expected("a list"),
    }
}

/// One of a few words.
pub(super) fn one_of(words: &'static [&'static str]) -> impl Fn(&Node<'_>) -> Option<&'static str> {
    move |node| {
        let value = text(node)?;
        if let Some(word) = words.iter().find(|word| **word == value.trim()) {
            return Some(word);
        }
        let known: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        node.refuse(
            format!("unknown value {}", quoted(&value)),
            &format!("use {}", known.join(" or ")),
        )
    }
}

/// A whole number within bounds.
pub(super) fn whole<T: TryFrom<u64>>(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&Node<'_>) -> Option<T> {
    /// Above this, neighbours are the same number to the JavaScript that shares the file.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    move |node| {
        let number = number(node)?;
        let is_whole = number.fract() == 0.0 && (0.0..=EXACT).contains(&number);
        let value = Some(number as u64).filter(|value| is_whole && bounds.contains(value));
        match value.and_then(|value| T::try_from(value).ok()) {
            Some(value) => Some(value),
            None => {
                let (least, most) = (bounds.start(), bounds.end());
                let sentence = format!(
                    "must be a whole number from {least} to {most}, not {}",
                    written(node)
                );
                node.refuse(sentence, "")
            }
        }
    }
}

/// A price: finite and not below zero.
pub(super) fn price(node: &Node<'_>) -> Option<f64> {
    let number = number(node)?;
    if number.is_finite() && number >= 0.0 {
        return Some(number);
    }
    node.refuse(format!("must be 0 or more, not {}", written(node)), "")
}

fn number(node: &Node<'_>) -> Option<f64> {
    match node.value {
        Value::NumberLit(literal) => match parse_number(literal.value) {
            Some(number) => Some(number),
            None => node.refuse("not a number".to_owned(), ""),
        },
        _ => node.expected("a number"),
    }
}

/// A number as the file has it.
fn written<'r>(node: &Node<'r>) -> &'r str {
    // The longest that is still a number to a reader.
    const LONGEST: usize = 40;
    match node.value {
        Value::NumberLit(literal) => literal.value.get(..LONGEST).unwrap_or(literal.value),
        _ => "",
    }
}

/// JSON5's numbers: signs, hexadecimal, bare decimal points, `Infinity` and `NaN`.
pub(super) fn parse_number(literal: &str) -> Option<f64> {
    let (sign, digits) = match literal.as_bytes().first()? {
        b'-' => (-1.0, &literal[1..]),
        b'+' => (1.0, &literal[1..]),
        _ => (1.0, literal),
    };
    let hexadecimal = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let magnitude = match hexadecimal {
        Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).ok()? as f64,
        None => digits.parse().ok()?,
    };
    Some(sign * magnitude)
}

/// A path: `~/` is the home directory, a relative one starts beside the config file.
pub(super) fn path(node: &Node<'_>) -> Option<PathBuf> {
    let expanded = node.findings.environment.expand(Path::new(&name(node)?));
    Some(node.findings.document.folder().join(expanded))
}
