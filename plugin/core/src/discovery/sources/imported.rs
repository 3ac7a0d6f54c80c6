//! ListImportedModels: models that the account brought along.

use provider_interface::ProviderError;

use super::{Derived, Region};

/// The imported models that take conversations.
pub(super) async fn fetch(region: &Region) -> Result<Vec<Derived>, ProviderError> {
    let list = region.client.list_imported_models();
    let mut pages = list.into_paginator().items().send();
    let mut models = Vec::new();
    while let Some(model) = pages.next().await {
        let model = model.map_err(|error| region.error(error))?;
        if model.instruct_supported != Some(false) {
            models.push(Derived {
                id: model.model_arn,
                name: model.model_name,
                base: None,
            });
        }
    }
    Ok(models)
}
