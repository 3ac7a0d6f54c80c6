//! A refusal that names something which may be left out costs one more request, and the model is
//! remembered; one that is of this conversation alone isn't.

use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::{ChatRequest, ErrorKind};
use serde_json::{Value, json};

use crate::harness::{Bedrock, names};
use crate::workbench::{collect, texts};

/// A model that no table knows.
const NEW: &str = "acme.model-x-v1:0";

fn asked(more: Value) -> ChatRequest {
    let mut request = more;
    request["modelId"] = json!(NEW);
    if request.get("messages").is_none() {
        request["messages"] = json!([{"role": "user", "content": [{"text": "hello"}]}]);
    }
    serde_json::from_value(request).unwrap()
}

/// A service that refuses so, once, and then answers.
fn refusing_once(refusal: Reply) -> Bedrock {
    Bedrock::without_discovery(
        BedrockSim::new()
            .model(NEW)
            .without_rules()
            .reply(refusal)
            .default_reply(Reply::text("Hello")),
    )
}

fn validation(message: &str) -> Reply {
    Reply::error(400, "ValidationException", message)
}

async fn answered(bedrock: &Bedrock, more: Value) {
    let (events, end) = collect(bedrock.provider.start_stream(asked(more))).await;
    end.unwrap();
    assert_eq!(texts(&events).concat(), "Hello");
}

/// What was sent, one body a request.
fn bodies(bedrock: &Bedrock) -> Vec<Value> {
    let requests = bedrock.sim.requests();
    requests.into_iter().map(|request| request.body).collect()
}

#[tokio::test]
async fn a_refused_field_is_left_out_once_and_from_then_on() {
    let refusal = validation("`temperature` is deprecated for this model.");
    let bedrock = refusing_once(refusal);
    let more = json!({"inferenceConfig": {"temperature": 0.5, "maxTokens": 9}});
    answered(&bedrock, more.clone()).await;
    answered(&bedrock, more.clone()).await;
    let config = |body: &Value| body["inferenceConfig"].clone();
    let sent: Vec<Value> = bodies(&bedrock).iter().map(config).collect();
    let without = json!({"maxTokens": 9});
    assert_eq!(
        sent,
        [more["inferenceConfig"].clone(), without.clone(), without]
    );

    let notes = bedrock.provider.health().await.unwrap().notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    let said = format!("{NEW} is asked without temperature, since it refused:");
    assert!(notes[0].starts_with(&said), "{notes:?}");
}

#[tokio::test]
async fn each_of_several_refused_fields_costs_one_request() {
    let bedrock = refusing_once(validation("`top_p` is not supported by this model"));
    let next = validation("Malformed input request: #: extraneous key [top_k] is not permitted");
    bedrock.sim.push(next);
    let more = json!({
        "inferenceConfig": {"topP": 0.5},
        "additionalModelRequestFields": {"top_k": 5, "x": 1},
    });
    answered(&bedrock, more).await;
    let last = bodies(&bedrock).pop().unwrap();
    assert_eq!(last["inferenceConfig"], json!(null));
    assert_eq!(last["additionalModelRequestFields"], json!({"x": 1}));
    assert_eq!(bedrock.sim.request_count(), 3);
}

