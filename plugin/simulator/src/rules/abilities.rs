//! Rules that follow from what a model's family can do.

use super::cache::caching;
use super::families::{Cache, Sampling, family};
use super::{Conversation, Rule};
use crate::catalogue::Resolved;
use crate::error::Refusal;
use crate::routes::Operation;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "the_model_can_stream",
        source: "ListFoundationModels, responseStreamingSupported",
        check: streaming,
    },
    Rule {
        name: "the_model_takes_a_system_prompt",
        source: "Supported models and model features, System prompts",
        check: system,
    },
    Rule {
        name: "the_model_takes_tools",
        source: "Supported models and model features, Tool use",
        check: tools,
    },
    Rule {
        name: "the_model_streams_with_tools",
        source: "Supported models and model features, Streaming tool use",
        check: streaming_tools,
    },
    Rule {
        name: "the_model_can_be_forced_to_a_tool",
        source: "API_runtime_ToolChoice: any and tool are not supported by all models",
        check: forced_tools,
    },
    Rule {
        name: "the_model_caches_there",
        source: "Prompt caching, Supported models, Regions, and limits",
        check: cache_points,
    },
    Rule {
        name: "the_model_takes_these_sampling_parameters",
        source: "Anthropic Claude Messages API: temperature, top_p",
        check: sampling,
    },
    Rule {
        name: "the_model_takes_stop_sequences",
        source: "OpenAI models: stop sequences are not supported",
        check: stop_sequences,
    },
    Rule {
        name: "the_model_takes_a_prefilled_answer",
        source: "Anthropic, Migration guide: prefilling assistant messages is not supported",
        check: prefill,
    },
    Rule {
        name: "the_model_takes_reasoning_back",
        source: "API_runtime_ReasoningContentBlock: models that support reasoning",
        check: reasoning_history,
    },
];

/// CountTokens takes ids of foundation models, and knows Claude only.
pub(super) fn counts_tokens(resolved: &Resolved, model_id: &str) -> Result<(), Refusal> {
    let claude = resolved
        .base
        .as_deref()
        .is_some_and(|base| base.starts_with("anthropic.claude-"));
    if resolved.is_foundation_model && claude {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "The provided model {model_id} doesn't support counting tokens."
    )))
}

fn refuse_if(refused: bool, message: &str) -> Result<(), Refusal> {
    if refused {
        Err(Refusal::validation(message))
    } else {
        Ok(())
    }
}

pub(super) fn refuse_by_model_if(refused: bool, message: &str) -> Result<(), Refusal> {
    if refused {
        Err(Refusal::by_model(message))
    } else {
        Ok(())
    }
}

fn streams(conversation: &Conversation<'_>) -> bool {
    conversation.operation == Operation::ConverseStream
}

fn streaming(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let refused = streams(conversation) && !conversation.streaming_supported;
    refuse_if(refused, "The model is unsupported for streaming.")
}

fn system(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let refused = !conversation.system().is_empty() && !family(conversation.base).system;
    refuse_if(
        refused,
        "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.",
    )
}

fn tools(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let refused = !conversation.tools().is_empty() && !family(conversation.base).tools;
    refuse_if(refused, "This model doesn't support tool use.")
}

fn streaming_tools(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let refused = streams(conversation)
        && !conversation.tools().is_empty()
        && !family(conversation.base).streaming_tools;
    refuse_if(
        refused,
        "This model doesn't support tool use in streaming mode.",
    )
}

pub(super) fn forces_tool(conversation: &Conversation<'_>) -> bool {
    let choice = &conversation.body["toolConfig"]["toolChoice"];
    choice.get("any").is_some() || choice.get("tool").is_some()
}

fn forced_tools(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let refused = forces_tool(conversation) && !family(conversation.base).forced_tools;
    let kind = if conversation.body["toolConfig"]["toolChoice"]
        .get("any")
        .is_some()
    {
        "any"
    } else {
        "tool"
    };
    refuse_if(
        refused,
        &format!(
            "This model doesn't support the toolConfig.toolChoice.{kind} field. Remove toolConfig.toolChoice.{kind} and try again."
        ),
    )
}

fn cache_points(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let used = caching(conversation);
    let refused = match family(conversation.base).caching {
        Cache::None => used.anywhere,
        Cache::Full => false,
        Cache::Plain => used.in_tools || used.with_ttl || used.beside_tool_result,
    };
    refuse_if(
        // A model that nothing is known of may well cache.
        refused && !conversation.base.is_empty(),
        "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.",
    )
}

fn sampling(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let config = &conversation.body["inferenceConfig"];
    let fields = conversation.more_fields();
    let temperature = !config["temperature"].is_null() || !fields["temperature"].is_null();
    let top_p = !config["topP"].is_null() || !fields["top_p"].is_null();
    match family(conversation.base).sampling {
        Sampling::Free => Ok(()),
        Sampling::OneOf => refuse_by_model_if(
            temperature && top_p,
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        ),
        Sampling::Refused => {
            let named = [
                (temperature, "temperature"),
                (top_p, "top_p"),
                (!fields["top_k"].is_null(), "top_k"),
            ];
            match named.iter().find(|(given, _)| *given) {
                Some((_, name)) => Err(Refusal::by_model(&format!(
                    "`{name}` is deprecated for this model."
                ))),
                None => Ok(()),
            }
        }
    }
}

fn stop_sequences(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let given = !super::list(&conversation.body["inferenceConfig"]["stopSequences"]).is_empty();
    refuse_if(
        given && !family(conversation.base).stop_sequences,
        "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
    )
}

fn prefill(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let prefilled = conversation
        .messages()
        .next_back()
        .is_some_and(|turn| turn.role == "assistant");
    refuse_by_model_if(
        prefilled && !family(conversation.base).prefill,
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    )
}

fn reasoning_history(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let replayed = conversation
        .blocks()
        .any(|(_, block)| block.get("reasoningContent").is_some());
    refuse_if(
        replayed && !family(conversation.base).reasoning_history,
        "This model doesn't support the reasoningContent field. Remove reasoningContent and try again.",
    )
}
