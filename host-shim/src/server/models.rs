//! `GET /v1/models` and `/v1/models/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use provider_interface::{ListModels, ModelInfo, ProviderError};
use serde_json::{Value, json};

use super::dialect::{Dialect as _, Refused};
use super::routes::Of;
use super::{Shared, reply};
use crate::openai::OpenAi;

/// All models, by the names that requests call them.
pub(super) async fn list(State(shared): Of) -> Response {
    match all(&shared).await {
        Ok(models) => {
            let data: Vec<Value> = models.iter().map(listed).collect();
            reply::json(200, json!({"object": "list", "data": data}).to_string())
        }
        Err(error) => reply::failed(OpenAi::error, &error, ""),
    }
}

/// One of them, by either of its names.
pub(super) async fn one(State(shared): Of, Path(id): Path<String>) -> Response {
    match all(&shared).await {
        Ok(models) => match models
            .iter()
            .find(|model| model.reference == id || model.id == id)
        {
            Some(model) => reply::json(200, listed(model).to_string()),
            None => {
                let sentence = "no model of this name is known; see /v1/models";
                let refused = Refused {
                    param: Some("model".to_owned()),
                    ..Refused::plain(404, "model_not_found", sentence)
                };
                reply::refused(OpenAi::error, &refused, "")
            }
        },
        Err(error) => reply::failed(OpenAi::error, &error, ""),
    }
}

/// What there is, unless nobody can tell.
async fn all(shared: &Arc<Shared>) -> Result<Vec<ModelInfo>, ProviderError> {
    let mut models = Vec::new();
    let mut failed = None;
    for (_, provider) in shared.registry.providers() {
        match provider.list_models(ListModels::default()).await {
            Ok(list) => models.extend(list.models),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if models.is_empty() => Err(error),
        _ => Ok(models),
    }
}

fn listed(model: &ModelInfo) -> Value {
    json!({
        "id": model.reference,
        "object": "model",
        // Nobody says when; the member has to be there.
        "created": 0,
        "owned_by": model.provider,
        "name": model.name,
        "context_length": model.context_window,
        "max_tokens": model.max_tokens,
    })
}
