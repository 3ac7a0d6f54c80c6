//! Which path is whose.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use super::dialect::Refused;
use super::{Shared, access, chat, count, models, operations, page, plugins, reply, unread};
use crate::anthropic::Messages;
use crate::openai::OpenAi;

/// All routes.
pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat::answer::<OpenAi>))
        .route("/v1/messages", post(chat::answer::<Messages>))
        .route("/v1/messages/count_tokens", post(count::count))
        .route("/v1/models", get(models::list))
        .route("/v1/models/{*id}", get(models::one))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
        .route("/admin/plugins", get(plugins::list))
        .route("/admin/plugins/{id}/reload", post(plugins::reload))
        .route("/admin/plugins/{id}/rollback", post(plugins::roll_back))
        .route("/", get(page::html))
        .route("/page.js", get(page::script))
        .route("/page.css", get(page::style))
        .route("/page.svg", get(page::icon))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&shared), access::check))
        .layer(from_fn_with_state(Arc::clone(&shared), unread::read_away))
        .layer(from_fn(log))
        .with_state(shared)
}

async fn unknown(request: Request) -> Response {
    let sentence =
        "there is nothing at this path; see /v1/models, /v1/chat/completions and /v1/messages";
    let refused = Refused::plain(404, "not_found", sentence);
    reply::refused(reply::shape(request.uri().path()), &refused, "")
}

async fn wrong_method(request: Request) -> Response {
    let sentence = "this path takes another method";
    let refused = Refused::plain(405, "method_not_allowed", sentence);
    reply::refused(reply::shape(request.uri().path()), &refused, "")
}

/// One line for each request; neither headers nor bodies, where secrets and prompts are.
async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let id = response.headers().get("x-request-id");
    tracing::info!(
        %method,
        path,
        status = response.status().as_u16(),
        request_id = id.and_then(|id| id.to_str().ok()),
        seconds = started.elapsed().as_secs_f64(),
        "answered"
    );
    response
}

/// What handlers take of the state.
pub(super) type Of = State<Arc<Shared>>;
