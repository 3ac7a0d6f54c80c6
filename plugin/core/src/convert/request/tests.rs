//! Golden cases: whole requests in, whole bodies out.

use proptest::prelude::*;
use provider_interface::{
    ChatRequest, ContentBlock, Effort, Json, Message, Reasoning, Role, ToolUseBlock,
};

use super::*;
use crate::convert::tests::{sent, terms};

/// Every member of a request, and every block, in the order in which they are written.
const EVERYTHING: &str = r#"{
"messages":[
 {"role":"user","content":[
  {"text":"Look"},
  {"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}},
  {"image":{"format":"webp","source":{"s3Location":{"uri":"s3://bucket/i","bucketOwner":"123456789012"}}}},
  {"document":{"format":"pdf","name":"Report 1","source":{"bytes":"JVBERg=="},"context":"yearly","citations":{"enabled":true}}},
  {"document":{"format":"csv","name":"Table","source":{"s3Location":{"uri":"s3://bucket/d"}}}},
  {"document":{"name":"Notes","source":{"text":"plain"}}},
  {"document":{"name":"Pieces","source":{"content":[{"text":"one"},{"text":"two"}]}}},
  {"video":{"format":"three_gp","source":{"s3Location":{"uri":"s3://bucket/v"}}}},
  {"audio":{"format":"x-aac","source":{"bytes":"AAAA"}}},
  {"audio":{"format":"mp3","source":{"s3Location":{"uri":"s3://bucket/a"}},"error":{"message":"none"}}},
  {"image":{"format":"png","source":{"bytes":""},"error":{"message":"none"}}},
  {"guardContent":{"text":{"text":"guarded","qualifiers":["query","grounding_source"]}}},
  {"guardContent":{"image":{"format":"jpeg","source":{"bytes":"/9j/"}}}},
  {"searchResult":{"source":"https://example.com","title":"T","content":[{"text":"found"}],"citations":{"enabled":false}}},
  {"toolAddition":{"tool":{"type":"tool","name":"clock","serverName":"s"}}},
  {"toolRemoval":{"tool":{"name":"clock"}}},
  {"cachePoint":{"type":"default","ttl":"5m"}}]},
 {"role":"assistant","content":[
  {"reasoningContent":{"reasoningText":{"text":" thought ","signature":"c2ln"}}},
  {"reasoningContent":{"redactedContent":"cmVkYWN0ZWQ="}},
  {"citationsContent":{"content":[{"text":"as found"}],"citations":[{"title":"T","source":"s","sourceContent":[{"text":"found"}],"location":{"documentPage":{"documentIndex":0,"start":1,"end":2}}},{"location":{"documentChar":{"documentIndex":0,"start":1,"end":2}}},{"location":{"documentChunk":{"documentIndex":0,"start":1,"end":2}}},{"location":{"web":{"url":"https://example.com","domain":"example.com"}}},{"location":{"searchResultLocation":{"searchResultIndex":0,"start":0,"end":1}}}]}},
  {"toolUse":{"toolUseId":"t-1","name":"weather","input":{"z":1.10,"a":18446744073709551615,"m":1e2},"type":"server_tool_use"}},
  {"toolResult":{"toolUseId":"t-1","content":[{"text":"x"}],"type":"x_result"}},
  {"toolUse":{"toolUseId":"t-2","name":"weather","input":{}}}]},
 {"role":"user","content":[
  {"toolResult":{"toolUseId":"t-2","content":[{"text":"sunny"},{"json":{"b":1,"a":[2]}},{"image":{"format":"gif","source":{"bytes":"R0lG"}}},{"document":{"format":"md","name":"D","source":{"text":"x"}}},{"video":{"format":"mp4","source":{"bytes":"AAAA"}}},{"searchResult":{"source":"s","title":"t","content":[{"text":"c"}]}}],"status":"error"}}]}],
"system":[{"text":"Be brief."},{"guardContent":{"text":{"text":"g"}}},{"cachePoint":{"type":"default"}}],
"inferenceConfig":{"maxTokens":100,"temperature":0.7,"topP":0.95,"stopSequences":["END"]},
"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"d","inputSchema":{"json":{"type":"object","properties":{"z":{},"a":{}}}},"strict":true}},{"systemTool":{"name":"nova_grounding"}},{"cachePoint":{"type":"default","ttl":"1h"}}],"toolChoice":{"tool":{"name":"weather"}}},
"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"DRAFT","trace":"enabled_full","streamProcessingMode":"async"},
"additionalModelRequestFields":{"top_k":5,"anthropic_beta":["x"]},
"promptVariables":{"city":{"text":"Rome"}},
"additionalModelResponseFieldPaths":["/stop_sequence"],
"requestMetadata":{"team":"red"},
"performanceConfig":{"latency":"optimized"},
"serviceTier":{"type":"flex"},
"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}","name":"n","description":"d"}}},"effort":"low"}
}"#;

