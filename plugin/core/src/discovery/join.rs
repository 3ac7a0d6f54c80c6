//! The lists of one region as one list of what can be called there: profiles and the like inherit
//! from their foundation model, and a model that only profiles lead to isn't listed by itself.

use std::collections::HashMap;

use provider_interface::{Modality, ModelInfo};

use super::DiscoverySettings;
use super::geography::split;
use super::known::{Known, cost};
use super::sources::{Derived, Foundation, Lifecycle, Lists, Source};
use crate::PROVIDER_ID;
use crate::models::Facts;

/// What can be called in a region, by name. The filter is the original's, and goes by the foundation
/// model.
pub(super) fn models(
    lists: &Lists,
    region: &str,
    settings: &DiscoverySettings,
    known: Known<'_>,
) -> Vec<ModelInfo> {
    let all = lists.foundation.iter().flat_map(|list| &list.items);
    let join = Join {
        region,
        settings,
        known,
        makers: normalized(&settings.provider_filter),
        foundation: all.map(|model| (model.id.as_str(), model)).collect(),
        is_complete: lists.foundation.is_some(),
    };
    let mut models = join.all(lists);
    models.sort_by_cached_key(|model| (model.name.to_lowercase(), model.id.clone()));
    models
}

struct Join<'a> {
    region: &'a str,
    settings: &'a DiscoverySettings,
    known: Known<'a>,
    makers: Vec<String>,
    foundation: HashMap<&'a str, &'a Foundation>,
    /// Whether the foundation models were listed at all.
    is_complete: bool,
}

impl Join<'_> {
    fn all(&self, lists: &Lists) -> Vec<ModelInfo> {
        let foundation = lists.foundation.iter().flat_map(|list| &list.items);
        let on_demand = foundation
            .filter(|model| model.on_demand && self.is_wanted(model))
            .map(|model| self.of_foundation(model));
        let derived = lists.derived.iter().flat_map(|(source, list)| {
            let items = list.items.iter();
            items.filter_map(move |item| self.of_derived(*source, item))
        });
        on_demand.chain(derived).collect()
    }

    /// Whether it can be chatted with, is in its prime, and comes from a maker that is asked for.
    fn is_wanted(&self, model: &Foundation) -> bool {
        let in_time = match model.state {
            Lifecycle::Active => true,
            Lifecycle::Legacy => self.settings.include_legacy,
            Lifecycle::Unsaid => false,
        };
        in_time && is_chat_model(model) && self.is_asked_for(&model.maker)
    }

    fn is_asked_for(&self, maker: &str) -> bool {
        self.makers.is_empty() || self.makers.iter().any(|one| one == maker)
    }

    fn of_foundation(&self, model: &Foundation) -> ModelInfo {
        let plain = self.model(Source::FoundationModels, &model.id, &model.name, None);
        inherit(
            plain,
            Some(model),
            (self.known)(&model.id, None),
            self.settings,
        )
    }

    fn of_derived(&self, source: Source, item: &Derived) -> Option<ModelInfo> {
        let base = item.base.as_deref().and_then(|base| self.find(base));
        let base_id = base.map(|base| base.id.as_str()).or(item.base.as_deref());
        let facts = (self.known)(&item.id, base_id);
        let wanted = match (base, base_id) {
            (Some(base), _) => self.is_wanted(base),
            // A profile of AWS over a model that this region doesn't have may be for images; the
            // account's own things are there to be used.
            (None, Some(base_id)) => {
                let is_own = source != Source::SystemProfiles;
                let maker = base_id.split('.').next().unwrap_or_default();
                (is_own || !self.is_complete || facts.context_window.is_some())
                    && self.is_asked_for(maker)
            }
            (None, None) => self.makers.is_empty(),
        };
        wanted.then(|| {
            let plain = self.model(source, &item.id, item.name.trim(), base_id);
            inherit(plain, base, facts, self.settings)
        })
    }

    /// The foundation model, also if it is named with a variant (`…:0:24k`).
    fn find(&self, base: &str) -> Option<&Foundation> {
        let mut id = base;
        loop {
            if let Some(model) = self.foundation.get(id) {
                return Some(model);
            }
            (id, _) = id.rsplit_once(':')?;
        }
    }

    fn model(&self, source: Source, id: &str, name: &str, base: Option<&str>) -> ModelInfo {
        let name = if name.is_empty() { id } else { name };
        ModelInfo {
            reference: format!("{PROVIDER_ID}/{id}"),
            provider: PROVIDER_ID.to_owned(),
            name: name.to_owned(),
            source: source.model_source(),
            base_model: base.map(str::to_owned),
            region: Some(self.region.to_owned()),
            input: None,
            output: None,
            reasoning: None,
            tools: None,
            streaming: None,
            context_window: None,
            max_tokens: None,
            limits_known: false,
            cost: None,
            id: id.to_owned(),
        }
    }
}

/// What a model gets from elsewhere: what the service says, then what is known, then defaults for the
/// limits.
fn inherit(
    model: ModelInfo,
    base: Option<&Foundation>,
    facts: Facts,
    settings: &DiscoverySettings,
) -> ModelInfo {
    let limits_known = facts.context_window.is_some() && facts.max_tokens.is_some();
    let cost = cost(&model.id, &facts);
    let named = named_as_reasoning(&model.id, &model.name);
    let base_named = || base.and_then(|base| named_as_reasoning(&base.id, &base.name));
    ModelInfo {
        input: base.map(input).or(facts.input),
        output: base.map(|base| base.output.clone()),
        reasoning: facts.reasoning.or(named).or_else(base_named),
        tools: facts.tools,
        streaming: base.map(|base| base.streaming).or(facts.streaming),
        context_window: facts
            .context_window
            .or(Some(settings.default_context_window)),
        max_tokens: facts.max_tokens.or(Some(settings.default_max_tokens)),
        limits_known,
        cost,
        ..model
    }
}

/// Text goes in and comes out, bit by bit. Speech models stream too, but not in a conversation.
fn is_chat_model(model: &Foundation) -> bool {
    let reads = model.input.is_empty() || model.input.contains(&Modality::Text);
    reads && model.streaming && model.output.contains(&Modality::Text)
}

/// The modalities that the original counts; text if none is left.
fn input(model: &Foundation) -> Vec<Modality> {
    let counts = |modality: &&Modality| matches!(modality, Modality::Text | Modality::Image);
    let input: Vec<Modality> = model.input.iter().filter(counts).cloned().collect();
    if input.is_empty() {
        return vec![Modality::Text];
    }
    input
}

fn normalized(filter: &[String]) -> Vec<String> {
    filter
        .iter()
        .map(|maker| maker.trim().to_lowercase())
        .filter(|maker| !maker.is_empty())
        .collect()
}

/// The service doesn't tell; a name that says so is believed, any other says nothing.
fn named_as_reasoning(id: &str, name: &str) -> Option<bool> {
    let words = format!("{id} {name}").to_lowercase();
    ["reasoning", "thinking"]
        .iter()
        .any(|word| words.contains(word))
        .then_some(true)
}

/// The profiles of AWS over a foundation model, as geography and id.
pub(super) fn profiles_over<'a>(
    lists: &'a Lists,
    base: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let profiles = lists.derived.get(&Source::SystemProfiles);
    let over = profiles.into_iter().flat_map(|list| &list.items);
    over.filter(move |profile| profile.base.as_deref() == Some(base))
        .filter_map(|profile| Some((split(&profile.id)?.0, profile.id.as_str())))
}

#[cfg(test)]
mod tests;
