//! What those who run the gateway ask it.

use axum::extract::State;
use axum::response::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::reply;
use super::routes::Of;
use crate::State as Life;

/// It runs.
pub(super) async fn healthz() -> Response {
    reply::json(200, json!({"status": "ok"}).to_string())
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
    let text = shared.metrics.render(&shared.registry, &shared.life);
    let mut response = reply::json(200, text);
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form));
    response
}

/// The plugins that serve, in the shape of `plugins list --json`.
pub(super) async fn plugins(State(shared): Of) -> Response {
    let mut listed: Vec<Value> = Vec::new();
    let mut generations = Vec::new();
    for (_, provider) in shared.registry.providers() {
        // One plugin may offer many providers.
        if generations.contains(&provider.generation()) {
            continue;
        }
        generations.push(provider.generation());
        let (plugin, info) = (provider.plugin(), provider.info());
        listed.push(json!({
            "id": info.id,
            "version": info.version,
            "path": plugin.path(),
            "sha256": plugin.sha256().to_string(),
            "state": Life::Active,
            "generation": provider.generation(),
            "interface": info.interface,
            "enabled": true,
            "reason": null,
        }));
    }
    reply::json(200, Value::Array(listed).to_string())
}
