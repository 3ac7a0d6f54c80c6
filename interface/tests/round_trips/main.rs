//! What goes into JSON or into the packed form comes out the same: for every content block, request
//! member and event.

mod content;
mod event;
mod request;

use proptest::option;
use proptest::prelude::*;
use provider_interface::*;

use content::text;
use event::event;
use request::request;

proptest! {
    #[test]
    fn a_request_is_the_same_after_json_and_after_crossing(request in request()) {
        let json = serde_json::to_string(&request).expect("requests are JSON");
        prop_assert_eq!(&serde_json::from_str::<ChatRequest>(&json).expect("our own JSON"), &request);
        let packed = Packed::pack(&request).expect("requests can be packed");
        prop_assert_eq!(packed.unpack::<ChatRequest>().expect("our own bytes"), request);
    }

    #[test]
    fn an_event_is_the_same_after_json_and_after_crossing(event in event()) {
        let json = serde_json::to_string(&event).expect("events are JSON");
        prop_assert_eq!(&serde_json::from_str::<StreamEvent>(&json).expect("our own JSON"), &event);
        let twin = EventTwin::from_event(event.clone()).expect("events can cross");
        let boxed = EventTwinBox::new(twin);
        let crossed = boxed.into_enum().expect("a known variant").into_event();
        prop_assert_eq!(crossed.expect("our own bytes"), event);
    }

    #[test]
    fn health_is_the_same_after_crossing(text in text(), number in option::of(any::<u64>())) {
        let health = Health {
            ready: true,
            region: Some(text.clone()),
            region_source: Some(text.clone()),
            credential_source: Some(text.clone()),
            credential_expiry: number,
            credential_error: number.map(|_| ProviderError::new(ErrorKind::Timeout, text.clone())),
            notes: vec![text],
        };
        let packed = Packed::pack(&health).expect("health can be packed");
        prop_assert_eq!(packed.unpack::<Health>().expect("our own bytes"), health);
    }

    #[test]
    fn a_probe_is_the_same_after_crossing(text in text(), skew in option::of(any::<i64>())) {
        let endpoint = EndpointProbe {
            name: text.clone(),
            url: text.clone(),
            millis: skew.map(i64::unsigned_abs),
            clock_ahead_seconds: skew,
            error: skew.is_none().then_some(text),
        };
        let probe = Probe { endpoints: vec![endpoint] };
        let packed = Packed::pack(&probe).expect("a probe can be packed");
        prop_assert_eq!(packed.unpack::<Probe>().expect("our own bytes"), probe);
    }

    #[test]
    fn an_error_is_the_same_after_crossing(message in text(), status in option::of(any::<u16>())) {
        let error = ProviderError {
            http_status: status,
            request_id: Some(message.clone()),
            retry_after_ms: Some(1),
            ..ProviderError::new(ErrorKind::RateLimited, message)
        };
        prop_assert_eq!(Packed::error(&error).into_error(), error);
    }
}

#[test]
fn an_event_has_the_members_of_the_converse_stream_event() {
    let event = StreamEvent::ContentBlockDelta(ContentBlockDelta {
        delta: Delta::ReasoningContent(ReasoningDelta::RedactedContent(Blob(vec![1, 2, 3]))),
        content_block_index: 2,
    });
    assert_eq!(
        serde_json::to_string(&event).expect("events are JSON"),
        r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"redactedContent":"AQID"}},"contentBlockIndex":2}}"#
    );
}

#[test]
fn a_member_that_this_version_does_not_know_is_refused_by_name() {
    let later = serde_json::json!({ "modelId": "m", "futureMember": 1 });
    let packed = Packed::pack(&later).expect("JSON can be packed");
    let error = packed.unpack::<ChatRequest>().expect_err("unknown member");
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert!(error.message.contains("futureMember"), "{}", error.message);
}

#[test]
fn the_health_of_an_older_plugin_is_read() {
    let earlier = serde_json::json!({ "ready": true, "region": "us-east-1" });
    let packed = Packed::pack(&earlier).expect("JSON can be packed");
    let health = packed.unpack::<Health>().expect("health");
    let expected = Health {
        ready: true,
        region: Some("us-east-1".to_owned()),
        ..Health::default()
    };
    assert_eq!(health, expected);
}

#[test]
fn an_error_kind_that_this_version_does_not_know_is_read_as_internal() {
    let later = serde_json::json!({ "kind": "out_of_cheese", "message": "none left" });
    let error = Packed::pack(&later)
        .expect("JSON can be packed")
        .into_error();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Internal, "none left")
    );
}

#[test]
fn json_that_nests_too_deep_is_refused_before_it_becomes_a_value() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Json::parse(nested(MAX_JSON_DEPTH)).is_ok());
    assert!(matches!(
        Json::parse(nested(MAX_JSON_DEPTH + 1)),
        Err(JsonError::TooDeep)
    ));
    assert!(matches!(
        Json::parse(nested(200_000)),
        Err(JsonError::TooDeep)
    ));
    let deep = format!(r#"{{"additionalModelRequestFields":{}}}"#, nested(200_000));
    assert!(serde_json::from_str::<ChatRequest>(&deep).is_err());
    let brackets_in_a_string = format!("\"{}\"", "[".repeat(200));
    assert!(Json::parse(brackets_in_a_string).is_ok());
}
