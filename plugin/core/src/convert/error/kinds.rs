//! Error codes, statuses and texts → error kinds: tables, and the one function that reads them.

use provider_interface::ErrorKind;

use ErrorKind::{
    Authentication, ContextOverflow, CredentialsExpired, Internal, InvalidRequest, ModelNotFound,
    Overloaded, PermissionDenied, RateLimited, Timeout, Unavailable,
};

/// Error codes of Bedrock and of AWS's front doors (AWS API reference, *Errors* of ConverseStream and
/// *Common Errors*). Case doesn't count: exception frames write `throttlingException`.
const CODES: &[(&str, ErrorKind)] = &[
    ("ValidationException", InvalidRequest),
    ("ValidationError", InvalidRequest),
    ("SerializationException", InvalidRequest),
    ("ConflictException", InvalidRequest),
    ("UnknownOperationException", InvalidRequest),
    ("ThrottlingException", RateLimited),
    ("Throttling", RateLimited),
    ("ThrottledException", RateLimited),
    ("TooManyRequestsException", RateLimited),
    ("RequestLimitExceeded", RateLimited),
    ("SlowDown", RateLimited),
    ("ServiceQuotaExceededException", RateLimited),
    ("LimitExceededException", RateLimited),
    ("ServiceUnavailableException", Overloaded),
    ("ServiceUnavailable", Overloaded),
    ("ModelNotReadyException", Overloaded),
    ("ModelTimeoutException", Timeout),
    ("RequestTimeout", Timeout),
    ("RequestTimeoutException", Timeout),
    ("ModelErrorException", Unavailable),
    ("ModelStreamErrorException", Unavailable),
    ("InternalServerException", Unavailable),
    ("InternalServerError", Unavailable),
    ("InternalFailure", Unavailable),
    ("ResourceNotFoundException", ModelNotFound),
    ("ResourceNotFound", ModelNotFound),
    ("AccessDeniedException", PermissionDenied),
    ("AccessDenied", PermissionDenied),
    ("NotAuthorized", PermissionDenied),
    ("OptInRequired", PermissionDenied),
    ("ExpiredTokenException", CredentialsExpired),
    ("ExpiredToken", CredentialsExpired),
    ("TokenRefreshRequired", CredentialsExpired),
    ("UnrecognizedClientException", Authentication),
    ("InvalidClientTokenId", Authentication),
    ("InvalidAccessKeyId", Authentication),
    ("InvalidSignatureException", Authentication),
    ("SignatureDoesNotMatch", Authentication),
    ("MissingAuthenticationTokenException", Authentication),
    ("MissingAuthenticationToken", Authentication),
    ("IncompleteSignatureException", Authentication),
    ("IncompleteSignature", Authentication),
    ("RequestExpired", Authentication),
    ("RequestTimeTooSkewed", Authentication),
    ("AuthFailure", Authentication),
];

/// Codes that no table lists, by what their names are made of.
const CODE_PARTS: &[(&str, ErrorKind)] = &[
    ("throttl", RateLimited),
    ("toomanyrequests", RateLimited),
    ("quota", RateLimited),
    ("expiredtoken", CredentialsExpired),
    ("accessdenied", PermissionDenied),
    ("notfound", ModelNotFound),
    ("timeout", Timeout),
    ("unavailable", Overloaded),
    ("overloaded", Overloaded),
    ("validation", InvalidRequest),
    ("internal", Unavailable),
];

