//! The lists of each region: kept for a while, asked for by one caller at a time, and the last good
//! ones kept for when the service fails; on disk too, for the next process.
//!
//! Lists that this process has had for too long are given once more while new ones are asked for
//! behind the caller's back. Lists from disk that are too old are not: a process that lists and ends
//! would never see new ones.

mod digest;
mod disk;
mod identity;

use std::collections::HashMap;
use std::env;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use provider_interface::ProviderError;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::sources::Lists;
use disk::Disk;

/// Whose lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Key {
    /// The region.
    pub(super) region: String,
    /// Where its control plane is.
    pub(super) endpoint: String,
    /// Who asks.
    pub(super) identity: String,
}

/// Who asks: by the environment, or a key that the gateway made up.
pub(super) fn identity(access_key_id: Option<&str>) -> String {
    match access_key_id {
        Some(id) => identity::given(id),
        None => identity::identity(|name| env::var(name).ok()),
    }
}

/// Lists, and what is to be said of them.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) lists: Arc<Lists>,
    pub(super) age: Duration,
    /// Why they are no newer.
    pub(super) error: Option<ProviderError>,
    /// What was wrong with the kept ones.
    pub(super) note: Option<String>,
}

/// The lists by whose they are.
#[derive(Debug)]
pub(super) struct Cache {
    /// How long lists are good; zero: never, and nothing is kept on disk.
    keep: Duration,
    disk: Disk,
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
}

impl Cache {
    pub(super) fn new(keep: Duration, cache_dir: Option<&Path>) -> Self {
        Self {
            keep,
            disk: Disk::new(cache_dir.filter(|_| !keep.is_zero())),
            slots: Mutex::default(),
        }
    }

    /// The lists of a key: good ones if there are any, else what `fetch` gives.
    ///
    /// Callers that come while one asks wait for it and share its lists. They don't share its
    /// failure: one of them asks again, and only the failure of a try that began after a caller came
    /// is that caller's own. So nobody waits longer than two tries take.
    pub(super) async fn list<F>(
        self: &Arc<Self>,
        key: &Key,
        refresh: bool,
        fetch: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Listed, ProviderError>
    where
        F: Future<Output = Result<Lists, ProviderError>> + Send + 'static,
    {
        let came = Instant::now();
        let slot = self.slot(key);
        if !refresh && let Some((listed, is_fresh)) = slot.at_once(self.keep) {
            if !is_fresh && let Ok(turn) = Arc::clone(&slot.turn).try_lock_owned() {
                let (cache, key) = (Arc::clone(self), key.clone());
                tokio::spawn(async move { cache.ask(&key, &slot, fetch, turn).await });
            }
            return Ok(listed);
        }
        let turn = Arc::clone(&slot.turn).lock_owned().await;
        if let Some(listed) = slot.since(came) {
            return Ok(listed);
        }
        let error = match slot.failure_since(came) {
            Some(error) => error,
            None => match self.ask(key, &slot, fetch, turn).await {
                Ok(listed) => return Ok(listed),
                Err(error) => error,
            },
        };
        slot.last_good(error)
    }

    /// The lists that are at hand, however old, and whether it is time to ask for new ones: when they
    /// are old or missing, and the last try was not just now.
    pub(super) fn at_hand(&self, key: &Key, pause: Duration) -> (Option<Arc<Lists>>, bool) {
        let slot = self.slot(key);
        let state = slot.state();
        let lists = state.good.as_ref().map(|good| Arc::clone(&good.lists));
        let is_good = state
            .good
            .as_ref()
            .is_some_and(|good| good.age() < self.keep);
        let is_tired = state.tried.is_some_and(|tried| tried.elapsed() < pause);
        (lists, !is_good && !is_tired)
    }

    /// Asks; `turn` keeps others from asking at the same time.
    async fn ask<F>(
        &self,
        key: &Key,
        slot: &Slot,
        fetch: impl FnOnce() -> F,
        turn: OwnedMutexGuard<()>,
    ) -> Result<Listed, ProviderError>
    where
        F: Future<Output = Result<Lists, ProviderError>>,
    {
        let began = Instant::now();
        slot.state().tried = Some(began);
        let answer = fetch().await;
        let kept = match answer {
            Ok(lists) => Ok(slot.keep(lists)),
            Err(error) => Err(slot.fail(error, began)),
        };
        if let Ok(listed) = &kept {
            self.disk.write(key, &listed.lists);
        }
        drop(turn);
        kept
    }

    fn slot(&self, key: &Key) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(key) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::read(&self.disk, key));
        slots.insert(key.clone(), Arc::clone(&slot));
        slot
    }
}

