//! ListProvisionedModelThroughputs: models with capacity that the account has bought.

use aws_sdk_bedrock::types::ProvisionedModelStatus;
use provider_interface::ProviderError;

use super::{Derived, Region};
use crate::discovery::geography::base_of;

/// The throughputs that are in service; one that is being changed still is.
pub(super) async fn fetch(region: &Region) -> Result<Vec<Derived>, ProviderError> {
    use ProvisionedModelStatus::{InService, Updating};
    let list = region.client.list_provisioned_model_throughputs();
    let mut pages = list.into_paginator().items().send();
    let mut provisioned = Vec::new();
    while let Some(model) = pages.next().await {
        let model = model.map_err(|error| region.error(error))?;
        if matches!(model.status, InService | Updating) {
            provisioned.push(Derived {
                base: Some(base_of(&model.foundation_model_arn).to_owned()),
                id: model.provisioned_model_arn,
                name: model.provisioned_model_name,
            });
        }
    }
    Ok(provisioned)
}
