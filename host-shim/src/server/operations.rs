//! What those who run the gateway ask it.

use axum::extract::State;
use axum::response::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::reply;
use super::routes::Of;
use crate::swap::Plugins;

/// It runs; and what a person should do something about.
pub(super) async fn healthz(State(shared): Of) -> Response {
    let warnings = shared.plugins.as_ref().map(Plugins::warnings);
    let body = json!({"status": "ok", "warnings": warnings.unwrap_or_default()});
    reply::json(200, body.to_string())
}

/// It takes requests.
pub(super) async fn readyz(State(shared): Of) -> Response {
    let (status, word) = if shared.life.is_draining() {
        (503, "draining")
    } else if shared.registry.providers().is_empty() {
        (503, "no provider is active")
    } else {
        (200, "ok")
    };
    reply::json(status, json!({"status": word}).to_string())
}

/// What was counted, in Prometheus's form.
pub(super) async fn metrics(State(shared): Of) -> Response {
    let text = shared.metrics.render(&shared);
    let mut response = reply::json(200, text);
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form));
    response
}
