//! Golden cases: model, request members → additional fields and inference config.

use provider_interface::ErrorKind;

use super::*;

/// Applies to a request of these members; gives additional fields and inference config as JSON.
fn applied(model_id: &str, members: &str) -> (String, String) {
    let json = format!("{{\"modelId\":\"{model_id}\",{members}}}");
    let mut request: ChatRequest = serde_json::from_str(&json).expect("a request");
    apply(&mut request).expect("applied");
    assert_eq!(request.reasoning, None);
    let fields = request.additional_model_request_fields;
    let config = request.inference_config;
    (
        fields.map_or_else(|| "-".to_owned(), |fields| fields.as_str().to_owned()),
        config.map_or_else(
            || "-".to_owned(),
            |config| serde_json::to_string(&config).expect("JSON"),
        ),
    )
}

fn check(model_id: &str, members: &str, fields: &str, config: &str) {
    let (got_fields, got_config) = applied(model_id, members);
    assert_eq!(
        (got_fields.as_str(), got_config.as_str()),
        (fields, config),
        "{model_id} {members}"
    );
}

const LOW: &str = r#""reasoning":{"effort":"low"}"#;
const XHIGH: &str = r#""reasoning":{"effort":"xhigh"}"#;
const MAX: &str = r#""reasoning":{"effort":"max"}"#;
const MINIMAL: &str = r#""reasoning":{"effort":"minimal"}"#;

