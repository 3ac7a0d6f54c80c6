//! The filter, row by row; what profiles and the like inherit, and what isn't listed.

use std::collections::BTreeMap;

use provider_interface::ModelSource;

use super::*;
use crate::discovery::known::nothing;
use crate::discovery::sources::Dated;

/// A model that passes.
fn model(id: &str) -> Foundation {
    Foundation {
        id: id.to_owned(),
        name: format!("Name of {id}"),
        maker: id.split('.').next().unwrap_or_default().to_owned(),
        input: vec![Modality::Text, Modality::Image],
        output: vec![Modality::Text],
        streaming: true,
        on_demand: true,
        state: Lifecycle::Active,
    }
}

fn changed(id: &str, change: impl FnOnce(&mut Foundation)) -> Foundation {
    let mut changed = model(id);
    change(&mut changed);
    changed
}

fn profile_only(id: &str) -> Foundation {
    changed(id, |model| model.on_demand = false)
}

fn item(id: &str, base: Option<&str>) -> Derived {
    Derived {
        id: id.to_owned(),
        name: format!("Name of {id}"),
        base: base.map(str::to_owned),
    }
}

fn lists(
    foundation: Vec<Foundation>,
    derived: impl IntoIterator<Item = (Source, Vec<Derived>)>,
) -> Lists {
    let derived = derived.into_iter();
    Lists {
        foundation: Some(Dated {
            at: 0,
            items: foundation,
        }),
        derived: derived
            .map(|(source, items)| (source, Dated { at: 0, items }))
            .collect(),
        missing: BTreeMap::new(),
    }
}

fn joined(lists: &Lists, settings: &str) -> Vec<ModelInfo> {
    let settings = serde_json::from_str(settings).expect("settings");
    models(lists, "us-east-1", &settings, &nothing)
}

fn ids(lists: &Lists, settings: &str) -> Vec<String> {
    let models = joined(lists, settings).into_iter();
    models.map(|model| model.id).collect()
}

