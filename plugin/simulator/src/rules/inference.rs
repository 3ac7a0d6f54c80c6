//! Rules on the members beside the conversation.

use serde_json::Value;

use super::{Conversation, Rule, is_blank, list};
use crate::error::Refusal;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "no_stop_sequence_is_blank",
        source: "API_runtime_InferenceConfiguration, stopSequences: minimum length of 1; Anthropic: each stop sequence must contain non-whitespace",
        check: stop_sequences,
    },
    Rule {
        name: "additional_request_fields_are_an_object",
        source: "API_runtime_ConverseStream, additionalModelRequestFields: JSON object of fields beyond the base set",
        check: fields_object,
    },
    Rule {
        name: "response_field_paths_are_json_pointers",
        source: "API_runtime_ConverseStream, additionalModelResponseFieldPaths: JSON Pointer (RFC 6901), else 400",
        check: pointers,
    },
    Rule {
        name: "a_guardrail_has_an_identifier_and_a_version",
        source: "API_runtime_GuardrailStreamConfiguration: both are needed to use a guardrail",
        check: guardrail,
    },
    Rule {
        name: "an_output_schema_is_json",
        source: "API_runtime_JsonSchemaDefinition, schema: the JSON schema as a string",
        check: output_schema,
    },
];

fn stop_sequences(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let sequences = list(&conversation.body["inferenceConfig"]["stopSequences"]);
    // Only Claude minds white space: other models do stop at the end of a line.
    let is_claude = conversation.base.starts_with("anthropic.");
    let refused = |sequence: &str| sequence.is_empty() || is_claude && is_blank(sequence);
    if sequences
        .iter()
        .any(|sequence| sequence.as_str().is_some_and(refused))
    {
        return Err(Refusal::by_model(
            "stop_sequences: each stop sequence must contain non-whitespace",
        ));
    }
    Ok(())
}

fn fields_object(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match conversation.more_fields() {
        Value::Null | Value::Object(_) => Ok(()),
        _ => Err(Refusal::validation(
            "The format of the additionalModelRequestFields field is invalid. Provide a json object for the field and try again.",
        )),
    }
}

fn pointers(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let paths = list(&conversation.body["additionalModelResponseFieldPaths"]);
    if paths
        .iter()
        .all(|path| path.as_str().is_some_and(|path| path.starts_with('/')))
    {
        return Ok(());
    }
    Err(Refusal::validation(
        "An additionalModelResponseFieldPaths value is not a valid JSON Pointer.",
    ))
}

fn guardrail(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let config = &conversation.body["guardrailConfig"];
    let given = |member: &str| config[member].as_str().is_some_and(|text| !text.is_empty());
    if config.is_null() || given("guardrailIdentifier") == given("guardrailVersion") {
        return Ok(());
    }
    Err(Refusal::validation(
        "Both guardrailIdentifier and guardrailVersion must be provided to use a guardrail.",
    ))
}

fn output_schema(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let schema =
        conversation.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]
            .as_str();
    match schema.map(serde_json::from_str::<Value>) {
        None | Some(Ok(Value::Object(_))) => Ok(()),
        _ => Err(Refusal::validation(
            "The schema in outputConfig.textFormat is not a valid JSON schema.",
        )),
    }
}