#[tokio::test]
async fn a_bad_signature_costs_one_request_and_teaches_nothing() {
    let refusal = "messages.1.content.0: Invalid `signature` in `thinking` block";
    let bedrock = refusing_once(validation(refusal));
    let thought =
        json!({"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "old"}}});
    let more = json!({
        "messages": [
            {"role": "user", "content": [{"text": "hello"}]},
            {"role": "assistant", "content": [thought, {"text": "So."}]},
            {"role": "user", "content": [{"text": "and now?"}]},
        ],
        "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}},
    });
    answered(&bedrock, more.clone()).await;
    answered(&bedrock, more.clone()).await;
    let sent = bodies(&bedrock);
    assert_eq!(sent[1]["messages"][1]["content"], json!([{"text": "So."}]));
    assert_eq!(sent[1]["additionalModelRequestFields"], json!(null));
    assert_eq!(
        sent[2]["messages"], more["messages"],
        "the next is asked in full"
    );
    assert_eq!(bedrock.provider.health().await.unwrap().notes, [""; 0]);
}

#[tokio::test]
async fn too_large_a_grammar_costs_one_request_without_strict() {
    let bedrock = refusing_once(validation("The compiled grammar is too large."));
    let schema = json!({"json": {"type": "object"}});
    let tool = json!({"toolSpec": {"name": "f", "inputSchema": schema, "strict": true}});
    answered(&bedrock, json!({"toolConfig": {"tools": [tool]}})).await;
    let last = bodies(&bedrock).pop().unwrap();
    let spec = &last["toolConfig"]["tools"][0]["toolSpec"];
    assert_eq!(spec["strict"], json!(null));
    assert_eq!(bedrock.sim.request_count(), 2);
}

#[tokio::test]
async fn a_refusal_in_the_first_frame_is_a_refusal_too() {
    let said =
        "This model doesn't support the stopSequences field. Remove stopSequences and try again.";
    let bedrock =
        refusing_once(Reply::text("never").exception_after(0, "validationException", said));
    answered(
        &bedrock,
        json!({"inferenceConfig": {"stopSequences": ["END"]}}),
    )
    .await;
    assert_eq!(bodies(&bedrock)[1]["inferenceConfig"], json!(null));
}

#[tokio::test]
async fn a_structure_that_the_model_refuses_is_asked_for_by_a_tool() {
    let refusal = "This model doesn't support the outputConfig.textFormat field.";
    let bedrock = refusing_once(validation(refusal));
    let answer = Reply::tool("t1", "final_answer", json!({"sky": "blue"}));
    bedrock.sim.set_default_reply(Some(answer));
    let schema = r#"{"type":"object","properties":{"sky":{"type":"string"}}}"#;
    let format = json!({"type": "json_schema", "structure": {"jsonSchema": {"schema": schema}}});
    let more = json!({"outputConfig": {"textFormat": format}});
    let (events, end) = collect(bedrock.provider.start_stream(asked(more))).await;
    end.unwrap();
    let answer: Value = serde_json::from_str(&texts(&events).concat()).unwrap();
    assert_eq!(answer, json!({"sky": "blue"}));
    let stop = serde_json::to_value(&events[events.len() - 2]).unwrap();
    assert_eq!(stop["messageStop"]["stopReason"], "end_turn");
    assert!(!names(&events).contains(&"contentBlockStart".to_owned()));
    let last = bodies(&bedrock).pop().unwrap();
    assert_eq!(
        last["toolConfig"]["toolChoice"],
        json!({"tool": {"name": "final_answer"}})
    );
}

#[tokio::test]
async fn a_refusal_that_stays_is_told_and_teaches_nothing() {
    let bedrock = Bedrock::without_discovery(
        BedrockSim::new()
            .model(NEW)
            .without_rules()
            .reply(validation("`temperature` is deprecated for this model."))
            .default_reply(validation("Something else is wrong.")),
    );
    let more = json!({"inferenceConfig": {"temperature": 0.5}});
    let (events, end) = collect(bedrock.provider.start_stream(asked(more))).await;
    assert_eq!(events, []);
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert_eq!(error.message, "Something else is wrong.");
    assert_eq!(bedrock.sim.request_count(), 2);
    assert_eq!(bedrock.provider.health().await.unwrap().notes, [""; 0]);
}

#[tokio::test]
async fn a_value_out_of_range_is_the_callers_to_mend() {
    let bedrock = refusing_once(validation(
        "temperature: Input should be less than or equal to 1",
    ));
    let more = json!({"inferenceConfig": {"temperature": 7.0}});
    let (_, end) = collect(bedrock.provider.start_stream(asked(more))).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::InvalidRequest);
    assert_eq!(bedrock.sim.request_count(), 1);
}
