//! Answers that are made here: JSON, and errors in the shape of the dialect that was spoken.

use axum::body::Body;
use axum::response::Response;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, StatusCode};
use provider_interface::{ErrorKind, ProviderError};

use super::dialect::{Dialect, Failure, Refused};
use super::status;
use crate::openai::OpenAi;

/// Writes an error's body in a dialect.
pub(super) type Shape = fn(u16, Failure<'_>, &str) -> Vec<u8>;

/// Dialects by the start of the paths that they are spoken on; the first is everybody else's.
const SHAPES: [(&str, Shape); 1] = [("/", OpenAi::error)];

/// The shape of errors on a path.
pub(super) fn shape(path: &str) -> Shape {
    let speaks = |(start, _): &&(&str, Shape)| path.starts_with(start);
    SHAPES.iter().rev().find(speaks).unwrap_or(&SHAPES[0]).1
}

/// A JSON body with a status.
pub(super) fn json(status: u16, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A request that doesn't reach the provider.
pub(super) fn refused(shape: Shape, refused: &Refused, request_id: &str) -> Response {
    let body = shape(refused.status, Failure::Refused(refused), request_id);
    let mut response = json(refused.status, body);
    put(response.headers_mut(), "x-should-retry", "false");
    response
}

/// An error of the provider, which has tried again already where that makes sense.
pub(super) fn failed(shape: Shape, error: &ProviderError, request_id: &str) -> Response {
    let status = status::of_error(error);
    let mut response = json(status, shape(status, Failure::Provider(error), request_id));
    let headers = response.headers_mut();
    // Another generation takes it.
    let again = error.kind == ErrorKind::Draining;
    put(
        headers,
        "x-should-retry",
        if again { "true" } else { "false" },
    );
    if let Some(milliseconds) = error.retry_after_ms {
        put(headers, "retry-after-ms", &milliseconds.to_string());
        put(
            headers,
            RETRY_AFTER.as_str(),
            &milliseconds.div_ceil(1000).to_string(),
        );
    }
    if let Some(id) = &error.request_id {
        put(headers, "x-amzn-requestid", id);
    }
    response
}

/// Sets a header, unless the value can't be one.
pub(super) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
        headers.insert(name, value);
    }
}
