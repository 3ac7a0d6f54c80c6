//! Config models and discovered ones as one list: config first, and no id twice.

use std::collections::HashSet;

use provider_interface::{ModelInfo, ModelSource};

use super::known::{Known, cost};
use super::resolve::split_region;
use super::{ConfigModel, DiscoverySettings};
use crate::PROVIDER_ID;

/// The models of the config in its order, then the found ones in theirs, region by region for the
/// same id. What the config leaves unsaid of a model that was found too is taken from there.
///
/// A model is the same if its id and its region are. The first region of an id has the plain
/// reference, the others have theirs with `@REGION`.
pub(super) fn merge(
    config_models: &[ConfigModel],
    found: Vec<ModelInfo>,
    region: &str,
    settings: &DiscoverySettings,
    known: Known<'_>,
) -> Vec<ModelInfo> {
    let described: Vec<ModelInfo> = config_models
        .iter()
        .filter(|model| !model.id.trim().is_empty())
        .map(|model| to_model(model, &found, region, settings, known))
        .collect();
    let mut seen = HashSet::new();
    let mut ids = HashSet::new();
    let all = described.into_iter().chain(found);
    all.filter(|model| seen.insert((model.id.clone(), model.region.clone())))
        .map(|model| {
            let is_first = ids.insert(model.id.clone());
            ModelInfo {
                reference: reference(&model, is_first),
                ..model
            }
        })
        .collect()
}

fn reference(model: &ModelInfo, is_first: bool) -> String {
    let id = &model.id;
    match &model.region {
        Some(region) if !is_first => format!("{PROVIDER_ID}/{id}@{region}"),
        _ => format!("{PROVIDER_ID}/{id}"),
    }
}

fn to_model(
    model: &ConfigModel,
    found: &[ModelInfo],
    region: &str,
    settings: &DiscoverySettings,
    known: Known<'_>,
) -> ModelInfo {
    let (id, own_region) = split_region(model.id.trim());
    let region = own_region.unwrap_or(region);
    let here = |found: &&ModelInfo| found.region.as_deref() == Some(region);
    let mut same = found.iter().filter(|found| found.id == id);
    let found = same.clone().find(here).or_else(|| same.next());
    let known = known(id, None);
    let known_cost = cost(id, &known);
    let name = model
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name
        .or(found.map(|found| found.name.as_str()))
        .unwrap_or(id);
    let limit = |said: Option<u32>, known: Option<u32>, found: Option<u32>, default: u32| {
        said.or(known).or(found).or(Some(default))
    };
    let is_known = |said: Option<u32>, known: Option<u32>| said.or(known).is_some();
    ModelInfo {
        reference: String::new(),
        provider: PROVIDER_ID.to_owned(),
        name: name.to_owned(),
        source: ModelSource::Config,
        base_model: found.and_then(|found| found.base_model.clone()),
        region: Some(region.to_owned()),
        input: model
            .input
            .clone()
            .or_else(|| found?.input.clone())
            .or(known.input),
        output: found.and_then(|found| found.output.clone()),
        reasoning: model
            .reasoning
            .or_else(|| found?.reasoning)
            .or(known.reasoning),
        tools: found.and_then(|found| found.tools).or(known.tools),
        streaming: found.and_then(|found| found.streaming).or(known.streaming),
        context_window: limit(
            model.context_window,
            known.context_window,
            found.and_then(|found| found.context_window),
            settings.default_context_window,
        ),
        max_tokens: limit(
            model.max_tokens,
            known.max_tokens,
            found.and_then(|found| found.max_tokens),
            settings.default_max_tokens,
        ),
        limits_known: found.is_some_and(|found| found.limits_known)
            || (is_known(model.context_window, known.context_window)
                && is_known(model.max_tokens, known.max_tokens)),
        cost: model.cost.or_else(|| found?.cost).or(known_cost),
        id: id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