fn request(json: &str) -> ChatRequest {
    serde_json::from_str(json).expect("a request")
}

fn with_model(members: &str) -> ChatRequest {
    request(&format!(
        "{{\"modelId\":\"meta.llama3-1-70b-instruct-v1:0\",{members}}}"
    ))
}

fn body(request: ChatRequest) -> String {
    let converted = to_converse(request, &Terms::default()).expect("a body");
    sent(&converted)
}

fn refusal(request: ChatRequest) -> String {
    let error = to_converse(request, &Terms::default()).expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    error.message
}

/// Removes what is only layout from [`EVERYTHING`].
fn compact(json: &str) -> String {
    json.lines().map(str::trim).collect()
}

#[test]
fn every_member_and_every_block_reaches_the_body_to_the_letter() {
    let everything = compact(EVERYTHING);
    let members = everything
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let sent = body(with_model(members.expect("an object")));
    assert_eq!(sent, everything);
}

#[test]
fn every_tool_choice_reaches_the_body() {
    for choice in [
        r#"{"auto":{}}"#,
        r#"{"any":{}}"#,
        r#"{"tool":{"name":"t"}}"#,
    ] {
        let config = format!(
            r#""toolConfig":{{"tools":[{{"systemTool":{{"name":"t"}}}}],"toolChoice":{choice}}}"#
        );
        assert_eq!(body(with_model(&config)), format!("{{{config}}}"));
    }
}

