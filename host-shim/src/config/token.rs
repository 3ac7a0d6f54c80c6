//! Access tokens: read from the file or the environment, shown by nobody.

use jsonc_parser::ast::Value;
use secrecy::{ExposeSecret, SecretString};

use super::node::{Node, one_of, text};
use super::reader::Reader;
use super::substitute::substitute;

/// A token as the config gives it.
#[derive(Debug, Clone, Default)]
pub enum Token {
    /// None is asked for.
    #[default]
    Unset,
    /// This one.
    Set(SecretString),
    /// The config asks for one that cannot be had here. To serve without it would open what
    /// the user meant to lock.
    Unreadable(String),
}

impl Token {
    /// The token in clear, for comparing.
    pub fn reveal(&self) -> Option<&str> {
        match self {
            Self::Set(secret) => Some(secret.expose_secret()),
            Self::Unset | Self::Unreadable(_) => None,
        }
    }
}

/// A token: a string, `"${VARIABLE}"`, or the host's reference `{source, provider, id}`.
pub(super) fn token(node: &Node<'_>) -> Option<Token> {
    match node.value {
        Value::StringLit(literal) => match substitute(&literal.value, node.findings.environment) {
            Ok((value, variable)) => {
                variable.inspect(|name| node.came_from(name));
                checked(node, value.trim())
            }
            Err(unset) => Some(unset_variable(node, unset)),
        },
        Value::Object(_) => referred(node),
        _ => node.expected("a string"),
    }
}

fn checked(node: &Node<'_>, value: &str) -> Option<Token> {
    if value.is_empty() {
        return node.refuse("the token is blank".to_owned(), "leave the key out instead");
    }
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        let sentence = "the token has characters that no HTTP header can carry";
        return node.refuse(sentence.to_owned(), "use letters, digits and punctuation");
    }
    Some(Token::Set(value.into()))
}

fn referred(node: &Node<'_>) -> Option<Token> {
    let mut reference = Reader::new(node, node.manners);
    let source = reference.read("source", one_of(&["env", "file", "exec", "store"]))?;
    let id = reference.read("id", text)?;
    reference.accept(&["provider"]);
    reference.finish();
    if source != "env" {
        let reason = format!("the token is kept in the host's {source} secrets, not read here");
        node.warn(&reason);
        return Some(Token::Unreadable(reason));
    }
    match node.findings.environment.variable(&id) {
        Some(value) => {
            node.came_from(&id);
            checked(node, value.trim())
        }
        None => Some(unset_variable(node, &id)),
    }
}

/// Not an error: most commands need no token. `serve` refuses to start.
fn unset_variable(node: &Node<'_>, name: &str) -> Token {
    let reason = format!("the environment variable {name} is not set");
    node.warn(&reason);
    Token::Unreadable(reason)
}
