//! A generation: one provider made from one plugin and one config. Its number, its states, and the
//! answers that it is giving.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

/// Where a plugin file, and the generation made of it, stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Found, but the config doesn't enable it.
    Disabled,
    /// Found.
    Detected,
    /// Copied and checked; none of its code has run.
    Staged,
    /// A child process could open it.
    Probed,
    /// Opened in this process.
    Loaded,
    /// It made a provider from its config.
    Created,
    /// It serves requests.
    Active,
    /// A later generation serves; its own streams go on.
    Draining,
    /// Its streams have ended, or had to; its threads are ending.
    ShuttingDown,
    /// Gone; the image stays mapped.
    Retired,
    /// Refused; the reason is told.
    Rejected,
}

impl State {
    /// The state's name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Detected => "detected",
            Self::Staged => "staged",
            Self::Probed => "probed",
            Self::Loaded => "loaded",
            Self::Created => "created",
            Self::Active => "active",
            Self::Draining => "draining",
            Self::ShuttingDown => "shutting_down",
            Self::Retired => "retired",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The number of the next generation: from 1, never twice in a process.
pub(crate) fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// What a generation is doing: the answers that are open, and how its first ones went.
#[derive(Default)]
pub(crate) struct Work {
    open: AtomicUsize,
    /// Whether any answer got further than a panic.
    has_answered: AtomicBool,
    panics: AtomicU32,
    on_trouble: OnceLock<OnTrouble>,
}

/// Who is told when the first answers of a generation all ended in a panic.
struct OnTrouble {
    /// How many.
    trial: u32,
    tell: Box<dyn Fn() + Send + Sync>,
}

impl Work {
    /// How many answers are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Counts an answer until the guard goes.
    pub(crate) fn begin(self: &Arc<Self>) -> OpenAnswer {
        self.open.fetch_add(1, Ordering::AcqRel);
        OpenAnswer(Arc::clone(self))
    }

    /// Has this called when the first `trial` answers have all ended in a panic, and again after as
    /// many more.
    pub(crate) fn on_trouble(&self, trial: u32, tell: impl Fn() + Send + Sync + 'static) {
        let tell = Box::new(tell);
        // A generation is on trial once.
        let _ = self.on_trouble.set(OnTrouble { trial, tell });
    }

    /// An answer got further than a panic.
    pub(crate) fn answered(&self) {
        if !self.has_answered.load(Ordering::Relaxed) {
            self.has_answered.store(true, Ordering::Relaxed);
        }
    }

    /// An answer ended in a panic.
    pub(crate) fn panicked(&self) {
        let panics = self.panics.fetch_add(1, Ordering::Relaxed) + 1;
        let is_troubled = |trouble: &&OnTrouble| {
            panics.is_multiple_of(trouble.trial.max(1))
                && !self.has_answered.load(Ordering::Relaxed)
        };
        if let Some(trouble) = self.on_trouble.get().filter(is_troubled) {
            (trouble.tell)();
        }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("open", &self.open())
            .finish_non_exhaustive()
    }
}

/// An answer that is open.
#[derive(Debug)]
pub(crate) struct OpenAnswer(Arc<Work>);

impl OpenAnswer {
    /// The work of its generation.
    pub(crate) fn work(&self) -> &Work {
        &self.0
    }
}

impl Drop for OpenAnswer {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_spelled_the_same_in_text_and_json() {
        for state in [State::Disabled, State::ShuttingDown, State::Rejected] {
            let json = serde_json::to_string(&state).expect("a state is JSON");
            assert_eq!(json, format!("\"{state}\""));
        }
    }
}
