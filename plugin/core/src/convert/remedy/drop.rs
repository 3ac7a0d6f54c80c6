//! Leaving things out of a request that is ready; each says whether there was anything to leave out.

use provider_interface::{ChatRequest, ContentBlock, InferenceConfig, SystemBlock, Tool};

use crate::convert::fields::Fields;

pub(super) fn temperature(request: &mut ChatRequest) -> bool {
    config(request, |config| config.temperature.take().is_some())
        | field(request, |fields| fields.remove("temperature"))
}

pub(super) fn top_p(request: &mut ChatRequest) -> bool {
    config(request, |config| config.top_p.take().is_some())
        | field(request, |fields| fields.remove("top_p"))
}

pub(super) fn top_k(request: &mut ChatRequest) -> bool {
    field(request, |fields| {
        fields.remove("top_k") | fields.remove_inside("inferenceConfig", "topK")
    })
}

pub(super) fn stop_sequences(request: &mut ChatRequest) -> bool {
    config(request, |config| config.stop_sequences.take().is_some())
        | field(request, |fields| fields.remove("stop_sequences"))
}

pub(super) fn beta_flags(request: &mut ChatRequest) -> bool {
    field(request, |fields| fields.remove("anthropic_beta"))
}

pub(super) fn reasoning_fields(request: &mut ChatRequest) -> bool {
    let names = [
        "thinking",
        "reasoning_config",
        "reasoningConfig",
        "reasoning_effort",
    ];
    let of_fields = field(request, |fields| {
        let mut dropped = false;
        for name in names {
            dropped |= fields.remove(name);
        }
        dropped
            | fields.remove_inside("output_config", "effort")
            | fields.remove_inside("reasoning", "effort")
    });
    let effort = request
        .output_config
        .as_mut()
        .and_then(|config| config.effort.take());
    of_fields | effort.is_some()
}

/// A message may not be empty: one of reasoning alone stays.
pub(super) fn reasoning_history(request: &mut ChatRequest) -> bool {
    let mut dropped = false;
    let is_reasoning = |block: &ContentBlock| matches!(block, ContentBlock::ReasoningContent(_));
    for message in &mut request.messages {
        if !message.content.iter().all(is_reasoning) {
            let before = message.content.len();
            message.content.retain(|block| !is_reasoning(block));
            dropped |= message.content.len() < before;
        }
    }
    dropped
}

pub(super) fn cache_points(request: &mut ChatRequest) -> bool {
    fn without<T>(items: &mut Vec<T>, is_point: impl Fn(&T) -> bool) -> bool {
        let before = items.len();
        items.retain(|item| !is_point(item));
        items.len() < before
    }
    let mut dropped = without(&mut request.system, |block| {
        matches!(block, SystemBlock::CachePoint(_))
    });
    if let Some(config) = &mut request.tool_config {
        dropped |= without(&mut config.tools, |tool| {
            matches!(tool, Tool::CachePoint(_))
        });
    }
    for message in &mut request.messages {
        dropped |= without(&mut message.content, |block| {
            matches!(block, ContentBlock::CachePoint(_))
        });
    }
    dropped
}

pub(super) fn strict(request: &mut ChatRequest) -> bool {
    let mut dropped = false;
    for tool in request
        .tool_config
        .iter_mut()
        .flat_map(|config| &mut config.tools)
    {
        if let Tool::ToolSpec(spec) = tool {
            dropped |= spec.strict.take().is_some();
        }
    }
    dropped
}

fn config(request: &mut ChatRequest, change: impl FnOnce(&mut InferenceConfig) -> bool) -> bool {
    let Some(config) = &mut request.inference_config else {
        return false;
    };
    let changed = change(config);
    if *config == InferenceConfig::default() {
        request.inference_config = None;
    }
    changed
}

fn field(request: &mut ChatRequest, change: impl FnOnce(&mut Fields) -> bool) -> bool {
    let given = request.additional_model_request_fields.as_ref();
    if given.is_none() {
        return false;
    }
    let Ok(mut fields) = Fields::read(given) else {
        return false;
    };
    let changed = change(&mut fields);
    // What was read can be written.
    changed
        && fields
            .write(&mut request.additional_model_request_fields)
            .is_ok()
}
