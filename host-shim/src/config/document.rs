//! Text to syntax tree: JSON5 and nothing looser, of bounded size and depth.
//!
//! Knows no key of ours. What it adds to the parser: the nesting limit with the exact place,
//! duplicate keys, and a copy of the text that may be shown.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jsonc_parser::ast::{Object, StringLit, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions, Scanner, ScannerOptions, parse_to_ast};

use super::problem::{ConfigError, Problem, Span};

/// How deep objects and lists may lie in each other: no config comes near, and every reader of
/// the text downstream recurses.
pub const MAX_NESTING: usize = 128;

/// A config file is a few kilobytes; beyond this it is some other file.
pub const MAX_CONFIG_BYTES: u64 = 8 * 1024 * 1024;

/// The file's name and text, and where its lines begin.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) file: PathBuf,
    text: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> Document<'a> {
    pub(super) fn new(file: &Path, text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let after_breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        Self {
            file: file.to_owned(),
            text,
            line_starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The folder that relative paths in the file start from.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    pub(super) fn span(&self, range: Range) -> Span {
        let line = self
            .line_starts
            .partition_point(|start| *start <= range.start);
        let before = &self.text[self.line_starts[line - 1]..range.start];
        Span {
            offset: range.start,
            length: range.end.saturating_sub(range.start),
            line,
            column: before.chars().count() + 1,
        }
    }

    pub(super) fn problem(&self, range: Range, sentence: String, hint: &str) -> Problem {
        Problem {
            file: self.file.clone(),
            span: Some(self.span(range)),
            path: String::new(),
            sentence,
            hint: hint.to_owned(),
        }
    }

    /// A text that is no document. None of it is shown: nobody knows what is secret in it.
    fn refuse(&self, range: Range, sentence: String, hint: &str) -> ConfigError {
        ConfigError {
            problems: vec![self.problem(range, sentence, hint)],
            text: String::new(),
        }
    }

    pub(super) fn parse(&self) -> Result<Value<'a>, ConfigError> {
        self.check_nesting()?;
        match parse_to_ast(self.text, &CollectOptions::default(), &json5()) {
            Ok(parsed) => parsed.value.ok_or_else(|| {
                let sentence = "the file is empty".to_owned();
                self.refuse(Range::new(0, 0), sentence, "write at least {}")
            }),
            Err(error) => {
                let sentence = format!("not valid JSON5: {}", lower_first(error.kind()));
                Err(self.refuse(error.range(), sentence, ""))
            }
        }
    }

    /// The parser has a limit of its own, but it counts otherwise and points elsewhere.
    fn check_nesting(&self) -> Result<(), ConfigError> {
        let mut scanner = Scanner::new(self.text, &ScannerOptions::default());
        let mut depth = 0_usize;
        // A token that cannot be scanned is the parser's to report.
        while let Ok(Some(token)) = scanner.scan() {
            match token {
                Token::OpenBrace | Token::OpenBracket => depth += 1,
                Token::CloseBrace | Token::CloseBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_NESTING {
                let sentence = format!("nested more than {MAX_NESTING} levels deep");
                let range = Range::new(scanner.token_start(), scanner.token_end());
                return Err(self.refuse(range, sentence, ""));
            }
        }
        Ok(())
    }

    /// The text with every secret blanked out, byte for byte as long as the original.
    pub(super) fn without_secrets(&self, root: &Value<'_>) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        visit(root, &mut |node| {
            if let Visit::Text { key, literal } = node
                && is_secret(key, &literal.value)
            {
                let inner = literal.start() + 1..literal.end().saturating_sub(1);
                bytes[inner]
                    .iter_mut()
                    .filter(|byte| **byte != b'\n')
                    .for_each(|byte| *byte = b'*');
            }
        });
        String::from_utf8(bytes).unwrap_or_default()
    }
}

fn json5() -> ParseOptions {
    ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    }
}

fn lower_first(message: impl ToString) -> String {
    let message = message.to_string();
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => message,
    }
}

/// A value that must not be shown, by the key it stands under or by its own look.
fn is_secret(key: &str, value: &str) -> bool {
    const SECRET_KEYS: [&str; 8] = [
        "token",
        "secret",
        "password",
        "apikey",
        "api_key",
        "credential",
        "authorization",
        "key",
    ];
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|part| key.contains(part)) || value.contains('@')
}

/// What [`visit`] calls back with.
pub(super) enum Visit<'v, 'a> {
    Object {
        object: &'v Object<'a>,
        trail: &'v [Step<'v>],
    },
    Text {
        key: &'v str,
        literal: &'v StringLit<'a>,
    },
}

/// One step from a value to what it holds.
#[derive(Clone, Copy)]
pub(super) enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

/// Walks the whole tree in the order of the file.
pub(super) fn visit<'a>(root: &Value<'a>, call: &mut impl FnMut(Visit<'_, 'a>)) {
    walk(root, "", &mut Vec::new(), call);
}

/// `key` is what a string is called: elements of a list go by the list's name, and what lies
/// under `headers` or `env` counts as secret, since there the name says nothing.
fn walk<'v, 'a>(
    value: &'v Value<'a>,
    key: &'v str,
    trail: &mut Vec<Step<'v>>,
    call: &mut impl FnMut(Visit<'_, 'a>),
) {
    match value {
        Value::Object(object) => {
            call(Visit::Object { object, trail });
            for property in &object.properties {
                let name = property.name.as_str();
                let below = if matches!(key, "headers" | "env") {
                    "secret"
                } else {
                    name
                };
                trail.push(Step::Key(name));
                walk(&property.value, below, trail, call);
                trail.pop();
            }
        }
        Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                trail.push(Step::Index(index));
                walk(element, key, trail, call);
                trail.pop();
            }
        }
        Value::StringLit(literal) => call(Visit::Text { key, literal }),
        Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {}
    }
}

/// Keys that an object holds twice: the name, its first place and the later one.
pub(super) fn duplicates<'v>(object: &'v Object<'_>) -> Vec<(&'v str, Range, Range)> {
    let mut first = HashMap::with_capacity(object.properties.len());
    let mut found = Vec::new();
    for property in &object.properties {
        let name = property.name.as_str();
        let range = property.name.range();
        match first.get(name) {
            Some(earlier) => found.push((name, *earlier, range)),
            None => {
                first.insert(name, range);
            }
        }
    }
    found
}
