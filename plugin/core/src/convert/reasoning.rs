//! Reasoning that was asked for, put into the words of the model's family: members of
//! `additionalModelRequestFields`. What the caller has put there itself is kept.
//!
//! A family that isn't in the table gets nothing: it doesn't think, can't be told how hard to
//! (DeepSeek R1 refuses to be), or isn't known. Callers set an effort once for all of their models,
//! so a model without one is asked as it is; whoever knows better has the additional fields.

mod families;
mod fields;

use provider_interface::{ChatRequest, Effort, InferenceConfig, ProviderError, Reasoning};
use serde_json::json;

use super::check::refuse;
use families::{Family, Way};
use fields::Fields;

/// The least budget that Claude takes (AWS user guide, *Extended thinking*).
const MIN_BUDGET: u32 = 1024;

/// Room for the answer beside the thinking, where the caller set no `maxTokens`: without one the
/// service takes few thousand tokens for both.
const ANSWER_ROOM: u32 = 4096;

/// How many tokens an effort stands for where a family wants a budget, and the other way round.
const BUDGETS: &[(Effort, u32)] = &[
    (Effort::Minimal, 1024),
    (Effort::Low, 2048),
    (Effort::Medium, 8192),
    (Effort::High, 16_384),
    // Below the 32,000 tokens that the smallest of the family's answers may have.
    (Effort::Xhigh, 24_576),
    (Effort::Max, 24_576),
];

/// Turns `reasoning` into additional fields, and keeps every budget within what Claude takes, also
/// one that the caller put there.
pub(super) fn apply(request: &mut ChatRequest) -> Result<(), ProviderError> {
    let asked = request.reasoning.take();
    if let Some(Reasoning::Effort(Effort::Other(name))) = &asked {
        let known = Effort::KNOWN.join(", ");
        return Err(refuse(format!(
            "reasoning.effort must be one of {known}, not \"{name}\""
        )));
    }
    let family = Family::of(&request.model_id);
    let asked = asked.as_ref().zip(family);
    let given = request.additional_model_request_fields.as_ref();
    if asked.is_none() && !given.is_some_and(Fields::may_hold_a_budget) {
        return Ok(());
    }
    let mut fields = Fields::read(given)?;
    if let Some((reasoning, family)) = asked {
        ask(
            &mut fields,
            reasoning,
            family,
            &mut request.inference_config,
        );
    }
    fields.keep_budget(&mut request.inference_config);
    request.additional_model_request_fields = Some(fields.write()?);
    Ok(())
}

fn ask(
    fields: &mut Fields,
    reasoning: &Reasoning,
    family: &Family,
    config: &mut Option<InferenceConfig>,
) {
    match family.way {
        Way::Budget => fields.set(
            "thinking",
            &json!({ "type": "enabled", "budget_tokens": budget(reasoning) }),
        ),
        Way::Adaptive => {
            fields.set("thinking", &json!({ "type": "adaptive" }));
            fields.set_inside("output_config", "effort", family.effort(&effort(reasoning)));
        }
        Way::ReasoningConfig => {
            let effort = family.effort(&effort(reasoning));
            fields.set(
                "reasoningConfig",
                &json!({ "type": "enabled", "maxReasoningEffort": effort }),
            );
            // At high effort the family refuses all three, and thinking that was asked for is kept.
            if let Some(config) = config.as_mut().filter(|_| effort == "high") {
                (config.max_tokens, config.temperature, config.top_p) = (None, None, None);
            }
        }
        Way::ReasoningEffort => {
            fields.set(
                "reasoning_effort",
                &json!(family.effort(&effort(reasoning))),
            );
        }
        Way::NestedEffort => {
            fields.set_inside("reasoning", "effort", family.effort(&effort(reasoning)));
        }
    }
}

fn budget(reasoning: &Reasoning) -> u32 {
    match reasoning {
        Reasoning::BudgetTokens(tokens) => *tokens,
        other => {
            let effort = effort(other);
            let found = BUDGETS.iter().find(|(named, _)| *named == effort);
            found.map_or(MIN_BUDGET, |(_, tokens)| *tokens)
        }
    }
}

fn effort(reasoning: &Reasoning) -> Effort {
    match reasoning {
        Reasoning::Effort(effort) => effort.clone(),
        Reasoning::BudgetTokens(tokens) => BUDGETS
            .iter()
            .take_while(|(_, budget)| budget <= tokens)
            .last()
            .map_or(Effort::Minimal, |(effort, _)| effort.clone()),
        // A way of asking that this version doesn't know: the middle is never refused.
        _ => Effort::Medium,
    }
}

#[cfg(test)]
mod tests;
