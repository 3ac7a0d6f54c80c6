//! Rules that single families have for themselves: Claude's thinking, Mistral's ids.

use serde_json::Value;

use super::abilities::{forces_tool, refuse_by_model_if};
use super::{Conversation, Rule};
use crate::error::Refusal;

/// Anthropic, "Extended thinking": the smallest budget.
const MIN_THINKING_BUDGET: i64 = 1024;

/// Mistral through Converse: tool call ids are nine letters and digits.
const MISTRAL_ID_LENGTH: usize = 9;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "a_thinking_budget_fits",
        source: "Extended thinking: budget_tokens at least 1,024 and below max_tokens",
        check: thinking_budget,
    },
    Rule {
        name: "thinking_leaves_sampling_alone",
        source: "Extended thinking: isn't compatible with temperature, top_p, or top_k modifications",
        check: thinking_sampling,
    },
    Rule {
        name: "thinking_forces_no_tool",
        source: "Extended thinking: isn't compatible with forced tool use",
        check: thinking_tools,
    },
    Rule {
        name: "a_mistral_tool_use_id_has_nine_characters",
        source: "Mistral: Tool call id must be a-z, A-Z, 0-9, with a length of 9",
        check: mistral_ids,
    },
];

/// Claude's `thinking`, when it is on.
fn thinking<'a>(conversation: &Conversation<'a>) -> Option<&'a Value> {
    let thinking = &conversation.more_fields()["thinking"];
    let on = matches!(thinking["type"].as_str(), Some("enabled" | "adaptive"));
    (on && conversation.base.starts_with("anthropic.")).then_some(thinking)
}

fn thinking_budget(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let Some(thinking) = thinking(conversation).filter(|thinking| thinking["type"] == "enabled")
    else {
        return Ok(());
    };
    let Some(budget) = thinking["budget_tokens"].as_i64() else {
        return Err(Refusal::by_model(
            "thinking.enabled.budget_tokens: Field required",
        ));
    };
    if budget < MIN_THINKING_BUDGET {
        return Err(Refusal::by_model(&format!(
            "thinking.enabled.budget_tokens: Input should be greater than or equal to {MIN_THINKING_BUDGET}"
        )));
    }
    let max = conversation.body["inferenceConfig"]["maxTokens"].as_i64();
    let max = max.or_else(|| conversation.more_fields()["max_tokens"].as_i64());
    // With interleaved thinking the budget is for the whole turn and may be larger than one answer.
    let interleaved = conversation.more_fields()["anthropic_beta"]
        .to_string()
        .contains("interleaved-thinking");
    refuse_by_model_if(
        max.is_some_and(|max| max <= budget) && !interleaved,
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at \
         https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
    )
}

fn thinking_sampling(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    if thinking(conversation).is_none() {
        return Ok(());
    }
    let config = &conversation.body["inferenceConfig"];
    let fields = conversation.more_fields();
    let number = |first: &Value, second: &Value| first.as_f64().or(second.as_f64());
    let see = "Please consult our documentation at \
               https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking";
    if number(&config["temperature"], &fields["temperature"])
        .is_some_and(|given| (given - 1.0).abs() > f64::EPSILON)
    {
        return Err(Refusal::by_model(&format!(
            "`temperature` may only be set to 1 when thinking is enabled. {see}"
        )));
    }
    if number(&config["topP"], &fields["top_p"]).is_some_and(|given| given < 0.95) {
        return Err(Refusal::by_model(&format!(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. {see}"
        )));
    }
    refuse_by_model_if(
        !fields["top_k"].is_null(),
        &format!("`top_k` must be unset when thinking is enabled. {see}"),
    )
}

fn thinking_tools(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    refuse_by_model_if(
        thinking(conversation).is_some() && forces_tool(conversation),
        "Thinking may not be enabled when tool_choice forces tool use.",
    )
}

fn mistral_ids(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    if !conversation.base.starts_with("mistral.") {
        return Ok(());
    }
    let fits = |id: &str| {
        id.len() == MISTRAL_ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let ids = conversation.messages().flat_map(|turn| {
        turn.ids("toolUse")
            .into_iter()
            .chain(turn.ids("toolResult"))
    });
    match ids.into_iter().find(|id| !fits(id)) {
        None => Ok(()),
        Some(id) => Err(Refusal::by_model(&format!(
            "Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of {MISTRAL_ID_LENGTH}."
        ))),
    }
}
