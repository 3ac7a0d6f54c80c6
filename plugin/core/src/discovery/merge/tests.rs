//! Config models beside discovered ones.

use provider_interface::Modality;

use super::*;
use crate::discovery::known::nothing;

fn found(id: &str) -> ModelInfo {
    ModelInfo {
        reference: format!("amazon-bedrock/{id}"),
        id: id.to_owned(),
        provider: PROVIDER_ID.to_owned(),
        name: format!("Found {id}"),
        source: ModelSource::FoundationModel,
        base_model: None,
        region: Some("us-east-1".to_owned()),
        input: Some(vec![Modality::Text]),
        output: Some(vec![Modality::Text]),
        reasoning: None,
        tools: None,
        streaming: Some(true),
        context_window: Some(32_000),
        max_tokens: Some(4096),
        limits_known: false,
        cost: None,
    }
}

fn merged(config: &str, found: &[ModelInfo]) -> Vec<ModelInfo> {
    let config: Vec<ConfigModel> = serde_json::from_str(config).expect("config models");
    merge(
        &config,
        found.to_vec(),
        "us-east-1",
        &DiscoverySettings::default(),
        &nothing,
    )
}

#[test]
fn config_models_come_first_and_win_and_no_id_comes_twice() {
    let models = merged(
        r#"[{"id":"z"},{"id":"b","name":"Mine","contextWindow":200000,"maxTokens":8192,
             "input":["text","image"],"reasoning":true,
             "cost":{"input":3,"output":15,"cacheRead":0.3,"cacheWrite":3.75}},
            {"id":" z "},{"id":" "}]"#,
        &[found("a"), found("b"), found("a")],
    );
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["z", "b", "a"]);
    let mine = &models[1];
    assert_eq!(
        (mine.name.as_str(), &mine.source),
        ("Mine", &ModelSource::Config)
    );
    assert_eq!(
        (mine.context_window, mine.max_tokens),
        (Some(200_000), Some(8192))
    );
    assert!(mine.limits_known);
    assert_eq!(mine.input, Some(vec![Modality::Text, Modality::Image]));
    assert_eq!(mine.cost.and_then(|cost| cost.cache_write), Some(3.75));
}

#[test]
fn what_the_config_leaves_unsaid_is_taken_from_the_list_else_unknown() {
    let models = merged(
        r#"[{"id":"a"},{"id":"other","contextWindow":1000}]"#,
        &[found("a")],
    );
    assert_eq!(models[0].name, "Found a");
    assert_eq!(models[0].streaming, Some(true));
    assert_eq!(models[1].name, "other");
    assert_eq!(
        (models[1].input.as_ref(), models[1].streaming),
        (None, None)
    );
    assert_eq!(
        (models[1].context_window, models[1].max_tokens),
        (Some(1000), Some(4096))
    );
    assert!(!models[1].limits_known);
}

#[test]
fn an_arn_tells_its_own_region() {
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
    let models = merged(&format!(r#"[{{"id":"{arn}"}}]"#), &[]);
    assert_eq!(models[0].region.as_deref(), Some("eu-west-1"));
    assert_eq!(models[0].reference, format!("amazon-bedrock/{arn}"));
}

#[test]
fn the_same_id_in_another_region_has_its_region_in_the_reference() {
    let there = |id: &str| ModelInfo {
        region: Some("eu-west-1".to_owned()),
        ..found(id)
    };
    let models = merged(
        r#"[{"id":"b"},{"id":"c@eu-west-1","name":"Mine"}]"#,
        &[found("a"), there("a"), found("b"), there("b"), there("c")],
    );
    let told: Vec<_> = models
        .iter()
        .map(|model| {
            let region = model.region.as_deref().expect("a region");
            (model.reference.as_str(), region)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("amazon-bedrock/b", "us-east-1"),
            ("amazon-bedrock/c", "eu-west-1"),
            ("amazon-bedrock/a", "us-east-1"),
            ("amazon-bedrock/a@eu-west-1", "eu-west-1"),
            ("amazon-bedrock/b@eu-west-1", "eu-west-1"),
        ]
    );
    assert_eq!(
        (models[1].id.as_str(), models[1].name.as_str()),
        ("c", "Mine")
    );
}
