//! Errors in OpenAI's shape.

use provider_interface::ErrorKind;
use serde_json::json;

use crate::server::dialect::{Failure, message_for_clients};

/// The words that OpenAI has for kinds of ours.
fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ContextOverflow => "context_length_exceeded",
        ErrorKind::RateLimited => "rate_limit_exceeded",
        other => other.as_str(),
    }
}

/// By these words clients know that they should shorten the conversation: the code alone is read by
/// few of them.
const TOO_LONG: &str = "This model's maximum context length is exceeded (context_length_exceeded)";

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
        Failure::Refused(refused) => (
            refused.message.as_str().into(),
            refused.param.as_ref(),
            refused.code,
        ),
        Failure::Provider(error) => (
            message_for_clients(error, TOO_LONG),
            None,
            Some(code(error.kind)),
        ),
    };
    let body = json!({"error": {
        "message": message,
        "type": kind(status),
        "param": param,
        "code": code,
    }});
    body.to_string().into_bytes()
}
