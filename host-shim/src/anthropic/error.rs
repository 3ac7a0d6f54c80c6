//! Which error is called what: Anthropic's types, by HTTP status where there is one, else by kind.

use std::borrow::Cow;

use provider_interface::{ErrorKind, ProviderError};
use serde::Serialize;

use super::wire::Error;
use crate::server::dialect::{Failure, message_for_clients};

/// Anthropic's types by status (API reference, *Errors*). A status that isn't here is the caller's
/// below 500, and the service's from there on.
const BY_STATUS: &[(u16, &str)] = &[
    (401, "authentication_error"),
    (402, "billing_error"),
    (403, "permission_error"),
    (404, "not_found_error"),
    (408, "timeout_error"),
    (409, "conflict_error"),
    (413, "request_too_large"),
    (429, "rate_limit_error"),
    (503, "overloaded_error"),
    (504, "timeout_error"),
    (529, "overloaded_error"),
];

/// By these words clients know that they should shorten the conversation.
const TOO_LONG: &str = "prompt is too long";

#[derive(Serialize)]
#[serde(tag = "type", rename = "error")]
struct Body<'a> {
    error: Error<'a>,
    request_id: &'a str,
}

/// The body of an answer with an error's status.
pub(super) fn body(status: u16, failure: Failure<'_>, request_id: &str) -> Vec<u8> {
    let message = match failure {
        Failure::Refused(refused) => refused.message.as_str().into(),
        Failure::Provider(error) => self::message(error),
    };
    let kind = by_status(status);
    let error = Error {
        kind,
        message: &message,
    };
    // Strings can always be written.
    serde_json::to_vec(&Body { error, request_id }).unwrap_or_default()
}

/// What an error says.
pub(super) fn message(error: &ProviderError) -> Cow<'_, str> {
    message_for_clients(error, TOO_LONG)
}

fn by_status(status: u16) -> &'static str {
    match BY_STATUS.iter().find(|(of, _)| *of == status) {
        Some((_, kind)) => kind,
        None if status < 500 => "invalid_request_error",
        None => "api_error",
    }
}

/// The type of an error that comes after the status has gone out.
pub(super) fn by_kind(error: &ProviderError) -> &'static str {
    match error.kind {
        ErrorKind::InvalidRequest | ErrorKind::ContextOverflow => "invalid_request_error",
        ErrorKind::Authentication | ErrorKind::CredentialsExpired => "authentication_error",
        ErrorKind::PermissionDenied => "permission_error",
        ErrorKind::ModelNotFound => "not_found_error",
        ErrorKind::RateLimited => "rate_limit_error",
        ErrorKind::Overloaded | ErrorKind::Draining => "overloaded_error",
        ErrorKind::Timeout => "timeout_error",
        _ => "api_error",
    }
}