#[test]
fn only_active_models_that_stream_text_are_listed() {
    let lists = lists(
        vec![
            model("a.kept"),
            changed("a.input-unsaid", |model| model.input.clear()),
            changed("a.no-streaming", |model| model.streaming = false),
            changed("a.image-only", |model| model.output = vec![Modality::Image]),
            changed("a.output-unsaid", |model| model.output.clear()),
            changed("a.speech", |model| {
                model.input = vec![Modality::from("speech")]
            }),
            changed("a.legacy", |model| model.state = Lifecycle::Legacy),
            changed("a.unsaid", |model| model.state = Lifecycle::Unsaid),
            profile_only("a.profile-only"),
        ],
        [],
    );
    assert_eq!(ids(&lists, "{}"), ["a.input-unsaid", "a.kept"]);
    assert_eq!(
        ids(&lists, r#"{"includeLegacy":true}"#),
        ["a.input-unsaid", "a.kept", "a.legacy"]
    );
}

#[test]
fn the_filter_compares_makers_without_case_and_blanks() {
    let lists = lists(
        vec![
            model("anthropic.claude"),
            model("amazon.nova"),
            changed("mistral.large", |model| {
                model.maker = "mistral ai".to_owned()
            }),
        ],
        [],
    );
    for (filter, expected) in [
        (r#"[" ANTHROPIC"]"#, &["anthropic.claude"][..]),
        (
            r#"["amazon", "anthropic"]"#,
            &["amazon.nova", "anthropic.claude"],
        ),
        (r#"["mistral"]"#, &[]),
        (r#"["Mistral AI"]"#, &["mistral.large"]),
        (
            r#"["", " "]"#,
            &["amazon.nova", "anthropic.claude", "mistral.large"],
        ),
    ] {
        let settings = format!(r#"{{"providerFilter":{filter}}}"#);
        assert_eq!(ids(&lists, &settings), expected, "{filter}");
    }
}

#[test]
fn the_filter_holds_for_profiles_by_their_foundation_model() {
    let lists = lists(
        vec![
            profile_only("anthropic.claude"),
            profile_only("amazon.nova"),
        ],
        [
            (
                Source::SystemProfiles,
                vec![
                    item("us.anthropic.claude", Some("anthropic.claude")),
                    item("us.amazon.nova", Some("amazon.nova")),
                ],
            ),
            (
                Source::ApplicationProfiles,
                vec![item("arn:mine", Some("anthropic.claude"))],
            ),
            (Source::ImportedModels, vec![item("arn:brought", None)]),
        ],
    );
    assert_eq!(
        ids(&lists, r#"{"providerFilter":["anthropic"]}"#),
        ["arn:mine", "us.anthropic.claude"]
    );
    assert_eq!(ids(&lists, "{}").len(), 4);
}

#[test]
fn profiles_and_the_like_inherit_from_their_foundation_model() {
    let source = [
        Source::SystemProfiles,
        Source::ApplicationProfiles,
        Source::CustomDeployments,
        Source::Provisioned,
        Source::PromptRouters,
    ];
    for source in source {
        let derived = [(source, vec![item("the id", Some("a.base:0:24k"))])];
        let all = lists(vec![profile_only("a.base:0")], derived);
        let models = joined(&all, "{}");
        assert_eq!(models.len(), 1, "{source}");
        let model = &models[0];
        assert_eq!(model.source, source.model_source());
        assert_eq!(model.base_model.as_deref(), Some("a.base:0"));
        assert_eq!(model.input, Some(vec![Modality::Text, Modality::Image]));
        assert_eq!(model.output, Some(vec![Modality::Text]));
        assert_eq!(model.streaming, Some(true));
    }
}

#[test]
fn what_stands_for_an_image_or_a_retired_model_is_not_listed() {
    let image = changed("s.image", |model| model.output = vec![Modality::Image]);
    let old = Foundation {
        state: Lifecycle::Legacy,
        ..profile_only("a.old")
    };
    let derived = [
        (
            Source::SystemProfiles,
            vec![
                item("us.s.image", Some("s.image")),
                item("us.a.old", Some("a.old")),
                item("us.x.elsewhere", Some("x.elsewhere")),
            ],
        ),
        (
            Source::ApplicationProfiles,
            vec![item("arn:mine", Some("x.elsewhere"))],
        ),
    ];
    let mut lists = lists(vec![image, old], derived);
    assert_eq!(ids(&lists, "{}"), ["arn:mine"]);
    assert_eq!(
        ids(&lists, r#"{"includeLegacy":true}"#),
        ["arn:mine", "us.a.old"]
    );
    // Without foundation models nothing is known against a profile.
    lists.foundation = None;
    assert_eq!(ids(&lists, "{}").len(), 4);
    assert_eq!(joined(&lists, "{}")[0].streaming, None);
}

#[test]
fn models_are_sorted_by_name_and_nameless_ones_are_named_by_their_id() {
    let named = |id: &str, name: &str| changed(id, |model| model.name = name.to_owned());
    let nameless = Derived {
        name: " ".to_owned(),
        ..item("zz", None)
    };
    let lists = lists(
        vec![
            named("a.3", "b model"),
            named("a.1", "A model"),
            named("a.2", "a model"),
        ],
        [(Source::ImportedModels, vec![nameless])],
    );
    let models = joined(&lists, "{}");
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
    let odd = changed("anthropic.claude", |model| {
        model.input = vec![Modality::from("embedding"), Modality::Text, Modality::Video];
    });
    let model = joined(&lists(vec![odd], []), "{}").remove(0);
    let json = serde_json::to_value(&model).expect("JSON");
    let expected = serde_json::json!({
        "ref": "amazon-bedrock/anthropic.claude",
        "id": "anthropic.claude",
        "provider": "amazon-bedrock",
        "name": "Name of anthropic.claude",
        "source": "foundation-model",
        "baseModel": null,
        "region": "us-east-1",
        "input": ["text"],
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
    let brought = [(Source::ImportedModels, vec![item("arn:brought", None)])];
    let brought = joined(&lists(Vec::new(), brought), "{}").remove(0);
    assert_eq!(brought.source, ModelSource::ImportedModel);
    assert_eq!((brought.input, brought.streaming), (None, None));
}

#[test]
fn a_name_that_speaks_of_thinking_is_believed() {
    for (id, reasoning) in [
        ("x.k2-Thinking", Some(true)),
        ("x.reasoning-1", Some(true)),
        ("x.y", None),
    ] {
        let derived = [(Source::SystemProfiles, vec![item("us.plain", Some(id))])];
        let models = joined(&lists(vec![model(id)], derived), "{}");
        assert_eq!(models.len(), 2);
        assert!(
            models.iter().all(|model| model.reasoning == reasoning),
            "{id}"
        );
    }
}

#[test]
fn what_is_known_of_a_model_counts_for_its_profiles_too() {
    let known = |id: &str, base: Option<&str>| {
        assert!(id == "us.a.base" || base.is_none());
        Facts {
            context_window: Some(200_000),
            max_tokens: (base == Some("a.base")).then_some(8192),
            tools: Some(true),
            ..Facts::default()
        }
    };
    let derived = [(
        Source::SystemProfiles,
        vec![item("us.a.base", Some("a.base"))],
    )];
    let lists = lists(vec![model("a.base")], derived);
    let models = models(&lists, "us-east-1", &DiscoverySettings::default(), &known);
    let limits = |model: &ModelInfo| (model.context_window, model.max_tokens, model.limits_known);
    assert_eq!(limits(&models[0]), (Some(200_000), Some(4096), false));
    assert_eq!(limits(&models[1]), (Some(200_000), Some(8192), true));
    assert_eq!(models[1].tools, Some(true));
}
