//! Sentences out of error chains.

use std::error::Error;

/// How much of an error chain is worth telling; a credential process may print anything.
const MAX_CAUSES: usize = 400;

/// What AWS writes before it echoes the request, session tokens included.
const ECHOES: &[&str] = &["The Canonical String", "The String-to-Sign"];

/// A message of the service without the echo of the signed request.
pub(super) fn without_canonical_request(message: &str) -> &str {
    let echo = ECHOES.iter().filter_map(|echo| message.find(echo)).min();
    message[..echo.unwrap_or(message.len())].trim()
}

/// What lies behind an error, from the outside in, each thing said once.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in chain(error).skip(1) {
        let cause = without_canonical_request(&cause.to_string()).to_owned();
        let hollow = HOLLOW.contains(&cause.as_str()) || cause.starts_with(DUMP);
        if cause.is_empty() || hollow || text.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    if text.is_empty() {
        text = error.to_string();
    }
    clip(text)
}

/// How a layer begins that prints the whole request.
const DUMP: &str = "failed to apply endpoint";

/// Outer layers of the SDK and of hyper that name only what they are.
const HOLLOW: &[&str] = &[
    "dispatch failure",
    "io error",
    "timeout",
    "other",
    "user error",
    "service error",
    "client error (Connect)",
    "client error (SendRequest)",
    "an error occurred while loading credentials",
    "an error occurred while loading an access token",
    "unexpected credentials error",
];

/// An error and its sources, from the outside in.
pub(super) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn clip(mut text: String) -> String {
    if text.len() > MAX_CAUSES {
        text.truncate(text.floor_char_boundary(MAX_CAUSES));
        text.push('…');
    }
    text
}
