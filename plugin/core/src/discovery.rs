//! Which models there are, and what a request that names one is sent to.
//!
//! - `sources`: what a region's control plane lists, as it lists it.
//! - `cache`: those lists, in memory and on disk.
//! - `join` and `merge`: from lists and config to models; pure.
//! - `resolve`: from what a request names to what the service takes, and where; pure.
//! - `known`: what is known of models beyond the lists.

mod cache;
mod geography;
mod join;
mod known;
mod merge;
mod notes;
mod resolve;
mod settings;
mod sources;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use provider_interface::{ModelInfo, ModelList, ProviderError};
use tokio::time::timeout;

use cache::{Cache, Key, Listed};
use sources::{Lists, is_without_credentials};

use crate::models::Models;

pub(crate) use resolve::Target;
pub use settings::{ConfigModel, DiscoverySettings};

/// How long a request for an answer waits for lists that tell where it goes; after that it goes by
/// what is known of the model.
const LOOK_UP: Duration = Duration::from_secs(3);
/// How long nothing more is looked up after that.
const PAUSE: Duration = Duration::from_secs(60);

/// A region to ask.
#[derive(Clone)]
pub(crate) struct Place {
    /// Its name.
    pub(crate) region: String,
    /// Where its control plane is.
    pub(crate) endpoint: String,
    /// The way there; made only to be taken, since a client costs more than a list that is at hand.
    pub(crate) control: Arc<dyn Fn() -> aws_sdk_bedrock::Client + Send + Sync>,
}

/// The models of one config.
#[derive(Debug)]
pub struct Discovery {
    settings: DiscoverySettings,
    config_models: Vec<ConfigModel>,
    known: Models,
    identity: String,
    cache: Arc<Cache>,
}

impl Discovery {
    /// Nothing is asked for yet. `access_key_id` is that of a key that the gateway made up.
    pub(crate) fn new(
        settings: DiscoverySettings,
        config_models: Vec<ConfigModel>,
        known: Models,
        cache_dir: Option<&Path>,
        access_key_id: Option<&str>,
    ) -> Self {
        Self {
            identity: cache::identity(access_key_id),
            cache: Arc::new(Cache::new(settings.refresh_interval, cache_dir)),
            settings,
            config_models,
            known,
        }
    }

    /// The models of some regions: those of the config first, then what the service lists, by name.
    /// `refresh` asks the service even if its lists are still good.
    ///
    /// A failure is a note as long as there is a list to give: that of the config, of another region,
    /// or the last one.
    pub(crate) async fn list(
        &self,
        places: &[Place],
        refresh: bool,
    ) -> Result<ModelList, ProviderError> {
        let known = |id: &str, base: Option<&str>| self.known.facts(id, base);
        let mut notes = Vec::new();
        let mut found: Vec<ModelInfo> = Vec::new();
        let mut failed = None;
        let mut has_list = !self.config_models.is_empty();
        for (place, listed) in places.iter().zip(self.listed(places, refresh).await) {
            match listed {
                Ok(listed) => {
                    has_list = true;
                    notes.extend(notes::of(&listed, &place.region));
                    found.extend(join::models(
                        &listed.lists,
                        &place.region,
                        &self.settings,
                        &known,
                    ));
                }
                Err(error) => {
                    notes.push(notes::nothing(&place.region, &error));
                    has_list |= self.is_off(&error);
                    failed.get_or_insert(error);
                }
            }
        }
        if let (Some(error), false) = (failed, has_list) {
            return Err(error);
        }
        if places.len() > 1 {
            // Stable: the same id keeps the order of the regions.
            found.sort_by_cached_key(|model| (model.name.to_lowercase(), model.id.clone()));
        }
        let region = places.first().map_or("", |place| place.region.as_str());
        let models = merge::merge(&self.config_models, found, region, &self.settings, &known);
        Ok(ModelList { models, notes })
    }

    /// Whether it depends on credentials if anything is listed: discovery is neither on nor off, and no
    /// list is at hand.
    pub(crate) fn awaits_credentials(&self, places: &[Place]) -> bool {
        let is_at_hand = |place: &Place| {
            self.cache
                .at_hand(&self.key(place), Duration::ZERO)
                .0
                .is_some()
        };
        self.settings.enabled.is_none() && !places.iter().any(is_at_hand)
    }