/// What is known of one key.
#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    /// Whose turn it is to ask.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    good: Option<Good>,
    failed: Option<(ProviderError, Instant)>,
    tried: Option<Instant>,
    note: Option<String>,
}

/// Lists that came.
#[derive(Debug)]
struct Good {
    lists: Arc<Lists>,
    /// When they came, here or from disk.
    came: Instant,
    /// How old they were then.
    age: Duration,
    is_from_disk: bool,
}

impl Good {
    fn age(&self) -> Duration {
        self.age.saturating_add(self.came.elapsed())
    }
}

impl Slot {
    fn read(disk: &Disk, key: &Key) -> Self {
        let (read, note) = match disk.read(key) {
            Ok(read) => (read, None),
            Err(note) => (None, Some(note)),
        };
        let good = read.map(|read| Good {
            lists: Arc::new(read.lists),
            came: Instant::now(),
            age: Duration::from_secs(read.age),
            is_from_disk: true,
        });
        let state = State {
            good,
            note,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            turn: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists that can be given without asking, and whether they are as new as they should be.
    fn at_once(&self, keep: Duration) -> Option<(Listed, bool)> {
        let mut state = self.state();
        let good = state.good.as_ref()?;
        if keep.is_zero() || !good.lists.is_settled() {
            return None;
        }
        let is_fresh = good.age() < keep;
        if !is_fresh && good.is_from_disk {
            return None;
        }
        let failed = state.failed.as_ref().filter(|_| !is_fresh);
        let error = failed.map(|(error, _)| error.clone());
        Some((state.listed(error)?, is_fresh))
    }

    /// Lists that came in since then.
    fn since(&self, came: Instant) -> Option<Listed> {
        let mut state = self.state();
        let good = state.good.as_ref();
        good.filter(|good| !good.is_from_disk && good.came >= came)?;
        state.listed(None)
    }

    fn failure_since(&self, came: Instant) -> Option<ProviderError> {
        let state = self.state();
        let (error, began) = state.failed.as_ref()?;
        (*began >= came).then(|| error.clone())
    }

    fn keep(&self, mut lists: Lists) -> Listed {
        let mut state = self.state();
        if let Some(before) = &state.good {
            lists.fill_in(&before.lists);
        }
        let lists = Arc::new(lists);
        state.good = Some(Good {
            lists: Arc::clone(&lists),
            came: Instant::now(),
            age: Duration::ZERO,
            is_from_disk: false,
        });
        state.failed = None;
        Listed {
            lists,
            age: Duration::ZERO,
            error: None,
            note: state.note.take(),
        }
    }

    fn fail(&self, error: ProviderError, began: Instant) -> ProviderError {
        self.state().failed = Some((error.clone(), began));
        error
    }

    fn last_good(&self, error: ProviderError) -> Result<Listed, ProviderError> {
        let listed = self.state().listed(Some(error.clone()));
        listed.ok_or(error)
    }
}

impl State {
    fn listed(&mut self, error: Option<ProviderError>) -> Option<Listed> {
        let good = self.good.as_ref()?;
        Some(Listed {
            lists: Arc::clone(&good.lists),
            age: good.age(),
            error,
            note: self.note.take(),
        })
    }
}

#[cfg(test)]
mod tests;
