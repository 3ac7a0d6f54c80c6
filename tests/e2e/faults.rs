//! What goes wrong at the service or on the way, as it comes out of the plugin: the kind, the
//! service's own words, and whether it was tried again.

use std::net::TcpListener;

use bedrock_simulator::{BedrockSim, Outcome, Reply};
use host_shim::interface::{ErrorKind, StreamEvent};

use crate::harness::{Bedrock, SOON, config_for, names};
use crate::workbench::{Workbench, collect, texts};

/// What the SDK's standard mode makes of something that may pass.
const ATTEMPTS: u64 = 3;

fn giving(reply: Reply) -> Bedrock {
    Bedrock::start(BedrockSim::new().default_reply(reply))
}

/// A refusal by HTTP status: its kind, and how often it was asked for.
async fn assert_refused(status: u16, kind: ErrorKind, attempts: u64) {
    let said = format!("this is what a {status} says");
    let reply = match status {
        400 => Reply::error(400, "ValidationException", &said),
        403 => Reply::error(403, "AccessDeniedException", &said),
        404 => Reply::error(404, "ResourceNotFoundException", &said),
        408 => Reply::error(408, "ModelTimeoutException", &said),
        424 => Reply::error(424, "ModelErrorException", &said),
        429 => Reply::error(429, "ThrottlingException", &said).retry_after(7),
        503 => Reply::error(503, "ServiceUnavailableException", &said),
        _ => Reply::error(status, "InternalServerException", &said),
    };
    let bedrock = giving(reply);
    let error = bedrock.refusal().await;
    assert_eq!(error.kind, kind, "{status}: {error:?}");
    assert_eq!(error.message, said);
    assert_eq!(error.http_status, Some(status));
    let request_id = error.request_id.expect("the service's id of the request");
    assert_eq!(request_id.len(), 36, "{request_id}");
    let wait = (status == 429).then_some(7000);
    assert_eq!(error.retry_after_ms, wait, "{status}");
    assert_eq!(bedrock.sim.request_count(), attempts, "{status}");
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once_and_told_with_its_kind() {
    for (status, kind) in [
        (400, ErrorKind::InvalidRequest),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::ModelNotFound),
        (408, ErrorKind::Timeout),
        (424, ErrorKind::Unavailable),
    ] {
        assert_refused(status, kind, 1).await;
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_three_times_and_told_with_its_kind() {
    tokio::join!(
        assert_refused(429, ErrorKind::RateLimited, ATTEMPTS),
        assert_refused(500, ErrorKind::Unavailable, ATTEMPTS),
        assert_refused(503, ErrorKind::Overloaded, ATTEMPTS),
    );
}

#[tokio::test]
async fn a_failure_that_passes_is_never_seen() {
    let sim = BedrockSim::new()
        .reply(Reply::status(503))
        .reply(Reply::text("Hello there"));
    let bedrock = Bedrock::start(sim);
    let (events, end) = bedrock.answer().await;
    end.unwrap();
    assert_eq!(texts(&events).concat(), "Hello there");
    assert_eq!(bedrock.sim.request_count(), 2);
}

#[tokio::test]
async fn too_long_a_conversation_is_told_apart_from_too_many_tokens_a_minute() {
    let too_long = "Input is too long for requested model.";
    let bedrock = giving(Reply::error(400, "ValidationException", too_long));
    assert_eq!(bedrock.refusal().await.kind, ErrorKind::ContextOverflow);
    let too_many = "Too many tokens, please wait before trying again.";
    let bedrock = giving(Reply::error(429, "ThrottlingException", too_many));
    assert_eq!(bedrock.refusal().await.kind, ErrorKind::RateLimited);
}

#[tokio::test]
async fn each_exception_frame_has_its_kind_and_the_words_of_the_service() {
    for (exception, kind, status) in [
        ("validationException", ErrorKind::InvalidRequest, Some(400)),
        ("throttlingException", ErrorKind::RateLimited, Some(429)),
        (
            "modelStreamErrorException",
            ErrorKind::Unavailable,
            Some(424),
        ),
        ("internalServerException", ErrorKind::Unavailable, Some(500)),
        (
            "serviceUnavailableException",
            ErrorKind::Overloaded,
            Some(503),
        ),
        (
            "accessDeniedException",
            ErrorKind::PermissionDenied,
            Some(403),
        ),
        ("unheardOfException", ErrorKind::Internal, None),
    ] {
        let said = format!("the words of {exception}");
        let reply = Reply::text("Hello there").exception_after(3, exception, &said);
        let bedrock = giving(reply);
        let (events, error) = bedrock.breaks_off(kind).await;
        assert_eq!(texts(&events).concat(), "Hello there", "{exception}");
        assert!(error.message.contains(&said), "{exception}: {error}");
        assert_eq!(error.http_status, status, "{exception}");
        assert!(error.request_id.is_some(), "{exception}");
        assert_eq!(bedrock.sim.request_count(), 1, "never again: text is out");
    }
}

#[tokio::test]
async fn an_exception_instead_of_an_answer_has_its_kind_and_is_not_asked_again() {
    for (exception, kind) in [
        ("validationException", ErrorKind::InvalidRequest),
        ("throttlingException", ErrorKind::RateLimited),
        ("modelStreamErrorException", ErrorKind::Unavailable),
        ("internalServerException", ErrorKind::Unavailable),
        ("serviceUnavailableException", ErrorKind::Overloaded),
    ] {
        let bedrock = giving(Reply::text("never").exception_after(0, exception, "no"));
        assert_eq!(bedrock.refusal().await.kind, kind, "{exception}");
        assert_eq!(bedrock.sim.request_count(), 1, "{exception}");
    }
}

/// An answer that breaks after two events, the first of which says that it began.
async fn assert_truncated(reply: Reply, says: &str) {
    let bedrock = giving(reply);
    let (events, error) = bedrock.breaks_off(ErrorKind::StreamTruncated).await;
    assert_eq!(names(&events), ["messageStart", "contentBlockDelta"]);
    assert!(error.message.contains(says), "{error}");
    assert!(error.request_id.is_some(), "{error:?}");
    assert_eq!(bedrock.sim.request_count(), 1, "never again: text is out");
}

#[tokio::test]
async fn an_answer_that_breaks_is_truncated_after_what_had_come() {
    let reply = || Reply::text("Hello there");
    assert_truncated(reply().cut_after(2), "the connection broke").await;
    assert_truncated(reply().half_frame_after(2), "midst of an event").await;
    assert_truncated(reply().end_after(2), "before the model").await;
    assert_truncated(reply().bad_prelude_crc_after(2), "checksum").await;
    assert_truncated(reply().bad_message_crc_after(2), "checksum").await;
}

#[tokio::test]
async fn a_clean_end_without_the_models_stop_is_truncated() {
    let bedrock = giving(Reply::text("Hello there").without_message_stop());
    let (events, _) = bedrock.breaks_off(ErrorKind::StreamTruncated).await;
    assert_eq!(texts(&events).concat(), "Hello there");
    let empty = giving(Reply::text("Hello there").end_after(0));
    let (events, _) = empty.breaks_off(ErrorKind::StreamTruncated).await;
    assert_eq!(events, []);
}

#[tokio::test]
async fn an_end_after_the_models_stop_is_whole() {
    // Without the metadata, which comes last.
    let bedrock = giving(Reply::text("Hello").end_after(4));
    let (events, end) = bedrock.answer().await;
    end.unwrap();
    assert!(matches!(events.last(), Some(StreamEvent::MessageStop(_))));
}

#[tokio::test]
async fn a_connection_that_is_cut_before_the_answer_is_tried_again() {
    let sim = BedrockSim::new()
        .reply(Reply::text("Hello").cut_before_headers())
        .default_reply(Reply::text("Hello"));
    let bedrock = Bedrock::start(sim);
    let (events, end) = bedrock.answer().await;
    end.unwrap();
    assert_eq!(texts(&events), ["Hello"]);
    let first = bedrock.sim.wait_ended(0, SOON).await.unwrap();
    assert_eq!(first.outcome, Outcome::Cut);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_is_unavailable_and_named() {
    let endpoint = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let bench = Workbench::new();
    let config = config_for(&endpoint, serde_json::json!({}));
    let provider = bench.provider(crate::harness::PLUGIN, &config);
    let request = crate::harness::asking(crate::harness::MODEL, "hello");
    let (events, end) = collect(provider.start_stream(request)).await;
    assert_eq!(events, []);
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains(&endpoint), "{error}");
    assert!(error.message.contains("refused"), "{error}");
    assert!(error.message.len() < 400, "{error}");
}
