//! Errors in OpenAI's shape.

use provider_interface::ErrorKind;
use serde_json::json;

use crate::server::dialect::Failure;

/// The words that OpenAI has for kinds of ours.
fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ContextOverflow => "context_length_exceeded",
        ErrorKind::RateLimited => "rate_limit_exceeded",
        other => other.as_str(),
    }
}

/// The `type` that goes with a status.
fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

/// The body of an error, and the data of the event that ends a broken stream.
pub(super) fn body(status: u16, failure: Failure<'_>) -> Vec<u8> {
    let (message, param, code) = match failure {
        Failure::Refused(refused) => (&refused.message, refused.param.as_ref(), refused.code),
        Failure::Provider(error) => (&error.message, None, Some(code(error.kind))),
    };
    let body = json!({"error": {
        "message": message,
        "type": kind(status),
        "param": param,
        "code": code,
    }});
    body.to_string().into_bytes()
}
