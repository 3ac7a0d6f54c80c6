//! The plugins of the gateway, for those who run it: listed, reloaded, rolled back.

use axum::extract::{Path, State};
use axum::response::Response;

use super::dialect::Refused;
use super::reply;
use super::routes::Of;
use crate::State as Life;
use crate::swap::{self, Listed, Plugins};

const PATH: &str = "/admin/plugins";

/// Files and generations, in the shape of `plugins list --json`.
pub(super) async fn list(State(shared): Of) -> Response {
    let listed = match &shared.plugins {
        Some(plugins) => plugins.listed(),
        None => {
            let providers = shared.registry.providers();
            let mut listed: Vec<_> = providers
                .iter()
                .map(|(_, provider)| Listed::generation(provider, Life::Active))
                .collect();
            // One plugin may offer many providers.
            listed.dedup();
            listed
        }
    };
    answer(&listed)
}

/// Tries a plugin's files anew.
pub(super) async fn reload(State(shared): Of, Path(id): Path<String>) -> Response {
    swapped(shared.plugins.clone(), move |plugins| plugins.reload(&id)).await
}

/// Goes back to what served before.
pub(super) async fn roll_back(State(shared): Of, Path(id): Path<String>) -> Response {
    swapped(shared.plugins.clone(), move |plugins| {
        plugins.roll_back(&id)
    })
    .await
}

/// The generation that serves after a swap, or why there was none.
async fn swapped(
    plugins: Option<Plugins>,
    swap: impl FnOnce(Plugins) -> Result<Listed, swap::Refused> + Send + 'static,
) -> Response {
    let impossible = |sentence: &str| Err(swap::Refused::Impossible(sentence.to_owned()));
    let swapped = match plugins {
        // It opens libraries and starts threads, and waits for both.
        Some(plugins) => tokio::task::spawn_blocking(move || swap(plugins))
            .await
            .unwrap_or_else(|_| impossible("the gateway is ending")),
        None => impossible("the plugins of this gateway are not swapped"),
    };
    match swapped {
        Ok(listed) => answer(&listed),
        Err(refused) => {
            let (status, code) = match &refused {
                swap::Refused::Unknown(_) => (404, "plugin_not_found"),
                swap::Refused::Impossible(_) => (409, "plugin_not_swapped"),
            };
            let refused = Refused::plain(status, code, refused.to_string());
            reply::refused(reply::shape(PATH), &refused, "")
        }
    }
}

fn answer(listed: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(listed) {
        Ok(body) => reply::json(200, body),
        // A path that is no text.
        Err(error) => {
            let refused = Refused::plain(500, "internal", error.to_string());
            reply::refused(reply::shape(PATH), &refused, "")
        }
    }
}
