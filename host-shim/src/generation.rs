//! A generation: one provider made from one plugin and one config. Its number and its states.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

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
