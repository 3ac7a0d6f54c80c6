//! The body as JSON, refused in the words of restJson1 services.

use serde_json::{Value, json};

use crate::error::Refusal;

/// Parses a body; an empty one is an empty structure.
pub(super) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    let refuse = |message: &str| Err(Refusal::new(400, "SerializationException", message));
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => refuse("Start of structure or map found where not expected."),
        // Malformed, or nested deeper than MAX_JSON_DEPTH.
        Err(error) => refuse(&format!("Could not parse the request body: {error}")),
    }
}
