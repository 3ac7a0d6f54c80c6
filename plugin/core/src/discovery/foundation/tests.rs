//! The filter, row by row, and what becomes of a model.

use aws_sdk_bedrock::types::FoundationModelLifecycle;

use super::*;

/// A model that passes.
fn summary(id: &str) -> FoundationModelSummary {
    changed(id, |_| {})
}

fn changed(id: &str, change: impl FnOnce(&mut FoundationModelSummary)) -> FoundationModelSummary {
    let mut summary = FoundationModelSummary::builder()
        .model_arn("arn")
        .model_id(id)
        .model_name(format!("Name of {id}"))
        .provider_name("Anthropic")
        .input_modalities(ModelModality::Text)
        .input_modalities(ModelModality::Image)
        .output_modalities(ModelModality::Text)
        .response_streaming_supported(true)
        .model_lifecycle(lifecycle(FoundationModelLifecycleStatus::Active))
        .build()
        .expect("a summary");
    change(&mut summary);
    summary
}

fn lifecycle(status: FoundationModelLifecycleStatus) -> FoundationModelLifecycle {
    FoundationModelLifecycle::builder()
        .status(status)
        .build()
        .expect("a lifecycle")
}

fn settings(filter: &[&str]) -> DiscoverySettings {
    DiscoverySettings {
        provider_filter: filter.iter().map(|&maker| maker.to_owned()).collect(),
        ..DiscoverySettings::default()
    }
}

fn ids(summaries: Vec<FoundationModelSummary>, filter: &[&str]) -> Vec<String> {
    let models = usable(summaries, "us-east-1", &settings(filter));
    models.into_iter().map(|model| model.id).collect()
}

#[test]
fn only_active_models_that_stream_text_are_listed() {
    let summaries = vec![
        summary("a.kept"),
        changed("a.no-streaming", |s| {
            s.response_streaming_supported = Some(false)
        }),
        changed("a.streaming-unsaid", |s| {
            s.response_streaming_supported = None
        }),
        changed("a.image-only", |s| {
            s.output_modalities = Some(vec![ModelModality::Image])
        }),
        changed("a.output-unsaid", |s| s.output_modalities = None),
        changed("a.legacy", |s| {
            s.model_lifecycle = Some(lifecycle(FoundationModelLifecycleStatus::Legacy));
        }),
        changed("a.lifecycle-unsaid", |s| s.model_lifecycle = None),
        changed("  ", |_| {}),
    ];
    assert_eq!(ids(summaries, &[]), ["a.kept"]);
}

#[test]
fn the_filter_compares_makers_without_case_and_blanks_and_falls_back_to_the_id() {
    let summaries = || {
        vec![
            summary("anthropic.claude"),
            changed("amazon.nova", |s| {
                s.provider_name = Some(" Amazon ".to_owned())
            }),
            changed("meta.llama", |s| s.provider_name = None),
            changed("mistral.large", |s| {
                s.provider_name = Some("Mistral AI".to_owned())
            }),
        ]
    };
    for (filter, expected) in [
        (&[" ANTHROPIC"][..], &["anthropic.claude"][..]),
        (&["amazon", "meta"], &["amazon.nova", "meta.llama"]),
        (&["mistral"], &[]),
        (&["mistral ai"], &["mistral.large"]),
        (
            &["", " "],
            &[
                "amazon.nova",
                "anthropic.claude",
                "meta.llama",
                "mistral.large",
            ],
        ),
    ] {
        assert_eq!(ids(summaries(), filter), expected, "{filter:?}");
    }
}

#[test]
fn models_are_sorted_by_name_and_nameless_ones_are_named_by_their_id() {
    let named = |id: &str, name: &str| changed(id, |s| s.model_name = Some(name.to_owned()));
    let summaries = vec![
        named("a.3", "b model"),
        named("a.1", "A model"),
        named("a.2", "a model"),
        named("zz", " "),
    ];
    let models = usable(summaries, "us-east-1", &settings(&[]));
    let names: Vec<_> = models
        .iter()
        .map(|model| (model.id.as_str(), model.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("a.1", "A model"),
            ("a.2", "a model"),
            ("a.3", "b model"),
            ("zz", "zz")
        ]
    );
}

#[test]
fn what_is_not_known_is_not_made_up() {
    let summaries = vec![changed("anthropic.claude", |s| {
        s.input_modalities = Some(vec![ModelModality::Embedding, ModelModality::Image]);
    })];
    let model = usable(summaries, "eu-west-1", &settings(&[])).remove(0);
    let json = serde_json::to_value(&model).expect("JSON");
    let expected = serde_json::json!({
        "ref": "amazon-bedrock/anthropic.claude",
        "id": "anthropic.claude",
        "provider": "amazon-bedrock",
        "name": "Name of anthropic.claude",
        "source": "foundation-model",
        "baseModel": null,
        "region": "eu-west-1",
        "input": ["image"],
        "output": ["text"],
        "reasoning": null,
        "tools": null,
        "streaming": true,
        "contextWindow": 32000,
        "maxTokens": 4096,
        "limitsKnown": false,
        "cost": null,
    });
    assert_eq!(json, expected);
}

#[test]
fn a_name_that_speaks_of_thinking_is_believed_and_no_modality_means_text() {
    for (id, reasoning) in [
        ("x.k2-Thinking", Some(true)),
        ("x.reasoning-1", Some(true)),
        ("x.y", None),
    ] {
        let summaries = vec![changed(id, |s| s.input_modalities = None)];
        let model = usable(summaries, "us-east-1", &settings(&[])).remove(0);
        assert_eq!(model.reasoning, reasoning, "{id}");
        assert_eq!(model.input, Some(vec![Modality::Text]));
    }
}
