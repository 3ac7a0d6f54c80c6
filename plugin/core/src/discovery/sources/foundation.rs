//! ListFoundationModels.

use aws_sdk_bedrock::types::{
    FoundationModelLifecycleStatus, FoundationModelSummary, InferenceType, ModelModality,
};
use provider_interface::{Modality, ProviderError};

use super::{Foundation, Lifecycle, Region};

/// The foundation models of a region; the service gives them on one page.
pub(super) async fn fetch(region: &Region) -> Result<Vec<Foundation>, ProviderError> {
    let asked = region.client.list_foundation_models().send().await;
    let output = asked.map_err(|error| region.error(error))?;
    let summaries = output.model_summaries.unwrap_or_default();
    Ok(summaries.into_iter().filter_map(read).collect())
}

fn read(summary: FoundationModelSummary) -> Option<Foundation> {
    let id = summary.model_id.trim().to_owned();
    if id.is_empty() {
        return None;
    }
    let text = |text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    // A model without a maker's name is filtered by the first segment of its id.
    let first = || id.split('.').next().unwrap_or_default().to_owned();
    let maker = text(summary.provider_name()).unwrap_or_else(first);
    let types = summary.inference_types_supported();
    Some(Foundation {
        name: text(summary.model_name()).unwrap_or_else(|| id.clone()),
        maker: maker.to_lowercase(),
        input: modalities(summary.input_modalities()),
        output: modalities(summary.output_modalities()),
        streaming: summary.response_streaming_supported == Some(true),
        // An answer that doesn't tell comes from something older than inference types.
        on_demand: types.is_empty() || types.contains(&InferenceType::OnDemand),
        state: match summary.model_lifecycle().map(|lifecycle| &lifecycle.status) {
            Some(FoundationModelLifecycleStatus::Active) => Lifecycle::Active,
            Some(FoundationModelLifecycleStatus::Legacy) => Lifecycle::Legacy,
            _ => Lifecycle::Unsaid,
        },
        id,
    })
}

/// The modalities in our words, each once.
fn modalities(of_service: &[ModelModality]) -> Vec<Modality> {
    let mut modalities = Vec::new();
    for modality in of_service {
        let modality = Modality::from(modality.as_str().to_ascii_lowercase().as_str());
        if !modalities.contains(&modality) {
            modalities.push(modality);
        }
    }
    modalities
}
