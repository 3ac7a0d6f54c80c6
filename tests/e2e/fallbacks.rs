//! Models that stand in for another: asked in turn as long as nothing has come of the one before.

use bedrock_simulator::{BedrockSim, Reply};
use host_shim::interface::{ChatRequest, ErrorKind, Metadata, StreamEvent};
use serde_json::{Value, json};

use crate::harness::{Bedrock, MODEL, asking, names};
use crate::workbench::{collect, texts};

const SECOND: &str = "amazon.nova-lite-v1:0";
const THIRD: &str = "amazon.nova-pro-v1:0";

fn request(fallbacks: Option<&[&str]>) -> ChatRequest {
    let own = |models: &[&str]| models.iter().map(|model| (*model).to_owned()).collect();
    ChatRequest {
        fallbacks: fallbacks.map(own),
        ..asking(MODEL, "hello")
    }
}

/// The models that were asked, in turn.
fn asked(bedrock: &Bedrock) -> Vec<String> {
    let requests = bedrock.sim.requests();
    requests.into_iter().filter_map(|r| r.model_id).collect()
}

fn metadata(events: &[StreamEvent]) -> &Metadata {
    match events.last() {
        Some(StreamEvent::Metadata(metadata)) => metadata,
        other => panic!("no metadata, but {other:?}"),
    }
}

/// One attempt a model, to keep the tests short: the SDK's own are tested elsewhere.
fn failing(first: Reply) -> BedrockSim {
    BedrockSim::new()
        .reply(first)
        .default_reply(Reply::text("Hello"))
}

#[tokio::test]
async fn a_model_that_fails_is_stood_in_for_and_the_answer_says_by_whom() {
    for failure in [
        Reply::status(403),
        Reply::status(404),
        Reply::status(424),
        Reply::error(
            400,
            "ValidationException",
            "Input is too long for requested model.",
        ),
        Reply::text("never").exception_after(0, "throttlingException", "slow down"),
        // It has begun, but has said nothing.
        Reply::text("never").exception_after(1, "modelStreamErrorException", "broke"),
        Reply::text("never").end_after(1),
    ] {
        let bedrock = Bedrock::start(failing(failure));
        let asked_for = request(Some(&[SECOND]));
        let (events, end) = collect(bedrock.provider.start_stream(asked_for)).await;
        end.unwrap();
        assert_eq!(texts(&events).concat(), "Hello");
        assert_eq!(names(&events)[0], "messageStart");
        assert_eq!(
            names(&events)
                .iter()
                .filter(|name| *name == "messageStart")
                .count(),
            1
        );
        assert_eq!(metadata(&events).model_id.as_deref(), Some(SECOND));
        assert_eq!(asked(&bedrock), [MODEL, SECOND]);
    }
}

#[tokio::test]
async fn once_something_was_said_nobody_stands_in() {
    let bedrock = Bedrock::start(failing(Reply::text("Hello there").cut_after(2)));
    let (events, end) = collect(bedrock.provider.start_stream(request(Some(&[SECOND])))).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::StreamTruncated);
    assert_eq!(names(&events), ["messageStart", "contentBlockDelta"]);
    assert_eq!(asked(&bedrock), [MODEL]);
}

#[tokio::test]
async fn a_bad_request_is_bad_for_all() {
    let bedrock = Bedrock::start(failing(Reply::status(400)));
    let (_, end) = collect(bedrock.provider.start_stream(request(Some(&[SECOND])))).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::InvalidRequest);
    assert_eq!(asked(&bedrock), [MODEL]);
}

#[tokio::test]
async fn the_last_ones_failure_is_told_with_what_it_began() {
    let begun = Reply::text("never").end_after(1);
    let bedrock = Bedrock::start(BedrockSim::new().default_reply(begun));
    let three = request(Some(&[SECOND, MODEL, " ", THIRD]));
    let (events, end) = collect(bedrock.provider.start_stream(three)).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::StreamTruncated);
    assert_eq!(names(&events), ["messageStart"]);
    assert_eq!(asked(&bedrock), [MODEL, SECOND, THIRD], "each once");
}

#[tokio::test]
async fn the_config_names_them_for_who_names_none() {
    let with = |failure| Bedrock::with(failing(failure), json!({"fallbacks": [SECOND]}));
    let bedrock = with(Reply::status(404));
    let (events, end) = collect(bedrock.provider.start_stream(request(None))).await;
    end.unwrap();
    assert_eq!(metadata(&events).model_id.as_deref(), Some(SECOND));
    let bedrock = with(Reply::status(404));
    let (_, end) = collect(bedrock.provider.start_stream(request(Some(&[])))).await;
    assert_eq!(end.unwrap_err().kind, ErrorKind::ModelNotFound);
    assert_eq!(asked(&bedrock), [MODEL]);
}

#[tokio::test]
async fn each_is_asked_in_its_own_words() {
    let bedrock = Bedrock::start(failing(Reply::status(404)));
    let titan = "amazon.titan-text-express-v1";
    let mut asked_for = request(Some(&[titan]));
    asked_for.system = serde_json::from_value(json!([{"text": "Be brief."}])).unwrap();
    let (_, end) = collect(bedrock.provider.start_stream(asked_for)).await;
    end.unwrap();
    let bodies: Vec<Value> = bedrock.sim.requests().into_iter().map(|r| r.body).collect();
    assert_eq!(bodies[0]["system"], json!([{"text": "Be brief."}]));
    assert_eq!(bodies[1]["system"], json!(null));
    let content = json!([{"text": "Be brief."}, {"text": "hello"}]);
    assert_eq!(bodies[1]["messages"][0]["content"], content);
}
