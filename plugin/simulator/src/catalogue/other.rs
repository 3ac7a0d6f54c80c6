//! Items of the lists that most accounts leave empty, in the API's exact shape.

use serde_json::{Value, json};

use super::ACCOUNT_ID;
use super::foundation::{arn, partition};

const CREATED: &str = "2025-01-01T00:00:00Z";

fn account_arn(region: &str, resource: &str) -> String {
    format!(
        "arn:{}:bedrock:{region}:{ACCOUNT_ID}:{resource}",
        partition(region)
    )
}

/// An item of ListImportedModels (`ImportedModelSummary`); `id` is twelve characters.
pub fn imported_model(region: &str, id: &str, name: &str) -> Value {
    json!({
        "modelArn": account_arn(region, &format!("imported-model/{id}")),
        "modelName": name,
        "creationTime": CREATED,
        "instructSupported": true,
        "modelArchitecture": "llama",
    })
}

/// An item of ListCustomModelDeployments (`CustomModelDeploymentSummary`); `id` is twelve characters.
pub fn custom_model_deployment(region: &str, id: &str, name: &str, base: &str) -> Value {
    json!({
        "customModelDeploymentArn": account_arn(region, &format!("custom-model-deployment/{id}")),
        "customModelDeploymentName": name,
        "modelArn": account_arn(region, &format!("custom-model/{base}/{id}")),
        "createdAt": CREATED,
        "status": "Active",
    })
}

/// An item of ListProvisionedModelThroughputs (`ProvisionedModelSummary`); `id` is twelve characters.
pub fn provisioned_model(region: &str, id: &str, name: &str, base: &str) -> Value {
    json!({
        "provisionedModelName": name,
        "provisionedModelArn": account_arn(region, &format!("provisioned-model/{id}")),
        "modelArn": arn(region, base),
        "desiredModelArn": arn(region, base),
        "foundationModelArn": arn(region, base),
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "status": "InService",
        "creationTime": CREATED,
        "lastModifiedTime": CREATED,
    })
}

/// An item of ListPromptRouters (`PromptRouterSummary`) that chooses between two models.
pub fn prompt_router(region: &str, id: &str, name: &str, models: [&str; 2]) -> Value {
    let [first, second] = models.map(|model| json!({"modelArn": arn(region, model)}));
    json!({
        "promptRouterName": name,
        "routingCriteria": {"responseQualityDifference": 0.0},
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "promptRouterArn": account_arn(region, &format!("default-prompt-router/{id}")),
        "models": [first, second],
        "fallbackModel": second,
        "status": "AVAILABLE",
        "type": "default",
    })
}
