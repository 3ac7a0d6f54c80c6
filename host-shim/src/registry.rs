//! Which generation serves: provider id → active generation, model name → provider. Knows no HTTP
//! and no config.

use std::collections::BTreeMap;

use arc_swap::ArcSwap;
use provider_interface::{ChatRequest, ErrorKind, ProviderError};

use crate::provider::Provider;
use crate::stream::ChatStream;

type Active = BTreeMap<String, Provider>;

/// The active generation of each provider. Reading takes no lock, and a swap is seen by the next
/// request; a request keeps the generation that it began with.
#[derive(Debug, Default)]
pub struct Registry {
    active: ArcSwap<Active>,
}

/// Another plugin has a provider of this id already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "plugin `{newcomer}` offers provider `{provider}`, which plugin `{owner}` serves; disable one of the two"
)]
pub struct ProviderTaken {
    /// The provider.
    pub provider: String,
    /// The plugin that has it.
    pub owner: String,
    /// The plugin that wants it.
    pub newcomer: String,
}

impl Registry {
    /// A registry without providers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a generation the one that serves its plugin's providers, all of them at once, and
    /// returns the one that did before. That one is left to finish its streams: draining and
    /// shutting it down is the caller's.
    pub fn activate(&self, provider: Provider) -> Result<Option<Provider>, ProviderTaken> {
        let mut taken = None;
        let before = self.active.rcu(|active| {
            taken = find_taken(active, &provider);
            let mut next = Active::clone(active);
            if taken.is_none() {
                next.retain(|_, other| other.info().id != provider.info().id);
                let ids = provider.info().provider_ids.iter().cloned();
                next.extend(ids.map(|id| (id, provider.clone())));
            }
            next
        });
        match taken {
            Some(taken) => Err(taken),
            None => Ok(serving(&before, &provider.info().id)),
        }
    }

    /// Takes a plugin's providers out, and returns the generation that served them.
    pub fn deactivate(&self, plugin_id: &str) -> Option<Provider> {
        let before = self.active.rcu(|active| {
            let mut next = Active::clone(active);
            next.retain(|_, provider| provider.info().id != plugin_id);
            next
        });
        serving(&before, plugin_id)
    }

    /// The active generation of a provider.
    pub fn get(&self, provider_id: &str) -> Option<Provider> {
        self.active.load().get(provider_id).cloned()
    }

    /// Every provider with its active generation, by id.
    pub fn providers(&self) -> Vec<(String, Provider)> {
        let active = self.active.load();
        active
            .iter()
            .map(|(id, provider)| (id.clone(), provider.clone()))
            .collect()
    }

    /// Which generation a model's name means, and the model's id there: `PROVIDER/ID`, or `ID`
    /// alone where there is one provider. An id may contain slashes itself (ARNs do).
    pub fn resolve<'a>(&self, model: &'a str) -> Result<(Provider, &'a str), ProviderError> {
        let active = self.active.load();
        let (provider, id) = find_provider(&active, model)?;
        if id.is_empty() {
            return Err(ProviderError::new(
                ErrorKind::InvalidRequest,
                "the request names no model; write PROVIDER/MODEL",
            ));
        }
        Ok((provider.clone(), id))
    }

    /// Begins an answer of the model of that name, which becomes the request's model id.
    pub fn stream(
        &self,
        model: &str,
        mut request: ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let (provider, id) = self.resolve(model)?;
        request.model_id = id.to_owned();
        Ok(provider.start_stream(request))
    }
}

fn find_provider<'r, 'a>(
    active: &'r Active,
    model: &'a str,
) -> Result<(&'r Provider, &'a str), ProviderError> {
    if let Some((prefix, id)) = model.split_once('/')
        && let Some(provider) = active.get(prefix)
    {
        return Ok((provider, id));
    }
    let mut providers = active.iter();
    match (providers.next(), providers.next()) {
        (Some((_, only)), None) => Ok((only, model)),
        (None, _) => Err(ProviderError::new(
            ErrorKind::Unavailable,
            "no provider is active",
        )),
        _ => {
            let known = active.keys().map(String::as_str).collect::<Vec<_>>();
            let sentence = format!(
                "`{}` names no provider; write PROVIDER/MODEL, where PROVIDER is one of: {}",
                crate::loader::shorten(model, 100),
                known.join(", ")
            );
            Err(ProviderError::new(ErrorKind::ModelNotFound, sentence))
        }
    }
}

fn find_taken(active: &Active, newcomer: &Provider) -> Option<ProviderTaken> {
    let newcomer = newcomer.info();
    newcomer.provider_ids.iter().find_map(|id| {
        let owner = &active.get(id)?.info().id;
        (*owner != newcomer.id).then(|| ProviderTaken {
            provider: id.clone(),
            owner: owner.clone(),
            newcomer: newcomer.id.clone(),
        })
    })
}

fn serving(active: &Active, plugin_id: &str) -> Option<Provider> {
    let mut providers = active.values();
    providers
        .find(|provider| provider.info().id == plugin_id)
        .cloned()
}
