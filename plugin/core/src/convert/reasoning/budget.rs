//! Claude's budget: at least what it takes, and below the limit of the whole answer.

use provider_interface::InferenceConfig;

use crate::convert::fields::{Fields, Members, set};

/// The least budget that Claude takes (AWS user guide, *Extended thinking*).
pub(super) const MIN_BUDGET: u32 = 1024;

/// Room for the answer beside the thinking, where the caller set no `maxTokens`: without one the
/// service takes few thousand tokens for both.
const ANSWER_ROOM: u32 = 4096;

/// Members whose `budget_tokens` is Claude's budget; the second is an older name of the first.
const BUDGET_HOLDERS: &[&str] = &["thinking", "reasoning_config"];

/// Raises a budget below Claude's least, and the limit of the whole answer above the budget.
pub(super) fn keep(fields: &mut Fields, config: &mut Option<InferenceConfig>) {
    for holder in BUDGET_HOLDERS {
        let Some((mut members, given)) = budget(fields, holder) else {
            continue;
        };
        let budget = given.max(MIN_BUDGET);
        if budget > given {
            set(&mut members, "budget_tokens", &budget);
            fields.set(holder, &members);
        }
        raise_max_tokens(fields, budget, config);
    }
}

fn budget(fields: &Fields, holder: &str) -> Option<(Members, u32)> {
    let members: Members = fields.get(holder)?;
    let budget: u64 = serde_json::from_str(members.get("budget_tokens")?.get()).ok()?;
    Some((members, u32::try_from(budget).unwrap_or(u32::MAX)))
}

fn raise_max_tokens(fields: &mut Fields, budget: u32, config: &mut Option<InferenceConfig>) {
    let raised = |given: Option<u32>| match given {
        Some(given) if given > budget => given,
        // What was meant for the answer stays for the answer.
        Some(given) => budget.saturating_add(given.max(1)),
        None => budget.saturating_add(ANSWER_ROOM),
    };
    match fields.get::<u32>("max_tokens") {
        Some(given) => {
            let raised = raised(Some(given));
            if raised != given {
                fields.set("max_tokens", &raised);
            }
        }
        None => {
            let config = config.get_or_insert_default();
            config.max_tokens = Some(raised(config.max_tokens));
        }
    }
}
