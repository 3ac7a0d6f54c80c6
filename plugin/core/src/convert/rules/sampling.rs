//! How freely a model chooses, and where it stops: parameters that not every model takes, or not
//! always. What it would refuse is dropped; its own choice is good enough.

use provider_interface::{ChatRequest, InferenceConfig};
use serde_json::json;

use crate::convert::fields::Fields;
use crate::convert::repair::Repairs;
use crate::models::{Facts, Sampling, StopSequences, TopK};

/// What additional fields call them.
pub(super) const TEMPERATURE: &str = "temperature";
pub(super) const TOP_P: &str = "top_p";
pub(super) const TOP_K: &str = "top_k";

pub(super) fn fit(
    request: &mut ChatRequest,
    fields: &mut Fields,
    facts: &Facts,
    repairs: &mut Repairs,
) {
    let own = facts.sampling_while_thinking.filter(|_| fields.thinks());
    match own.or(facts.sampling).unwrap_or(Sampling::All) {
        Sampling::All => {}
        Sampling::OneOf => keep_one(request, fields, repairs),
        Sampling::None => drop_all(request, fields, repairs),
    }
    if facts.top_k == Some(TopK::Nested)
        && let Some(top_k) = fields.get::<serde_json::Number>(TOP_K)
    {
        fields.remove(TOP_K);
        fields.set_new_inside("inferenceConfig", "topK", &json!(top_k));
        repairs.note("topK put where the model takes it");
    }
    if let Some(config) = &mut request.inference_config {
        limit(config, facts, repairs);
        if *config == InferenceConfig::default() {
            request.inference_config = None;
        }
    }
}

/// Temperature is what callers set on purpose; topP is often a default of theirs.
fn keep_one(request: &mut ChatRequest, fields: &mut Fields, repairs: &mut Repairs) {
    let config = request.inference_config.get_or_insert_default();
    let has_temperature = config.temperature.is_some() || fields.has(TEMPERATURE);
    if has_temperature {
        let dropped = config.top_p.take().is_some() | fields.remove(TOP_P);
        repairs.note_if(dropped, "topP beside a temperature dropped");
    }
}

fn drop_all(request: &mut ChatRequest, fields: &mut Fields, repairs: &mut Repairs) {
    let mut dropped = false;
    for name in [TEMPERATURE, TOP_P, TOP_K] {
        dropped |= fields.remove(name);
    }
    if let Some(config) = &mut request.inference_config {
        dropped |= config.temperature.take().is_some();
        dropped |= config.top_p.take().is_some();
    }
    repairs.note_if(
        dropped,
        "sampling parameters that the model refuses dropped",
    );
}

fn limit(config: &mut InferenceConfig, facts: &Facts, repairs: &mut Repairs) {
    if facts.stop_sequences == Some(StopSequences::None) {
        let dropped = config.stop_sequences.take().is_some();
        repairs.note_if(dropped, "stop sequences that the model refuses dropped");
    }
    if let (Some(least), Some(given)) = (facts.min_max_tokens, config.max_tokens)
        && given < least
    {
        config.max_tokens = Some(least);
        repairs.note("maxTokens raised to the least that the model takes");
    }
}
