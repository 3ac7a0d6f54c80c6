//! The dialect, seen from its doors.

mod answers;
mod properties;
mod requests;

/// A body with these messages.
fn body(messages: &str) -> String {
    format!(r#"{{"model": "anthropic.claude-x", "max_tokens": 100, "messages": {messages}}}"#)
}
