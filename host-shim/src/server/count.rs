//! The tokens of a request, as Anthropic's clients ask for them.

use axum::extract::{Request, State};
use axum::response::Response;

use super::chat::{Failed, header, read_body};
use super::dialect::{Asked, Dialect as _};
use super::routes::Of;
use super::{Shared, reply};
use crate::anthropic::{self, Messages};

/// Counts the tokens of a request of the Messages API.
pub(super) async fn count(State(shared): Of, request: Request) -> Response {
    match counted(&shared, request).await {
        Ok(body) => reply::json(200, body),
        Err(Failed::Refused(refused)) => reply::refused(Messages::error, &refused, ""),
        Err(Failed::Provider(error)) => reply::failed(Messages::error, &error, ""),
    }
}

async fn counted(shared: &Shared, request: Request) -> Result<Vec<u8>, Failed> {
    let betas = header(request.headers(), Messages::HEADER);
    let body = read_body(request, shared.timeouts.body).await?;
    let Asked {
        model, mut request, ..
    } = anthropic::read_count(&body, betas.as_deref())?;
    let (provider, id) = shared.registry.resolve(&model)?;
    id.clone_into(&mut request.model_id);
    Ok(anthropic::count(provider.count_tokens(request).await?))
}
