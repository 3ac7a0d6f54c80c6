//! Tables of failures and their kinds.

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use ErrorKind::*;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamError;

use super::*;

mod credentials;

const ORIGIN: Origin<'_> = Origin {
    endpoint: "https://bedrock.example.com",
    profile: Some("work"),
};

fn answer(code: Option<&str>, status: u16, message: Option<&str>) -> ProviderError {
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    let status = StatusCode::try_from(status).expect("a status");
    let mut raw = HttpResponse::new(status, SdkBody::empty());
    raw.headers_mut().insert("x-amzn-requestid", "r-7");
    from_sdk(
        SdkError::service_error(ConverseStreamError::generic(meta.build()), raw),
        ORIGIN,
    )
}

fn dispatch(error: ConnectorError) -> ProviderError {
    from_sdk(
        SdkError::<ConverseStreamError, _>::dispatch_failure(error),
        ORIGIN,
    )
}

#[test]
fn codes_and_statuses_have_their_kinds() {
    for (code, status, message, kind) in [
        (
            Some("ValidationException"),
            400,
            "The format is invalid",
            InvalidRequest,
        ),
        (
            Some("ThrottlingException"),
            429,
            "Too many requests",
            RateLimited,
        ),
        (
            Some("ThrottlingException"),
            429,
            "Too many tokens, please wait before trying again.",
            RateLimited,
        ),
        (
            Some("ThrottlingException"),
            429,
            "Too many tokens per day, please wait before trying again.",
            RateLimited,
        ),
        (
            Some("ServiceQuotaExceededException"),
            400,
            "quota",
            RateLimited,
        ),
        (
            Some("ServiceUnavailableException"),
            503,
            "Bedrock is unable to process your request.",
            Overloaded,
        ),
        (
            Some("ModelNotReadyException"),
            429,
            "Model is not ready for inference.",
            Overloaded,
        ),
        (Some("ModelNotReadyException"), 424, "not ready", Overloaded),
        (
            Some("ModelTimeoutException"),
            408,
            "Model has timed out",
            Timeout,
        ),
        (
            Some("ModelErrorException"),
            424,
            "The system encountered an unexpected error",
            Unavailable,
        ),
        (
            Some("InternalServerException"),
            500,
            "internal",
            Unavailable,
        ),
        (
            Some("ResourceNotFoundException"),
            404,
            "Could not resolve the foundation model",
            ModelNotFound,
        ),
        (
            Some("ValidationException"),
            400,
            "The provided model identifier is invalid.",
            ModelNotFound,
        ),
        (
            Some("AccessDeniedException"),
            403,
            "You don't have access to the model with the specified model ID.",
            PermissionDenied,
        ),
        (
            Some("AccessDeniedException"),
            403,
            "Authentication failed: Please make sure your API Key is valid.",
            Authentication,
        ),
        (
            Some("AccessDeniedException"),
            403,
            "Bearer Token has expired",
            CredentialsExpired,
        ),
        (
            Some("ExpiredTokenException"),
            403,
            "The security token included in the request is expired",
            CredentialsExpired,
        ),
        (
            Some("UnrecognizedClientException"),
            403,
            "The security token included in the request is invalid.",
            Authentication,
        ),
        (
            Some("InvalidSignatureException"),
            403,
            "The request signature we calculated does not match",
            Authentication,
        ),
        (
            Some("MissingAuthenticationTokenException"),
            403,
            "Missing Authentication Token",
            Authentication,
        ),
        (
            Some("IncompleteSignatureException"),
            400,
            "Authorization header requires",
            Authentication,
        ),
        (Some("BrandNewThrottledThing"), 400, "", RateLimited),
        (Some("SomethingElse"), 418, "", InvalidRequest),
        (None, 401, "", Authentication),
        (None, 403, "", PermissionDenied),
        (None, 404, "", ModelNotFound),
        (None, 407, "", Unavailable),
        (None, 413, "", InvalidRequest),
        (None, 424, "", Unavailable),
        (None, 429, "", RateLimited),
        (None, 500, "", Unavailable),
        (None, 502, "", Unavailable),
        (None, 503, "", Overloaded),
        (None, 504, "", Timeout),
        (None, 529, "", Overloaded),
        (None, 302, "", Unavailable),
    ] {
        let error = answer(code, status, Some(message));
        assert_eq!(error.kind, kind, "{code:?} {status} {message}");
        assert_eq!(error.http_status, Some(status));
        assert_eq!(error.request_id.as_deref(), Some("r-7"));
        if !message.is_empty() {
            assert_eq!(error.message, message);
        }
    }
}

#[test]
fn overflow_is_recognised_by_every_familys_words_and_after_throttling() {
    for message in [
        "Input is too long for requested model.",
        "The model returned the following errors: prompt is too long: 209378 tokens > 200000 maximum",
        "Input Tokens Exceeded: number of input tokens exceeds maximum length",
        "This model's maximum context length is 131072 tokens",
        "context_length_exceeded",
        "Your input exceeds the context window of this model",
        "The input tokens exceed the configured limit of 128000",
        "prompt tokens exceed model maximum",
        "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
        "Too many total text bytes",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "Range of input length should be [1, 129024]",
    ] {
        let error = answer(Some("ValidationException"), 400, Some(message));
        assert_eq!(error.kind, ContextOverflow, "{message}");
        let error = answer(Some("ModelErrorException"), 424, Some(message));
        assert_eq!(error.kind, ContextOverflow, "{message}");
        let throttled = format!("Too many tokens per minute. {message}");
        let error = answer(Some("ValidationException"), 400, Some(&throttled));
        assert_eq!(error.kind, RateLimited, "{throttled}");
    }
}

