//! Whatever fails, as the one error that callers get: the SDK's errors and a stream's exception
//! frames. The service's own message is kept; kinds come from the tables in `kinds`.

mod credentials;
mod kinds;
mod text;
mod unsent;

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use provider_interface::{ErrorKind, ProviderError};
use serde::Deserialize;

use kinds::{classify, exception_status};
use text::without_canonical_request;

pub(crate) use credentials::from_credentials;
pub(crate) use text::causes;

/// Where a request was sent, and with whose credentials: what a sentence about its failure names.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The endpoint's address, or a name for it.
    pub endpoint: &'a str,
    /// The AWS profile in use, if the user chose one.
    pub profile: Option<&'a str>,
}

/// The error for a call of the SDK that failed.
pub fn from_sdk<E>(error: SdkError<E, HttpResponse>, origin: Origin<'_>) -> ProviderError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match &error {
        SdkError::ServiceError(answer) => {
            let meta = answer.err().meta();
            of_answer(meta.code(), meta.message(), answer.raw())
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            let detail = causes(&error);
            // A success that can't be read comes from something else than the service.
            let kind = classify(None, Some(status), "");
            let message = format!(
                "{} answered with HTTP {status}, but not as Bedrock does: {detail}",
                origin.endpoint
            );
            answered(kind, message, answer.raw())
        }
        SdkError::TimeoutError(_) => ProviderError::new(
            ErrorKind::Timeout,
            format!(
                "{} did not answer in time: {}",
                origin.endpoint,
                causes(&error)
            ),
        ),
        SdkError::DispatchFailure(failure) => unsent::from_dispatch(failure, origin),
        // The SDK may get further variants; that the request wasn't built is all there is to say.
        _ => ProviderError::new(
            ErrorKind::Internal,
            format!("the request could not be built: {}", causes(&error)),
        ),
    }
}

fn of_answer(code: Option<&str>, message: Option<&str>, answer: &HttpResponse) -> ProviderError {
    let status = answer.status().as_u16();
    // Without a code the SDK drops the message too: what a proxy or a front door says.
    let of_body = message.is_none().then(|| said_in_body(answer)).flatten();
    let message = message
        .or(of_body.as_deref())
        .map(without_canonical_request)
        .filter(|text| !text.is_empty());
    let kind = classify(code, Some(status), message.unwrap_or_default());
    let message = match (message, code) {
        (Some(message), _) => message.to_owned(),
        (None, Some(code)) => format!("the service answered with {code} (HTTP {status})"),
        (None, None) => format!("the service answered with HTTP {status} and no message"),
    };
    answered(kind, message, answer)
}

fn said_in_body(answer: &HttpResponse) -> Option<String> {
    let said: Exception = serde_json::from_slice(answer.body().bytes()?).ok()?;
    said.message
}

/// An error that an answer stands behind: with its status, its request id, and when to try again.
fn answered(kind: ErrorKind, message: String, answer: &HttpResponse) -> ProviderError {
    let header = |name: &str| answer.headers().get(name).map(str::trim);
    let request_id = ["x-amzn-requestid", "x-amz-request-id"]
        .into_iter()
        .find_map(header);
    // A date instead of seconds would need a clock; AWS sends none.
    let seconds = header("retry-after").and_then(|text| text.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    let milliseconds = header("x-amz-retry-after").and_then(|text| text.parse().ok());
    ProviderError {
        kind,
        message,
        http_status: Some(answer.status().as_u16()),
        request_id: request_id.map(str::to_owned),
        retry_after_ms: milliseconds.or(seconds.map(|seconds| (seconds * 1000.0) as u64)),
    }
}

/// The payload of an exception frame, and the body of an error.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Exception {
    #[serde(alias = "Message")]
    message: Option<String>,
    original_message: Option<String>,
    original_status_code: Option<u16>,
}

/// The error for an exception frame inside a stream (`:exception-type` and its payload). The request
/// id is the answer's: the caller fills it in.
pub fn from_exception(exception_type: &str, payload: &[u8]) -> ProviderError {
    let exception: Exception = serde_json::from_slice(payload).unwrap_or_default();
    let status = exception_status(exception_type);
    let said = [&exception.message, &exception.original_message];
    let mut said = said
        .into_iter()
        .flatten()
        .map(|text| without_canonical_request(text));
    let mut message = said.next().unwrap_or_default().to_owned();
    // What the model itself said is mostly the part that explains.
    if let Some(original) = said.next().filter(|original| !message.contains(original)) {
        message = format!("{message} ({original})");
    }
    let known = status.is_some();
    let kind = classify(
        Some(exception_type),
        exception.original_status_code.filter(|_| known).or(status),
        &message,
    );
    let message = match (known, message.is_empty()) {
        (true, false) => message,
        (_, true) => format!("the service ended the stream with {exception_type}"),
        (false, false) => format!("{exception_type}: {message}"),
    };
    ProviderError {
        http_status: status,
        ..ProviderError::new(kind, message)
    }
}

#[cfg(test)]
mod tests;
