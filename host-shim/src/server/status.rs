//! Error kinds → HTTP statuses.

use provider_interface::{ErrorKind, ProviderError};

/// The status of an error: the service's own where there is one.
pub(crate) fn of_error(error: &ProviderError) -> u16 {
    match error.http_status {
        Some(status @ 400..=599) => status,
        _ => of_kind(error.kind),
    }
}

fn of_kind(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::ContextOverflow => 400,
        ErrorKind::Authentication | ErrorKind::CredentialsExpired => 401,
        ErrorKind::PermissionDenied => 403,
        ErrorKind::ModelNotFound => 404,
        ErrorKind::RateLimited => 429,
        ErrorKind::Cancelled => 499,
        ErrorKind::Unavailable | ErrorKind::StreamTruncated => 502,
        ErrorKind::Overloaded | ErrorKind::Draining => 503,
        ErrorKind::Timeout => 504,
        // A kind that this version doesn't know is a fault on this side as well.
        _ => 500,
    }
}
