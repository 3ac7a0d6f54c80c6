//! The table as it is, and how rows are laid over each other.

use provider_interface::Modality;

use super::*;

fn known(model_id: &str) -> Facts {
    Models::default().facts(model_id, None)
}

fn rows(json: &str) -> Vec<Row> {
    serde_json::from_str(json).expect("rows")
}

#[test]
fn the_table_can_be_read_and_every_row_is_reached() {
    for row in table().expect("a table") {
        for id in &row.id {
            let facts = known(id);
            assert_ne!(facts, Facts::default(), "{id}");
        }
    }
}

#[test]
fn a_profile_and_an_arn_have_what_the_model_has() {
    let base = known("anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(base.context_window, Some(200_000));
    assert_eq!(base.sampling, Some(Sampling::OneOf));
    for id in [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ] {
        assert_eq!(known(id), base, "{id}");
    }
}

#[test]
fn a_model_that_is_newer_than_the_table_is_as_the_newest_of_its_line() {
    let facts = known("us.anthropic.claude-opus-9-20300101-v1:0");
    assert_eq!(facts.sampling, Some(Sampling::None));
    assert_eq!(facts.context_window, None, "unknown is not made up");
    assert_eq!(facts.cost, None);
}

#[test]
fn whether_a_bare_id_can_be_called_depends_on_the_region() {
    for (id, region, expected) in [
        ("amazon.nova-lite-v1:0", "us-east-1", true),
        ("amazon.nova-lite-v1:0", "eu-west-1", false),
        ("openai.gpt-oss-20b-1:0", "eu-west-1", true),
        (
            "anthropic.claude-3-7-sonnet-20250219-v1:0",
            "us-east-1",
            false,
        ),
    ] {
        assert_eq!(known(id).is_on_demand(region), expected, "{id} in {region}");
    }
}

#[test]
fn nothing_is_known_of_an_unknown_model() {
    for id in [
        "acme.model-x",
        "",
        "us.",
        "arn:aws:bedrock:us-east-1:1:imported-model/abc",
    ] {
        assert_eq!(known(id), Facts::default(), "{id}");
    }
}

#[test]
fn what_lies_behind_an_application_profile_can_be_told() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    let base = "anthropic.claude-opus-4-7";
    assert_eq!(Models::default().facts(arn, Some(base)), known(base));
    let own = rows(&format!(
        r#"[{{"id":"{arn}","baseModel":"{base}","maxTokens":7}}]"#
    ));
    let facts = Models::new(own).expect("models").facts(arn, None);
    assert_eq!(facts.max_tokens, Some(7));
    assert_eq!(facts.sampling, Some(Sampling::None));
}

#[test]
fn the_users_word_counts_member_by_member_and_the_later_row_more() {
    let own = rows(
        r#"[{"id":"amazon.nova","tools":false,"caching":"none"},
            {"id":["amazon.nova-lite","amazon.nova-pro"],"tools":true,"contextWindow":1}]"#,
    );
    let models = Models::new(own).expect("models");
    let lite = models.facts("us.amazon.nova-lite-v1:0", None);
    assert_eq!(lite.tools, Some(true));
    assert_eq!(lite.caching, Some(Caching::None));
    assert_eq!(lite.context_window, Some(1));
    assert_eq!(lite.top_k, Some(TopK::Nested), "as the table has it");
    let micro = models.facts("amazon.nova-micro-v1:0", None);
    assert_eq!(micro.tools, Some(false));
}

#[test]
fn models_of_the_config_are_rows_too() {
    let model = ConfigModel {
        id: " acme.model-x ".to_owned(),
        context_window: Some(9),
        input: Some(vec![Modality::Text]),
        ..ConfigModel::default()
    };
    let facts = Models::new([Row::from(&model)])
        .expect("models")
        .facts("acme.model-x", None);
    assert_eq!(facts.context_window, Some(9));
    assert_eq!(facts.max_tokens, None);
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_its_model() {
    for (json, said) in [
        (r#"{"tools":true}"#, "a model's id is missing"),
        (r#"{"id":"a","tool":true}"#, "model a: unknown field `tool`"),
        (
            r#"{"id":["a","b"],"tools":"no"}"#,
            "model a, b: invalid type",
        ),
        (
            r#"{"id":"a","thinking":{"by":"magic"}}"#,
            "model a: unknown variant `magic`",
        ),
    ] {
        let error = serde_json::from_str::<Row>(json)
            .expect_err(json)
            .to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
