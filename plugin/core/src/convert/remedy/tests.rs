//! Refusals in the service's words, and what helps against each.

use super::*;
use crate::convert::tests::sent;
use crate::convert::{Terms, to_converse};

/// A request with everything that may be left out.
const EVERYTHING: &str = r#"{"modelId":"acme.model-x",
    "messages":[{"role":"user","content":[{"text":"Hi"},{"cachePoint":{"type":"default"}}]},
      {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"c2ln"}}},{"text":"So."}]},
      {"role":"user","content":[{"text":"On"}]}],
    "inferenceConfig":{"temperature":0.5,"topP":0.5,"stopSequences":["END"]},
    "toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}},"strict":true}}]},
    "additionalModelRequestFields":{"thinking":{"type":"adaptive"},"output_config":{"effort":"low"},"top_k":5,"anthropic_beta":["x"]},
    "serviceTier":{"type":"flex"},
    "outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}"}}}}}"#;

fn request(json: &str) -> ConverseRequest {
    let request = serde_json::from_str(json).expect("a request");
    to_converse(request, &Terms::default()).expect("converted")
}

fn found(kind: ErrorKind, message: &str, json: &str) -> Option<(Remedy, bool)> {
    find(&ProviderError::new(kind, message), &request(json))
}

#[test]
fn what_the_service_names_can_be_left_out() {
    for (message, remedy, is_lesson) in [
        (
            "The model returned the following errors: `temperature` is deprecated for this model.",
            Remedy::WithoutTemperature,
            true,
        ),
        (
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
            Remedy::WithoutTopP,
            true,
        ),
        (
            "`temperature` may only be set to 1 when thinking is enabled.",
            Remedy::WithoutTemperature,
            true,
        ),
        (
            "Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.",
            Remedy::WithoutTopK,
            true,
        ),
        (
            "`top_k` must be unset when thinking is enabled.",
            Remedy::WithoutTopK,
            true,
        ),
        (
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
            Remedy::WithoutStopSequences,
            true,
        ),
        (
            "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.",
            Remedy::WithoutCachePoints,
            true,
        ),
        (
            "toolConfig.tools.0.toolSpec.strict: Extra inputs are not permitted",
            Remedy::WithoutStrict,
            true,
        ),
        (
            "The compiled grammar is too large",
            Remedy::WithoutStrict,
            false,
        ),
        ("Too many strict tools", Remedy::WithoutStrict, false),
        (
            "Schemas contains too many parameters with union types",
            Remedy::WithoutStrict,
            false,
        ),
        (
            "The provided service tier is not supported for this model.",
            Remedy::WithoutServiceTier,
            true,
        ),
        ("invalid beta flag", Remedy::WithoutBetaFlags, true),
        (
            "This model doesn't support the reasoningContent field. Remove reasoningContent and try again.",
            Remedy::WithoutReasoningHistory,
            true,
        ),
        (
            "thinking: Extra inputs are not permitted",
            Remedy::WithoutReasoningFields,
            true,
        ),
        (
            "messages.1.content.0: Invalid `signature` in `thinking` block",
            Remedy::WithoutReasoning,
            false,
        ),
        (
            "Invalid signature in thinking block",
            Remedy::WithoutReasoning,
            false,
        ),
        (
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.",
            Remedy::WithoutReasoning,
            false,
        ),
        (
            "The model is unsupported for streaming.",
            Remedy::InOnePiece,
            true,
        ),
        (
            "This model doesn't support tool use in streaming mode.",
            Remedy::InOnePiece,
            true,
        ),
        (
            "This model doesn't support the outputConfig.textFormat field.",
            Remedy::ByAnswerTool,
            true,
        ),
    ] {
        let found = found(ErrorKind::InvalidRequest, message, EVERYTHING);
        assert_eq!(found, Some((remedy, is_lesson)), "{message}");
    }
}

#[test]
fn a_value_that_is_the_callers_to_mend_is_not_left_out() {
    for message in [
        "temperature: range: 0..1",
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
        "stop_sequences: each stop sequence must contain non-whitespace",
        "Input is too long for requested model.",
        "The provided model identifier is invalid.",
        "messages: roles must alternate between \"user\" and \"assistant\"",
    ] {
        let found = found(ErrorKind::InvalidRequest, message, EVERYTHING);
        assert_eq!(found, None, "{message}");
    }
}

#[test]
fn what_is_not_in_the_request_cannot_be_left_out() {
    let plain = r#"{"modelId":"m","messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#;
    for message in [
        "`temperature` is deprecated for this model.",
        "Invalid signature in thinking block",
        "invalid beta flag",
    ] {
        assert_eq!(found(ErrorKind::InvalidRequest, message, plain), None);
    }
    assert_eq!(
        found(
            ErrorKind::RateLimited,
            "`temperature` is deprecated",
            EVERYTHING
        ),
        None,
        "only refusals"
    );
}

#[test]
fn everything_that_can_be_left_out_is_gone_when_it_is() {
    let mut request = request(EVERYTHING);
    for remedy in [
        Remedy::WithoutTopP,
        Remedy::WithoutTemperature,
        Remedy::WithoutTopK,
        Remedy::WithoutStopSequences,
        Remedy::WithoutCachePoints,
        Remedy::WithoutStrict,
        Remedy::WithoutServiceTier,
        Remedy::WithoutBetaFlags,
        Remedy::WithoutReasoning,
    ] {
        assert!(remedy.apply(&mut request.request), "{remedy:?}");
        assert!(!remedy.apply(&mut request.request), "{remedy:?} twice");
    }
    assert_eq!(
        sent(&request),
        r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]},{"role":"assistant","content":[{"text":"So."}]},{"role":"user","content":[{"text":"On"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}"}}}}}"#
    );
}
