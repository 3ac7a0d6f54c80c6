//! The task of one answer: ask the model, then the ones that stand in for it as long as nothing has
//! come, all within the total deadline.

use std::sync::Arc;

use provider_interface::{ChatRequest, ErrorKind, ProviderError, StreamEvent};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::attempt::Attempt;
use super::lessons::Lessons;
use crate::config::Config;
use crate::provider::Sessions;

/// What an answer is made from.
pub(crate) struct Request {
    pub(crate) chat: ChatRequest,
    pub(crate) sessions: Sessions,
    pub(crate) config: Arc<Config>,
    pub(crate) lessons: Lessons,
}

/// Where the caller takes an answer.
pub(super) type Batches = mpsc::Sender<Vec<StreamEvent>>;

/// Failures that another model may not have. Bad credentials and bad requests are the same for all.
const PASSED_ON: &[ErrorKind] = &[
    ErrorKind::ContextOverflow,
    ErrorKind::PermissionDenied,
    ErrorKind::ModelNotFound,
    ErrorKind::RateLimited,
    ErrorKind::Overloaded,
    ErrorKind::Timeout,
    ErrorKind::Unavailable,
    ErrorKind::StreamTruncated,
    ErrorKind::Internal,
];

/// Runs one answer to its end. A caller that is gone is no error: nobody is left to be told.
pub(super) async fn run(request: Request, batches: Batches) -> Result<(), ProviderError> {
    let Some(limit) = request.config.timeouts.total else {
        return answer(request, &batches).await;
    };
    let in_time = timeout(limit, answer(request, &batches)).await;
    in_time.unwrap_or_else(|_| {
        Err(ProviderError::new(
            ErrorKind::Timeout,
            format!("the answer was not complete within {limit:?}, the total time-out"),
        ))
    })
}

async fn answer(request: Request, batches: &Batches) -> Result<(), ProviderError> {
    let Request {
        mut chat,
        sessions,
        config,
        lessons,
    } = request;
    let own = chat.fallbacks.take();
    let fallbacks = own.as_deref().unwrap_or(&config.fallbacks);
    let asked = chat.model_id.trim().to_owned();
    let mut candidates = vec![asked.as_str()];
    for fallback in fallbacks.iter().map(|model| model.trim()) {
        if !fallback.is_empty() && !candidates.contains(&fallback) {
            candidates.push(fallback);
        }
    }
    let last = candidates.len() - 1;
    for (index, candidate) in candidates.iter().enumerate() {
        let mut chat = if index == last {
            std::mem::take(&mut chat)
        } else {
            chat.clone()
        };
        chat.model_id = (*candidate).to_owned();
        let attempt = Attempt {
            asked: &asked,
            sessions: &sessions,
            config: &config,
            lessons: &lessons,
            is_last: index == last,
        };
        let Err(failed) = attempt.run(chat, batches).await else {
            return Ok(());
        };
        if index == last || failed.has_begun || !PASSED_ON.contains(&failed.error.kind) {
            // What has come before the error is the caller's, even if it is no more than a start.
            if !failed.held.is_empty() {
                let _ = batches.send(failed.held).await;
            }
            return Err(failed.error);
        }
        tracing::warn!(model = candidate, error = %failed.error, "the next model is asked instead");
    }
    Ok(())
}
