//! The two keys of the host's that are of use here: the default model and the access token.

use jsonc_parser::ast::Value;

use super::node::{Node, name};
use super::reader::{Manners, Reader};
use super::token::{Token, token};

/// `agents.defaults.model`: a model, or an object with a primary one and fallbacks.
pub(super) fn default_model(top: &mut Reader<'_>) -> Option<String> {
    let mut agents = top.section("agents", Manners::Theirs);
    let mut defaults = agents.section("defaults", Manners::Theirs);
    defaults.read("model", model_ref)
}

fn model_ref(node: &Node<'_>) -> Option<String> {
    match node.value {
        Value::StringLit(_) => name(node),
        Value::Object(_) => Reader::new(node, Manners::Theirs).read("primary", name),
        _ => node.expected("a string or an object"),
    }
}

/// `gateway.auth.token`.
pub(super) fn gateway_token(top: &mut Reader<'_>) -> Token {
    let mut gateway = top.section("gateway", Manners::Theirs);
    let mut auth = gateway.section("auth", Manners::Theirs);
    match auth.read("token", token) {
        Some(token) => token,
        None if auth.has("token") => Token::Unreadable("gateway.auth.token makes no sense".into()),
        None => Token::Unset,
    }
}
