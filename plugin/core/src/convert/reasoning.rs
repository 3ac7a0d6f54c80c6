//! Reasoning that was asked for, put into the words of the model's family: members of
//! `additionalModelRequestFields`. What the caller has put there itself is kept.
//!
//! A model of which no way is known gets nothing: it doesn't think, can't be told how hard to
//! (DeepSeek R1 refuses to be), or isn't known. Callers set an effort once for all of their models,
//! so a model without one is asked as it is; whoever knows better has the additional fields.

mod budget;

use provider_interface::{ChatRequest, Effort, InferenceConfig, ProviderError, Reasoning};
use serde_json::json;

use super::check::refuse;
use super::fields::Fields;
use crate::models::{Thinking, Words};

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
pub(super) fn apply(
    request: &mut ChatRequest,
    fields: &mut Fields,
    thinking: Option<&Thinking>,
) -> Result<(), ProviderError> {
    let asked = request.reasoning.take();
    if let Some(Reasoning::Effort(Effort::Other(name))) = &asked {
        let known = Effort::KNOWN.join(", ");
        return Err(refuse(format!(
            "reasoning.effort must be one of {known}, not \"{name}\""
        )));
    }
    if let Some((reasoning, thinking)) = asked.as_ref().zip(thinking) {
        ask(fields, reasoning, thinking, &mut request.inference_config);
        let has_tools = request.tool_config.is_some();
        if let Some(beta) = thinking.beta.as_deref().filter(|_| has_tools) {
            add_beta(fields, beta);
        }
    }
    budget::keep(fields, &mut request.inference_config);
    Ok(())
}

fn ask(
    fields: &mut Fields,
    reasoning: &Reasoning,
    thinking: &Thinking,
    config: &mut Option<InferenceConfig>,
) {
    let taken = || thinking.effort(&effort(reasoning));
    match thinking.by {
        Words::Budget => fields.set_new(
            "thinking",
            &json!({ "type": "enabled", "budget_tokens": budget_of(reasoning) }),
        ),
        Words::Adaptive => {
            fields.set_new("thinking", &json!({ "type": "adaptive" }));
            fields.set_new_inside("output_config", "effort", &taken());
        }
        Words::ReasoningConfig => fields.set_new(
            "reasoningConfig",
            &json!({ "type": "enabled", "maxReasoningEffort": taken() }),
        ),
        Words::ReasoningEffort => fields.set_new("reasoning_effort", &taken()),
        Words::NestedEffort => fields.set_new_inside("reasoning", "effort", &taken()),
    }
    // Thinking that was asked for is kept, so what it forbids goes.
    if let Some(config) = config.as_mut().filter(|_| thinking.is_unlimited(taken())) {
        (config.max_tokens, config.temperature, config.top_p) = (None, None, None);
    }
}

/// Adds a beta flag to the caller's own.
fn add_beta(fields: &mut Fields, beta: &str) {
    const FLAGS: &str = "anthropic_beta";
    let mut flags: Vec<String> = match fields.get(FLAGS) {
        Some(flags) => flags,
        None if fields.has(FLAGS) => return,
        None => Vec::new(),
    };
    if !flags.iter().any(|flag| flag == beta) {
        flags.push(beta.to_owned());
        fields.set(FLAGS, &flags);
    }
}

impl Thinking {
    /// The family's word for an effort: the same, else the next lower one that it takes.
    fn effort(&self, asked: &Effort) -> &str {
        let asked = rank(asked.as_str());
        let taken = self.efforts.iter().rev().find(|taken| rank(taken) <= asked);
        taken
            .or(self.efforts.first())
            .map_or("medium", String::as_str)
    }

    fn is_unlimited(&self, effort: &str) -> bool {
        let from = self.unlimited_from.as_deref();
        from.is_some_and(|from| rank(effort) >= rank(from))
    }
}

fn rank(effort: &str) -> Option<usize> {
    Effort::KNOWN.iter().position(|known| *known == effort)
}

fn budget_of(reasoning: &Reasoning) -> u32 {
    match reasoning {
        Reasoning::BudgetTokens(tokens) => *tokens,
        other => {
            let effort = effort(other);
            let found = BUDGETS.iter().find(|(named, _)| *named == effort);
            found.map_or(budget::MIN_BUDGET, |(_, tokens)| *tokens)
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
