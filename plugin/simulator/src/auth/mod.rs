//! Who may ask: signatures and bearer tokens, really verified, refused in AWS's words.

mod bearer;
mod clock;
mod sigv4;

use std::time::SystemTime;

use http::HeaderMap;

use crate::error::Refusal;
use crate::record::AuthKind;

/// An access key that is accepted.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    /// Asked for when set; refused when not.
    pub(crate) session_token: Option<String>,
    pub(crate) expired: bool,
}

/// Everything that is accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) credentials: Vec<Credentials>,
    pub(crate) bearer_tokens: Vec<String>,
    pub(crate) expired_bearer_tokens: Vec<String>,
    /// Whoever asks is let in, signed or not.
    pub(crate) anyone: bool,
}

/// What of a request counts for its verification.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// As on the wire.
    pub(crate) path: &'a str,
    /// As on the wire.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// `:authority`, which stands in for the host header in HTTP/2.
    pub(crate) authority: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// Verifies a request.
pub(crate) fn verify(
    request: &Signed<'_>,
    accepted: &Accepted,
    now: SystemTime,
) -> Result<AuthKind, Refusal> {
    let header = request.headers.get(http::header::AUTHORIZATION);
    let header = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    match header {
        _ if accepted.anyone => Ok(AuthKind::None),
        // AWS, "Common Errors": MissingAuthenticationToken, 403.
        None => Err(Refusal::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )),
        Some(header) => match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                bearer::verify(token.trim(), accepted)
            }
            _ => sigv4::verify(request, &header, accepted, now),
        },
    }
}
