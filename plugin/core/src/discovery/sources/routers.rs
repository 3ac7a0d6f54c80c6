//! ListPromptRouters: routers that choose between models, prompt by prompt.

use aws_sdk_bedrock::types::PromptRouterStatus;
use provider_interface::ProviderError;

use super::{Derived, Region};
use crate::discovery::geography::base_of;

/// The routers; the model that one falls back to stands for all of its models.
pub(super) async fn fetch(region: &Region) -> Result<Vec<Derived>, ProviderError> {
    let list = region.client.list_prompt_routers();
    let mut pages = list.into_paginator().items().send();
    let mut routers = Vec::new();
    while let Some(router) = pages.next().await {
        let router = router.map_err(|error| region.error(error))?;
        if router.status == PromptRouterStatus::Available {
            let fallback = router.fallback_model.and_then(|model| model.model_arn);
            routers.push(Derived {
                id: router.prompt_router_arn,
                name: router.prompt_router_name,
                base: fallback.map(|arn| base_of(&arn).to_owned()),
            });
        }
    }
    Ok(routers)
}