#[test]
fn an_answer_without_a_message_is_described() {
    let error = answer(None, 502, None);
    assert_eq!(
        error.message,
        "the service answered with HTTP 502 and no message"
    );
    let error = answer(Some("ModelNotReadyException"), 429, None);
    assert_eq!(
        error.message,
        "the service answered with ModelNotReadyException (HTTP 429)"
    );
}

#[test]
fn the_echo_of_a_signed_request_is_cut_off() {
    let message = "The request signature we calculated does not match the signature you provided. \
        Check your AWS Secret Access Key and signing method. Consult the service documentation for \
        details.\n\nThe Canonical String for this request should have been\n'POST\n/model/x\n\
        x-amz-security-token:SECRET\n'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'";
    let error = answer(Some("InvalidSignatureException"), 403, Some(message));
    assert_eq!(error.kind, Authentication);
    assert!(error.message.ends_with("for details."), "{}", error.message);
    assert!(!error.message.contains("SECRET"));
}

#[test]
fn an_endpoint_that_cannot_be_reached_is_named_with_the_cause() {
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    let error = dispatch(ConnectorError::io(Box::new(refused)));
    assert_eq!(error.kind, Unavailable);
    assert_eq!(
        error.message,
        "https://bedrock.example.com can't be reached: connection refused"
    );

    let certificate = "invalid peer certificate: UnknownIssuer";
    let error = dispatch(ConnectorError::io(certificate.into()));
    assert_eq!(error.kind, Unavailable);
    assert!(error.message.contains("AWS_CA_BUNDLE"), "{}", error.message);

    let error = dispatch(ConnectorError::timeout(
        "connect timed out after 3.1s".into(),
    ));
    assert_eq!(error.kind, Timeout);
    assert!(error.message.contains(ORIGIN.endpoint), "{}", error.message);

    let error = dispatch(ConnectorError::user("invalid URI".into()));
    assert_eq!(error.kind, InvalidRequest);
    let error = dispatch(ConnectorError::other(
        "endpoint is not a valid URI".into(),
        None,
    ));
    assert_eq!(error.kind, InvalidRequest);
    let dump = "failed to apply endpoint `x` to request `Request { … }`";
    let error = dispatch(ConnectorError::other(dump.into(), None));
    assert!(!error.message.contains("Request {"), "{}", error.message);
}

#[test]
fn a_request_that_was_not_built_is_our_fault() {
    let error = SdkError::<ConverseStreamError, _>::construction_failure("no such field");
    let error = from_sdk(error, ORIGIN);
    assert_eq!(error.kind, Internal);
    assert_eq!(
        error.message,
        "the request could not be built: no such field"
    );
}

#[test]
fn exception_frames_have_their_kinds_and_statuses() {
    let said = br#"{"message":"said","p":"abc"}"#;
    for (exception_type, payload, kind, status, message) in [
        ("validationException", &said[..], InvalidRequest, Some(400), "said"),
        ("throttlingException", said, RateLimited, Some(429), "said"),
        ("serviceUnavailableException", said, Overloaded, Some(503), "said"),
        ("internalServerException", said, Unavailable, Some(500), "said"),
        ("modelStreamErrorException", said, Unavailable, Some(424), "said"),
        (
            "modelStreamErrorException",
            br#"{"message":"failed","originalStatusCode":429,"originalMessage":"slow down"}"#,
            RateLimited,
            Some(424),
            "failed (slow down)",
        ),
        (
            "modelStreamErrorException",
            br#"{"message":"failed","originalStatusCode":400,"originalMessage":"prompt is too long"}"#,
            ContextOverflow,
            Some(424),
            "failed (prompt is too long)",
        ),
        (
            "validationException",
            br#"{"message":"Input is too long for requested model."}"#,
            ContextOverflow,
            Some(400),
            "Input is too long for requested model.",
        ),
        (
            "serviceUnavailableException",
            br#"{"message":"Too many requests, please wait before trying again."}"#,
            RateLimited,
            Some(503),
            "Too many requests, please wait before trying again.",
        ),
        ("modelOverloadedException", said, Overloaded, None, "modelOverloadedException: said"),
        ("strangeException", said, Internal, None, "strangeException: said"),
        (
            "validationException",
            b"not JSON",
            InvalidRequest,
            Some(400),
            "the service ended the stream with validationException",
        ),
    ] {
        let error = from_exception(exception_type, payload);
        assert_eq!(
            (error.kind, error.http_status, error.message.as_str()),
            (kind, status, message),
            "{exception_type}"
        );
    }
}

#[test]
fn a_message_without_a_code_is_read_from_the_body() {
    for (body, message) in [
        (r#"{"message":"Forbidden"}"#, "Forbidden"),
        (r#"{"Message":"Forbidden"}"#, "Forbidden"),
        (
            "<html>",
            "the service answered with HTTP 403 and no message",
        ),
    ] {
        let status = StatusCode::try_from(403).expect("a status");
        let raw = HttpResponse::new(status, SdkBody::from(body));
        let error = ConverseStreamError::unhandled("an unknown error");
        let error = from_sdk(SdkError::service_error(error, raw), ORIGIN);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (PermissionDenied, message),
            "{body}"
        );
    }
}