/// Texts that say more than code and status, by what these say alone; the first that fits counts,
/// so throttling ("Too many tokens per day") comes before overflow ("too many input tokens").
const TEXTS: &[(&[ErrorKind], &str, ErrorKind)] = &[
    (FAULTS, "rate limit", RateLimited),
    (FAULTS, "too many requests", RateLimited),
    (FAULTS, "too many tokens per", RateLimited),
    (FAULTS, "too many tokens, please wait", RateLimited),
    (FAULTS, "throttl", RateLimited),
    (REFUSALS, "input is too long", ContextOverflow),
    (REFUSALS, "prompt is too long", ContextOverflow),
    (REFUSALS, "input tokens exceeded", ContextOverflow),
    (
        REFUSALS,
        "input tokens exceed the configured limit",
        ContextOverflow,
    ),
    (REFUSALS, "maximum context length", ContextOverflow),
    (REFUSALS, "context_length_exceeded", ContextOverflow),
    (REFUSALS, "exceeds the context window", ContextOverflow),
    (REFUSALS, "exceed model maximum", ContextOverflow),
    (REFUSALS, "too many input tokens", ContextOverflow),
    (REFUSALS, "too many total text bytes", ContextOverflow),
    (REFUSALS, "exceed context limit", ContextOverflow),
    (REFUSALS, "range of input length should be", ContextOverflow),
    (REFUSALS, "model identifier is invalid", ModelNotFound),
    (
        DENIALS,
        "security token included in the request is expired",
        CredentialsExpired,
    ),
    (DENIALS, "token has expired", CredentialsExpired),
    (
        DENIALS,
        "security token included in the request is invalid",
        Authentication,
    ),
    (DENIALS, "authentication failed", Authentication),
    (DENIALS, "api key", Authentication),
];

/// Kinds under which a throttled request may be hidden.
const FAULTS: &[ErrorKind] = &[InvalidRequest, Unavailable, Overloaded, Internal];
/// Kinds under which a refused input may be hidden; models report one as a fault of theirs.
const REFUSALS: &[ErrorKind] = &[InvalidRequest, Unavailable, Internal];
/// Kinds under which bad credentials may be hidden.
const DENIALS: &[ErrorKind] = &[PermissionDenied, Authentication, InvalidRequest];

/// Exceptions that a stream may carry and their status (AWS API reference, *ConverseStreamOutput*
/// and *Errors*).
const EXCEPTIONS: &[(&str, u16)] = &[
    ("validationException", 400),
    ("accessDeniedException", 403),
    ("resourceNotFoundException", 404),
    ("modelTimeoutException", 408),
    ("modelErrorException", 424),
    ("modelStreamErrorException", 424),
    ("throttlingException", 429),
    ("modelNotReadyException", 429),
    ("internalServerException", 500),
    ("serviceUnavailableException", 503),
];

/// The kind of an error: by its code, else by its status; then its text may say more.
pub(super) fn classify(code: Option<&str>, status: Option<u16>, message: &str) -> ErrorKind {
    let listed = code.and_then(|code| {
        let row = CODES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(code));
        row.map(|(_, kind)| *kind)
    });
    let kind = match (listed, status) {
        // The status of the model behind Bedrock says what kind of fault of its own it was.
        (Some(Unavailable), Some(status @ (400 | 408 | 429 | 503 | 504 | 529))) => {
            of_status(status)
        }
        (Some(kind), _) => kind,
        (None, _) => code
            .and_then(of_code_part)
            .or(status.map(of_status))
            .unwrap_or(Internal),
    };
    let message = message.to_ascii_lowercase();
    TEXTS
        .iter()
        .find(|(hidden_under, text, _)| hidden_under.contains(&kind) && message.contains(text))
        .map_or(kind, |(_, _, kind)| *kind)
}

/// The HTTP status that stands for an exception frame.
pub(super) fn exception_status(exception_type: &str) -> Option<u16> {
    let row = EXCEPTIONS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(exception_type));
    row.map(|(_, status)| *status)
}

fn of_code_part(code: &str) -> Option<ErrorKind> {
    let code = code.to_ascii_lowercase();
    let row = CODE_PARTS.iter().find(|(part, _)| code.contains(part));
    row.map(|(_, kind)| *kind)
}

fn of_status(status: u16) -> ErrorKind {
    match status {
        401 => Authentication,
        403 => PermissionDenied,
        404 => ModelNotFound,
        408 | 504 => Timeout,
        429 => RateLimited,
        503 | 529 => Overloaded,
        // A proxy's demand, or a dependency of the service: not what the caller asked.
        407 | 424 => Unavailable,
        400..=499 => InvalidRequest,
        // Redirections and successes that aren't Bedrock's come from something in between.
        _ => Unavailable,
    }
}
