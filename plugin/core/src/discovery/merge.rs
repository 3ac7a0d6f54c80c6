//! Config models and discovered ones as one list: config first, and no id twice.

use std::collections::HashSet;

use provider_interface::{ModelInfo, ModelSource};

use super::{ConfigModel, DiscoverySettings};
use crate::PROVIDER_ID;
use crate::region;

/// The models of the config in its order, then the found ones in theirs. What the config leaves
/// unsaid of a model that was found too is taken from there.
pub(super) fn merge(
    config_models: &[ConfigModel],
    found: &[ModelInfo],
    region: &str,
    settings: &DiscoverySettings,
) -> Vec<ModelInfo> {
    let described = config_models
        .iter()
        .filter(|model| !model.id.trim().is_empty())
        .map(|model| {
            let found = found.iter().find(|found| found.id == model.id.trim());
            to_model(model, found, region, settings)
        });
    let mut seen = HashSet::new();
    described
        .chain(found.iter().cloned())
        .filter(|model| seen.insert(model.id.clone()))
        .collect()
}

fn to_model(
    model: &ConfigModel,
    found: Option<&ModelInfo>,
    region: &str,
    settings: &DiscoverySettings,
) -> ModelInfo {
    let id = model.id.trim().to_owned();
    let name = model
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name
        .or(found.map(|found| found.name.as_str()))
        .unwrap_or(&id);
    ModelInfo {
        reference: format!("{PROVIDER_ID}/{id}"),
        provider: PROVIDER_ID.to_owned(),
        name: name.to_owned(),
        source: ModelSource::Config,
        base_model: found.and_then(|found| found.base_model.clone()),
        region: Some(region::of_arn(&id).unwrap_or(region).to_owned()),
        input: model.input.clone().or_else(|| found?.input.clone()),
        output: found.and_then(|found| found.output.clone()),
        reasoning: model.reasoning.or_else(|| found?.reasoning),
        tools: found.and_then(|found| found.tools),
        streaming: found.and_then(|found| found.streaming),
        context_window: model
            .context_window
            .or_else(|| found?.context_window)
            .or(Some(settings.default_context_window)),
        max_tokens: model
            .max_tokens
            .or_else(|| found?.max_tokens)
            .or(Some(settings.default_max_tokens)),
        limits_known: (model.context_window.is_some() && model.max_tokens.is_some())
            || found.is_some_and(|found| found.limits_known),
        cost: model.cost.or_else(|| found?.cost),
        id,
    }
}

#[cfg(test)]
mod tests;