#[test]
fn the_model_id_goes_into_the_path_alone_and_loses_surrounding_blanks() {
    let asked = request(r#"{"modelId":" amazon.nova-pro-v1:0\n"}"#);
    let converted = to_converse(asked, &Terms::default()).expect("a request");
    assert_eq!(converted.model_id(), "amazon.nova-pro-v1:0");
    assert_eq!(sent(&converted), "{}");
}

#[test]
fn a_missing_model_id_is_said() {
    for json in ["{}", r#"{"modelId":"  "}"#] {
        let message = refusal(request(json));
        assert!(message.starts_with("modelId is missing"), "{message}");
    }
}

#[test]
fn the_order_of_a_schema_is_kept_so_that_the_prompt_cache_finds_it_again() {
    let schema = r#"{"type":"object","properties":{"q":{},"b":{},"k":{},"a":{}},"required":["q"]}"#;
    let tools = format!(
        r#""toolConfig":{{"tools":[{{"toolSpec":{{"name":"t","inputSchema":{{"json":{schema}}}}}}}]}}"#
    );
    let first = body(with_model(&tools));
    assert!(first.contains(schema), "{first}");
    assert_eq!(first, body(with_model(&tools)));
}

#[test]
fn a_blank_tool_input_is_an_empty_object() {
    for input in ["null", r#""""#, r#"" \n""#, "{}", " { } "] {
        let json = format!(
            r#""messages":[{{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"t","name":"n","input":{input}}}}}]}}]"#
        );
        let sent = body(with_model(&json)).replace("{ }", "{}");
        assert!(sent.contains(r#""input":{}"#), "{input}: {sent}");
    }
}

#[test]
fn json_of_the_wrong_kind_is_refused_with_its_path() {
    let schema = |schema: &str| {
        format!(
            r#""toolConfig":{{"tools":[{{"cachePoint":{{"type":"default"}}}},{{"toolSpec":{{"name":"t","inputSchema":{{"json":{schema}}}}}}}]}}"#
        )
    };
    let schema_path = "toolConfig.tools[1].toolSpec.inputSchema.json";
    for (members, path, found) in [
        (schema("null"), schema_path, "null"),
        (
            r#""additionalModelRequestFields":[]"#.to_owned(),
            "additionalModelRequestFields",
            "an array",
        ),
    ] {
        let message = refusal(with_model(&members));
        assert_eq!(
            message,
            format!("{path} must be a JSON object, not {found}")
        );
    }
}

#[test]
fn a_number_that_json_has_no_word_for_is_refused() {
    for (member, config) in [
        (
            "temperature",
            InferenceConfig {
                temperature: Some(f32::NAN),
                ..Default::default()
            },
        ),
        (
            "topP",
            InferenceConfig {
                top_p: Some(f32::INFINITY),
                ..Default::default()
            },
        ),
    ] {
        let chat = ChatRequest {
            inference_config: Some(config),
            ..with_model(r#""messages":[]"#)
        };
        let message = refusal(chat);
        assert_eq!(
            message,
            format!("inferenceConfig.{member} must be a finite number")
        );
    }
}

#[test]
fn an_effort_without_a_meaning_is_refused_with_the_ones_that_have_one() {
    let message = refusal(with_model(r#""reasoning":{"effort":"ultra"}"#));
    assert_eq!(
        message,
        "reasoning.effort must be one of minimal, low, medium, high, xhigh, max, not \"ultra\""
    );
}

proptest! {
    #[test]
    fn whatever_is_asked_becomes_valid_json_or_a_refusal(
        model_id in "(us\\.)?(anthropic\\.claude-(sonnet-4-5|opus-4-7|3-7-sonnet)|openai\\.gpt-oss|amazon\\.nova-2-lite|\\PC{0,12})",
        texts in prop::collection::vec(any::<String>(), 0..4),
        input in "(\\{(\"a\":(1|\\{\\}))?\\}|null|\"\\PC?\"|\\[\\])",
        budget in any::<u32>(),
        max_tokens in any::<Option<u32>>(),
        temperature in any::<Option<f32>>(),
        effort in prop::sample::select(Effort::KNOWN),
        by_effort in any::<bool>(),
        fields in prop::sample::select(vec![
            "{}", "{\"thinking\":{\"budget_tokens\":1}}", "{\"thinking\":7,\"max_tokens\":-1}",
            "{\"output_config\":[],\"thinking\":{\"budget_tokens\":\"budget_tokens\"}}",
        ]),
    ) {
        let mut content: Vec<_> = texts.into_iter().map(ContentBlock::Text).collect();
        if let Ok(input) = Json::parse(input) {
            content.push(ContentBlock::ToolUse(ToolUseBlock {
                tool_use_id: "t".to_owned(),
                name: "n".to_owned(),
                input,
                kind: None,
            }));
        }
        let reasoning = if by_effort {
            Reasoning::Effort(Effort::from(effort))
        } else {
            Reasoning::BudgetTokens(budget)
        };
        let chat = ChatRequest {
            model_id,
            messages: vec![Message { role: Role::Assistant, content }],
            inference_config: Some(InferenceConfig { max_tokens, temperature, ..Default::default() }),
            additional_model_request_fields: Json::parse(fields).ok(),
            reasoning: Some(reasoning),
            ..ChatRequest::default()
        };
        let terms = terms(&chat.model_id);
        match to_converse(chat, &terms) {
            Ok(converted) => {
                let read: Result<serde_json::Value, _> = serde_json::from_str(&sent(&converted));
                prop_assert!(read.is_ok_and(|body| body.is_object()));
            }
            Err(error) => prop_assert_eq!(error.kind, ErrorKind::InvalidRequest),
        }
    }
}
