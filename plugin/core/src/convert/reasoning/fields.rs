//! `additionalModelRequestFields`: members by name, their values as text, so that what the caller
//! put there is sent to the letter.

use std::collections::BTreeMap;

use provider_interface::{ErrorKind, InferenceConfig, Json, ProviderError};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{ANSWER_ROOM, MIN_BUDGET};

/// Members whose `budget_tokens` is Claude's budget; the second is an older name of the first.
const BUDGET_HOLDERS: &[&str] = &["thinking", "reasoning_config"];

type Members = BTreeMap<String, Box<RawValue>>;

/// The additional fields of one request.
#[derive(Debug, Default)]
pub(super) struct Fields(Members);

impl Fields {
    /// Whether it is worth reading them for a budget.
    pub(super) fn may_hold_a_budget(given: &Json) -> bool {
        given.as_str().contains("budget_tokens")
    }

    pub(super) fn read(given: Option<&Json>) -> Result<Self, ProviderError> {
        match given {
            Some(json) => json.read().map(Self).map_err(unreadable),
            None => Ok(Self::default()),
        }
    }

    pub(super) fn write(&self) -> Result<Json, ProviderError> {
        Json::of(&self.0).map_err(unreadable)
    }

    /// Sets a member, unless the caller has.
    pub(super) fn set(&mut self, name: &str, value: &Value) {
        if !self.0.contains_key(name) {
            set(&mut self.0, name, value);
        }
    }

    /// Sets a member of a member, unless the caller has; the caller's other members stay.
    pub(super) fn set_inside(&mut self, outer: &str, name: &str, value: &str) {
        let given = self.0.get(outer).map(|raw| serde_json::from_str(raw.get()));
        let mut inside: Members = match given {
            None => Members::new(),
            Some(Ok(members)) => members,
            // Not an object: the caller's own affair.
            Some(Err(_)) => return,
        };
        if !inside.contains_key(name) {
            set(&mut inside, name, &Value::from(value));
            set(&mut self.0, outer, &inside);
        }
    }

    /// Raises a budget below Claude's least, and the limit of the whole answer above the budget.
    pub(super) fn keep_budget(&mut self, config: &mut Option<InferenceConfig>) {
        for holder in BUDGET_HOLDERS {
            let Some((mut members, given)) = self.budget(holder) else {
                continue;
            };
            let budget = given.max(MIN_BUDGET);
            if budget > given {
                set(&mut members, "budget_tokens", &budget);
                set(&mut self.0, holder, &members);
            }
            self.raise_max_tokens(budget, config);
        }
    }

    fn budget(&self, holder: &str) -> Option<(Members, u32)> {
        let members: Members = serde_json::from_str(self.0.get(holder)?.get()).ok()?;
        let budget: u64 = serde_json::from_str(members.get("budget_tokens")?.get()).ok()?;
        Some((members, u32::try_from(budget).unwrap_or(u32::MAX)))
    }

    fn raise_max_tokens(&mut self, budget: u32, config: &mut Option<InferenceConfig>) {
        let raised = |given: Option<u32>| match given {
            Some(given) if given > budget => given,
            // What was meant for the answer stays for the answer.
            Some(given) => budget.saturating_add(given.max(1)),
            None => budget.saturating_add(ANSWER_ROOM),
        };
        let max_tokens = self.0.get("max_tokens");
        let of_fields = max_tokens.and_then(|raw| serde_json::from_str(raw.get()).ok());
        match of_fields {
            Some(given) => set(&mut self.0, "max_tokens", &raised(Some(given))),
            None => {
                let config = config.get_or_insert_default();
                config.max_tokens = Some(raised(config.max_tokens));
            }
        }
    }
}

fn set(members: &mut Members, name: &str, value: &impl serde::Serialize) {
    // Numbers, strings and objects of them can always be written.
    if let Ok(value) = to_raw_value(value) {
        members.insert(name.to_owned(), value);
    }
}

fn unreadable(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::new(
        ErrorKind::InvalidRequest,
        format!("additionalModelRequestFields can't be used: {error}"),
    )
}
