//! ListCustomModelDeployments: customized models that are called on demand.

use aws_sdk_bedrock::types::CustomModelDeploymentStatus;
use provider_interface::ProviderError;

use super::{Derived, Region};

/// The deployments that are ready.
pub(super) async fn fetch(region: &Region) -> Result<Vec<Derived>, ProviderError> {
    let list = region.client.list_custom_model_deployments();
    let mut pages = list.into_paginator().items().send();
    let mut deployments = Vec::new();
    while let Some(deployment) = pages.next().await {
        let deployment = deployment.map_err(|error| region.error(error))?;
        if deployment.status == CustomModelDeploymentStatus::Active {
            deployments.push(Derived {
                base: customized(&deployment.model_arn),
                id: deployment.custom_model_deployment_arn,
                name: deployment.custom_model_deployment_name,
            });
        }
    }
    Ok(deployments)
}

/// The foundation model that a custom model's ARN names: `…:custom-model/BASE/ID`.
fn customized(arn: &str) -> Option<String> {
    let (_, rest) = arn.split_once(":custom-model/")?;
    let (base, _) = rest.rsplit_once('/')?;
    Some(base.to_owned())
}
