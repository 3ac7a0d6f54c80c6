//! ListFoundationModels, and which of its models can be chatted with. The filter is the original's.

use aws_sdk_bedrock::types::{
    FoundationModelLifecycleStatus, FoundationModelSummary, ModelModality,
};
use provider_interface::{Modality, ModelInfo, ModelSource, ProviderError};

use super::DiscoverySettings;
use crate::PROVIDER_ID;
use crate::client::chosen_profile;
use crate::convert::error::{Origin, from_sdk};

/// Asks a region for its models.
pub(super) async fn fetch(
    client: &aws_sdk_bedrock::Client,
    region: &str,
    settings: &DiscoverySettings,
) -> Result<Vec<ModelInfo>, ProviderError> {
    let profile = chosen_profile();
    let place = format!("Amazon Bedrock's control plane in {region}");
    let output = client
        .list_foundation_models()
        .send()
        .await
        .map_err(|error| {
            from_sdk(
                error,
                Origin {
                    endpoint: &place,
                    profile: profile.as_deref(),
                },
            )
        })?;
    Ok(usable(
        output.model_summaries.unwrap_or_default(),
        region,
        settings,
    ))
}

/// The models that can be chatted with, by name.
fn usable(
    summaries: Vec<FoundationModelSummary>,
    region: &str,
    settings: &DiscoverySettings,
) -> Vec<ModelInfo> {
    let filter = normalized(&settings.provider_filter);
    let mut models: Vec<ModelInfo> = summaries
        .into_iter()
        .filter(|summary| is_chat_model(summary) && passes(summary, &filter))
        .map(|summary| to_model(summary, region, settings))
        .collect();
    models.sort_by_cached_key(|model| (model.name.to_lowercase(), model.id.clone()));
    models
}

fn is_chat_model(summary: &FoundationModelSummary) -> bool {
    let active = summary
        .model_lifecycle
        .as_ref()
        .is_some_and(|lifecycle| lifecycle.status == FoundationModelLifecycleStatus::Active);
    !summary.model_id.trim().is_empty()
        && summary.response_streaming_supported == Some(true)
        && summary.output_modalities().contains(&ModelModality::Text)
        && active
}

/// Whether the maker is asked for: by its name, or if it has none by the id's first segment.
fn passes(summary: &FoundationModelSummary, filter: &[String]) -> bool {
    let of_id = summary.model_id.split('.').next();
    let named = summary
        .provider_name()
        .filter(|name| !name.trim().is_empty());
    let maker = named.or(of_id).unwrap_or_default().trim().to_lowercase();
    filter.is_empty() || filter.contains(&maker)
}

fn normalized(filter: &[String]) -> Vec<String> {
    filter
        .iter()
        .map(|maker| maker.trim().to_lowercase())
        .filter(|maker| !maker.is_empty())
        .collect()
}

fn to_model(
    summary: FoundationModelSummary,
    region: &str,
    settings: &DiscoverySettings,
) -> ModelInfo {
    let input = modalities(
        summary.input_modalities(),
        &[Modality::Text, Modality::Image],
    );
    let output = modalities(summary.output_modalities(), &[]);
    let id = summary.model_id.trim().to_owned();
    let name = summary
        .model_name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| id.clone());
    ModelInfo {
        reference: format!("{PROVIDER_ID}/{id}"),
        provider: PROVIDER_ID.to_owned(),
        source: ModelSource::FoundationModel,
        base_model: None,
        region: Some(region.to_owned()),
        input: Some(input),
        output: Some(output),
        reasoning: named_as_reasoning(&id, &name),
        tools: None,
        streaming: Some(true),
        context_window: Some(settings.default_context_window),
        max_tokens: Some(settings.default_max_tokens),
        limits_known: false,
        cost: None,
        id,
        name,
    }
}

/// The modalities in our words, of those that count (all, if none are named); text if none is left.
fn modalities(of_service: &[ModelModality], counted: &[Modality]) -> Vec<Modality> {
    let mut modalities = Vec::new();
    for modality in of_service {
        let modality = Modality::from(modality.as_str().to_ascii_lowercase().as_str());
        let counts = counted.is_empty() || counted.contains(&modality);
        if counts && !modalities.contains(&modality) {
            modalities.push(modality);
        }
    }
    if modalities.is_empty() {
        modalities.push(Modality::Text);
    }
    modalities
}

/// The service doesn't tell; a name that says so is believed, any other says nothing.
fn named_as_reasoning(id: &str, name: &str) -> Option<bool> {
    let words = format!("{id} {name}").to_lowercase();
    ["reasoning", "thinking"]
        .iter()
        .any(|word| words.contains(word))
        .then_some(true)
}

#[cfg(test)]
mod tests;
