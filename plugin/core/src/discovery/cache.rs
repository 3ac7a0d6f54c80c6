//! One list per region: kept for a while, asked for by one caller at a time, and the last good one
//! kept for when the service fails.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use provider_interface::{ModelInfo, ProviderError};
use tokio::time::Instant;

/// Models that were found.
pub(super) type Found = Arc<Vec<ModelInfo>>;

/// A list, and whether it is the last good one from before a failure.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) models: Found,
    pub(super) stale: Option<Stale>,
}

/// Why a list is old.
#[derive(Debug, Clone)]
pub(super) struct Stale {
    pub(super) age: Duration,
    pub(super) error: ProviderError,
}

/// The lists, by region.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot>>>>);

/// What is known of one region.
#[derive(Debug, Default)]
struct Slot {
    good: Option<(Found, Instant)>,
    failed: Option<(ProviderError, Instant)>,
}

impl Cache {
    /// The list of a region: a good one if there is one, else what `fetch` gives.
    ///
    /// Callers that come while one asks wait for it and share its list. They don't share its
    /// failure: one of them asks again, and only the failure of a try that began after a caller came
    /// is that caller's own. So nobody waits longer than two tries take.
    pub(super) async fn list(
        &self,
        region: &str,
        keep: Duration,
        refresh: bool,
        fetch: impl AsyncFnOnce() -> Result<Vec<ModelInfo>, ProviderError>,
    ) -> Result<Listed, ProviderError> {
        let came = Instant::now();
        let slot = self.slot(region);
        let mut slot = slot.lock().await;
        if let Some(models) = slot.good_for(came, keep, refresh) {
            return Ok(Listed {
                models,
                stale: None,
            });
        }
        let error = match slot.failure_since(came) {
            Some(error) => error,
            None => {
                let began = Instant::now();
                match fetch().await {
                    Ok(models) => return Ok(slot.keep(models)),
                    Err(error) => slot.failed.insert((error, began)).0.clone(),
                }
            }
        };
        slot.last_good(error)
    }

    fn slot(&self, region: &str) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match slots.get(region) {
            Some(slot) => Arc::clone(slot),
            None => Arc::clone(slots.entry(region.to_owned()).or_default()),
        }
    }
}

impl Slot {
    /// A list that came in since the caller asked, or one that is still good.
    fn good_for(&self, came: Instant, keep: Duration, refresh: bool) -> Option<Found> {
        let (models, at) = self.good.as_ref()?;
        let good = *at >= came || (!refresh && at.elapsed() < keep);
        good.then(|| Arc::clone(models))
    }

    fn failure_since(&self, came: Instant) -> Option<ProviderError> {
        let (error, began) = self.failed.as_ref()?;
        (*began >= came).then(|| error.clone())
    }

    fn keep(&mut self, models: Vec<ModelInfo>) -> Listed {
        let models = Arc::new(models);
        self.good = Some((Arc::clone(&models), Instant::now()));
        self.failed = None;
        Listed {
            models,
            stale: None,
        }
    }

    fn last_good(&self, error: ProviderError) -> Result<Listed, ProviderError> {
        match &self.good {
            Some((models, at)) => Ok(Listed {
                models: Arc::clone(models),
                stale: Some(Stale {
                    age: at.elapsed(),
                    error,
                }),
            }),
            None => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