#[test]
fn claude_up_to_4_5_is_given_a_budget_and_room_for_the_answer() {
    let low = r#"{"thinking":{"budget_tokens":2048,"type":"enabled"}}"#;
    for model_id in [
        "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        "anthropic.claude-sonnet-4-20250514-v1:0",
        "global.anthropic.claude-opus-4-5-20251101-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0",
    ] {
        check(model_id, LOW, low, r#"{"maxTokens":6144}"#);
    }
}

#[test]
fn a_budget_is_kept_between_its_least_and_max_tokens() {
    let model_id = "anthropic.claude-sonnet-4-20250514-v1:0";
    for (asked, max_tokens, budget, raised) in [
        (2000, 4000, 2000, 4000),
        (2000, 2000, 2000, 4000),
        (2000, 500, 2000, 2500),
        (1, 2048, 1024, 2048),
        (0, 1024, 1024, 2048),
    ] {
        check(
            model_id,
            &format!(
                r#""reasoning":{{"budgetTokens":{asked}}},"inferenceConfig":{{"maxTokens":{max_tokens},"temperature":1.0}}"#
            ),
            &format!(r#"{{"thinking":{{"budget_tokens":{budget},"type":"enabled"}}}}"#),
            &format!(r#"{{"maxTokens":{raised},"temperature":1.0}}"#),
        );
    }
}

#[test]
fn a_budget_of_the_callers_own_is_kept_in_the_same_way() {
    let fields = |fields: &str| format!(r#""additionalModelRequestFields":{fields}"#);
    let with_config =
        |own: &str| format!(r#"{},"inferenceConfig":{{"maxTokens":800}}"#, fields(own));
    let model_id = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    check(
        model_id,
        &with_config(r#"{"thinking":{"type":"enabled","budget_tokens":512},"top_k":1.50}"#),
        r#"{"thinking":{"budget_tokens":1024,"type":"enabled"},"top_k":1.50}"#,
        r#"{"maxTokens":1824}"#,
    );
    check(
        model_id,
        &with_config(r#"{"reasoning_config":{"type":"enabled","budget_tokens":4000}}"#),
        r#"{"reasoning_config":{"type":"enabled","budget_tokens":4000}}"#,
        r#"{"maxTokens":4800}"#,
    );
    check(
        model_id,
        &fields(r#"{"thinking":{"type":"enabled","budget_tokens":4000},"max_tokens":4000}"#),
        r#"{"max_tokens":8000,"thinking":{"type":"enabled","budget_tokens":4000}}"#,
        "-",
    );
}

#[test]
fn newer_claude_thinks_adaptively_at_an_effort_that_it_takes() {
    let adaptive = |effort: &str| {
        format!(r#"{{"output_config":{{"effort":"{effort}"}},"thinking":{{"type":"adaptive"}}}}"#)
    };
    for (model_id, members, effort) in [
        ("us.anthropic.claude-opus-4-6-v1", LOW, "low"),
        ("us.anthropic.claude-opus-4-6-v1", MINIMAL, "low"),
        ("us.anthropic.claude-opus-4-6-v1", XHIGH, "high"),
        ("us.anthropic.claude-opus-4-6-v1", MAX, "max"),
        ("anthropic.claude-sonnet-4-6", MAX, "high"),
        ("anthropic.claude-opus-4-7", XHIGH, "xhigh"),
        ("anthropic.claude-sonnet-5", MAX, "max"),
        (
            "anthropic.claude-opus-4-7",
            r#""reasoning":{"budgetTokens":9000}"#,
            "medium",
        ),
        (
            "anthropic.claude-opus-4-7",
            r#""reasoning":{"budgetTokens":5}"#,
            "low",
        ),
    ] {
        check(model_id, members, &adaptive(effort), "-");
    }
}

#[test]
fn other_families_are_asked_in_their_own_words() {
    let high =
        r#""reasoning":{"effort":"high"},"inferenceConfig":{"maxTokens":9,"stopSequences":["."]}"#;
    for (model_id, members, fields, config) in [
        (
            "us.amazon.nova-2-lite-v1:0",
            LOW,
            r#"{"reasoningConfig":{"maxReasoningEffort":"low","type":"enabled"}}"#,
            "-",
        ),
        (
            "us.amazon.nova-2-lite-v1:0",
            high,
            r#"{"reasoningConfig":{"maxReasoningEffort":"high","type":"enabled"}}"#,
            r#"{"stopSequences":["."]}"#,
        ),
        (
            "openai.gpt-oss-120b-1:0",
            XHIGH,
            r#"{"reasoning_effort":"high"}"#,
            "-",
        ),
        (
            "openai.gpt-5",
            MINIMAL,
            r#"{"reasoning":{"effort":"low"}}"#,
            "-",
        ),
    ] {
        check(model_id, members, fields, config);
    }
}

#[test]
fn a_model_that_cannot_be_told_is_asked_as_it_is() {
    for model_id in [
        "us.deepseek.r1-v1:0",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "amazon.nova-pro-v1:0",
        "meta.llama3-3-70b-instruct-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
    ] {
        check(model_id, LOW, "-", "-");
    }
}

#[test]
fn what_the_caller_put_there_stays() {
    let own = |fields: &str| format!(r#"{XHIGH},"additionalModelRequestFields":{fields}"#);
    check(
        "anthropic.claude-opus-4-7",
        &own(r#"{"output_config":{"format":{"b":1,"a":2}},"thinking":{"type":"disabled"}}"#),
        r#"{"output_config":{"effort":"xhigh","format":{"b":1,"a":2}},"thinking":{"type":"disabled"}}"#,
        "-",
    );
    check(
        "openai.gpt-5",
        &own(r#"{"reasoning":{"effort":"none","summary":"auto"}}"#),
        r#"{"reasoning":{"effort":"none","summary":"auto"}}"#,
        "-",
    );
    check(
        "openai.gpt-oss-20b-1:0",
        &own(r#"{"reasoning_effort":"low"}"#),
        r#"{"reasoning_effort":"low"}"#,
        "-",
    );
}

#[test]
fn an_effort_without_a_meaning_is_refused_with_the_ones_that_have_one() {
    let mut request = ChatRequest {
        reasoning: Some(Reasoning::Effort(Effort::from("ultra"))),
        ..ChatRequest::default()
    };
    let error = apply(&mut request).expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert_eq!(
        error.message,
        "reasoning.effort must be one of minimal, low, medium, high, xhigh, max, not \"ultra\""
    );
}