    /// The models of the config, where credentials took too long to tell whether there are any.
    pub(crate) fn without_credentials(&self, places: &[Place], limit: Duration) -> ModelList {
        let known = |id: &str, base: Option<&str>| self.known.facts(id, base);
        let region = places.first().map_or("", |place| place.region.as_str());
        let models = &self.config_models;
        ModelList {
            models: merge::merge(models, Vec::new(), region, &self.settings, &known),
            notes: vec![format!(
                "no models were discovered in {region}: the credentials took longer than {limit:?}; set \
                 discovery.enabled to true to wait for them"
            )],
        }
    }

    /// Where a request goes that names a model: by the lists at hand, else by lists that are asked
    /// for now, else by what is known of the model. What nobody knows is sent as it is.
    pub(crate) async fn resolve(
        &self,
        asked: &str,
        places: &[Place],
        place_of: impl Fn(&str) -> Place,
    ) -> Result<Target, ProviderError> {
        let (id, region) = resolve::split_region(asked.trim());
        let one = region.map(|region| [place_of(region)]);
        let places = one.as_ref().map_or(places, |one| one);
        let (resolved, missing) = self.resolve_at_hand(id, places);
        if resolved.is_sure || missing.is_empty() || self.settings.enabled == Some(false) {
            return Ok(resolved.target);
        }
        // Apart, so that lists which take longer come in for the next request.
        let asked = missing
            .iter()
            .map(|place| tokio::spawn(self.ask(place, false)));
        let listed = timeout(LOOK_UP, join_all(asked)).await;
        let listed = listed.into_iter().flatten().flatten();
        let mut errors = listed.filter_map(Result::err);
        // Its own request would fail in the same way, only later.
        if let Some(error) = errors.find(is_without_credentials) {
            return Err(error);
        }
        Ok(self.resolve_at_hand(id, places).0.target)
    }

    /// Resolves by the lists at hand; also the places whose lists may be asked for.
    fn resolve_at_hand(&self, id: &str, places: &[Place]) -> (resolve::Resolved, Vec<Place>) {
        let mut missing = Vec::new();
        let lists: Vec<Option<Arc<Lists>>> = places
            .iter()
            .map(|place| {
                let (lists, may_ask) = self.cache.at_hand(&self.key(place), PAUSE);
                if may_ask {
                    missing.push(place.clone());
                }
                lists
            })
            .collect();
        let with_lists = places.iter().zip(&lists);
        let with_lists: Vec<resolve::Place<'_>> = with_lists
            .map(|(place, lists)| resolve::Place {
                region: &place.region,
                lists: lists.as_deref(),
            })
            .collect();
        let resolved = resolve::resolve(
            id,
            &with_lists,
            &self.settings.profile_order,
            &self.known.remembered(id, None),
        );
        (resolved, missing)
    }

    /// The lists of each place.
    async fn listed(&self, places: &[Place], refresh: bool) -> Vec<Result<Listed, ProviderError>> {
        if self.settings.enabled == Some(false) {
            return Vec::new();
        }
        join_all(places.iter().map(|place| self.ask(place, refresh))).await
    }

    fn ask(
        &self,
        place: &Place,
        refresh: bool,
    ) -> impl Future<Output = Result<Listed, ProviderError>> + Send + use<> {
        let (cache, key) = (Arc::clone(&self.cache), self.key(place));
        let Place {
            region, control, ..
        } = place.clone();
        let fetch = move || sources::fetch(control(), region);
        async move { cache.list(&key, refresh, fetch).await }
    }

    fn key(&self, place: &Place) -> Key {
        Key {
            region: place.region.clone(),
            endpoint: place.endpoint.clone(),
            identity: self.identity.clone(),
        }
    }

    /// Left unset, discovery is on if there are credentials.
    fn is_off(&self, error: &ProviderError) -> bool {
        self.settings.enabled.is_none() && is_without_credentials(error)
    }
}

#[cfg(test)]
mod tests;
