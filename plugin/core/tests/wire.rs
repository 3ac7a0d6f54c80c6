//! The event stream's decoder against AWS's own encoder and against bytes that nobody should send.

use amazon_bedrock_core::wire::{
    FrameDecoder, FrameError, MAX_FRAME_BYTES, StreamDecoder, WireError,
};
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use proptest::prelude::*;
use provider_interface::{Delta, ReasoningDelta, StopReason, StreamEvent};

fn frame(headers: &[(&str, HeaderValue)], payload: &[u8]) -> Vec<u8> {
    let mut message = Message::new(payload.to_vec());
    for (name, value) in headers {
        message = message.add_header(Header::new((*name).to_owned(), value.clone()));
    }
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).expect("a frame that fits");
    bytes
}

fn string(text: &str) -> HeaderValue {
    HeaderValue::String(text.to_owned().into())
}

fn event(event_type: &str, payload: &str) -> Vec<u8> {
    let headers = [
        (":event-type", string(event_type)),
        (":content-type", string("application/json")),
        (":message-type", string("event")),
    ];
    frame(&headers, payload.as_bytes())
}

/// What a whole answer is decoded to, and how it ended.
fn decode(chunks: &[&[u8]]) -> (Vec<StreamEvent>, Result<(), WireError>) {
    let (mut decoder, mut events) = (StreamDecoder::default(), Vec::new());
    for chunk in chunks {
        if let Err(error) = decoder.push(chunk, &mut events) {
            return (events, Err(error));
        }
    }
    let end = decoder.finish();
    (events, end)
}

fn json(events: &[StreamEvent]) -> Vec<String> {
    let line = |event| serde_json::to_string(event).expect("events are JSON");
    events.iter().map(line).collect()
}

const STOP: &str = r#"{"stopReason":"end_turn","p":"abcd"}"#;

#[test]
fn members_and_events_that_this_version_does_not_know_are_ignored() {
    let stream = [
        event("messageStart", r#"{"role":"assistant","p":"ab","new":{"x":[1]}}"#),
        event("somethingNew", r#"{"anything":1}"#),
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"hologram":{"x":1}},"p":""}"#),
        event("contentBlockDelta", r#"{"delta":{"text":"Hi","new":1},"contentBlockIndex":0,"p":"a"}"#),
        event("messageStop", r#"{"stopReason":"a_new_reason"}"#),
        event("metadata", r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,"serverToolUsage":{}},"serviceTier":{"type":"flex","new":1}}"#),
    ]
    .concat();
    let (events, end) = decode(&[&stream]);
    assert_eq!(end, Ok(()));
    assert_eq!(
        json(&events),
        [
            r#"{"messageStart":{"role":"assistant"}}"#,
            r#"{"contentBlockDelta":{"delta":{"text":"Hi"},"contentBlockIndex":0}}"#,
            r#"{"messageStop":{"stopReason":"a_new_reason"}}"#,
            r#"{"metadata":{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}}"#,
        ]
    );
}

#[test]
fn a_delta_that_carries_only_a_signature_or_only_redacted_bytes_is_an_event() {
    let stream = [
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"AQID"}}}"#,
        ),
        event("messageStop", STOP),
    ]
    .concat();
    let (events, end) = decode(&[&stream]);
    assert_eq!(end, Ok(()));
    let deltas: Vec<&Delta> = events
        .iter()
        .filter_map(|event| match event {
            StreamEvent::ContentBlockDelta(delta) => Some(&delta.delta),
            _ => None,
        })
        .collect();
    assert_eq!(
        deltas[0],
        &Delta::ReasoningContent(ReasoningDelta::Signature("c2ln".into()))
    );
    let redacted = ReasoningDelta::RedactedContent(vec![1, 2, 3].into());
    assert_eq!(deltas[1], &Delta::ReasoningContent(redacted));
}

#[test]
fn both_names_of_the_cache_counters_are_read_once() {
    let usage = r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,"cacheReadInputTokenCount":7,"cacheReadInputTokens":7,"cacheWriteInputTokenCount":9}}"#;
    let (events, _) = decode(&[&event("metadata", usage)]);
    let StreamEvent::Metadata(metadata) = &events[0] else {
        panic!("not metadata: {events:?}");
    };
    assert_eq!(metadata.usage.cache_read_input_tokens, Some(7));
    assert_eq!(metadata.usage.cache_write_input_tokens, Some(9));
}

#[test]
fn an_answer_that_ends_without_message_stop_is_an_error_even_on_a_frame_boundary() {
    let stream = event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#,
    );
    let (events, end) = decode(&[&stream]);
    assert_eq!(events.len(), 1);
    assert_eq!(
        end,
        Err(WireError::Truncated {
            inside_frame: false
        })
    );
    let (_, end) = decode(&[&stream[..stream.len() - 1]]);
    assert_eq!(end, Err(WireError::Truncated { inside_frame: true }));
    assert_eq!(
        decode(&[]).1,
        Err(WireError::Truncated {
            inside_frame: false
        })
    );
}

#[test]
fn an_exception_in_the_stream_ends_it_after_what_came_before() {
    let headers = [
        (":exception-type", string("throttlingException")),
        (":message-type", string("exception")),
    ];
    let stream = [
        event("messageStart", r#"{"role":"assistant"}"#),
        frame(&headers, br#"{"message":"slow down"}"#),
    ]
    .concat();
    let (events, end) = decode(&[&stream]);
    assert_eq!(events.len(), 1);
    let exception = WireError::Exception {
        exception_type: "throttlingException".to_owned(),
        payload: br#"{"message":"slow down"}"#.to_vec(),
    };
    assert_eq!(end, Err(exception));
}

#[test]
fn an_error_that_the_service_has_not_modelled_keeps_its_code_and_text() {
    let headers = [
        (":error-code", string("InternalError")),
        (":error-message", string("oh \"no\"")),
        (":message-type", string("error")),
    ];
    let (_, end) = decode(&[&frame(&headers, b"")]);
    let exception = WireError::Exception {
        exception_type: "InternalError".to_owned(),
        payload: br#"{"message":"oh \"no\""}"#.to_vec(),
    };
    assert_eq!(end, Err(exception));
}

#[test]
fn a_wrong_length_is_found_before_its_bytes_are_waited_for() {
    let mut broken = event("messageStop", STOP);
    broken[0] = 0x7f;
    let mut decoder = FrameDecoder::default();
    decoder.push(&broken[..12]);
    assert_eq!(decoder.next_frame(), Err(FrameError::PreludeChecksum));
    // A right checksum over a wrong length.
    let mut prelude = ((MAX_FRAME_BYTES + 1) as u32).to_be_bytes().to_vec();
    prelude.extend([0, 0, 0, 0]);
    prelude.extend(crc32fast::hash(&prelude).to_be_bytes());
    let mut decoder = FrameDecoder::default();
    decoder.push(&prelude);
    assert_eq!(decoder.next_frame(), Err(FrameError::Length));
}

#[test]
fn every_single_flipped_bit_is_an_error_and_never_another_answer() {
    let whole = [
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#,
        ),
        event("messageStop", STOP),
    ]
    .concat();
    for bit in 0..whole.len() * 8 {
        let mut broken = whole.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        assert!(decode(&[&broken]).1.is_err(), "bit {bit} went unnoticed");
    }
}

#[test]
fn headers_of_every_kind_are_stepped_over() {
    let headers = [
        ("a", HeaderValue::Bool(true)),
        ("b", HeaderValue::Byte(1)),
        ("c", HeaderValue::Int16(2)),
        ("d", HeaderValue::Int32(3)),
        ("e", HeaderValue::Int64(4)),
        ("f", HeaderValue::ByteArray(vec![5, 6].into())),
        (
            "g",
            HeaderValue::Timestamp(aws_smithy_types::DateTime::from_secs(7)),
        ),
        ("h", HeaderValue::Uuid(8)),
        (":event-type", string("messageStop")),
        (":message-type", string("event")),
    ];
    let (events, end) = decode(&[&frame(&headers, STOP.as_bytes())]);
    assert_eq!(end, Ok(()));
    assert!(
        matches!(&events[..], [StreamEvent::MessageStop(stop)] if stop.stop_reason == StopReason::EndTurn)
    );
}

proptest! {
    #[test]
    fn any_texts_cut_anywhere_come_out_whole_and_in_order(
        texts in proptest::collection::vec(any::<String>(), 1..8),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut stream = Vec::new();
        for text in &texts {
            let payload = serde_json::json!({"contentBlockIndex": 0, "delta": {"text": text}});
            stream.extend(event("contentBlockDelta", &payload.to_string()));
        }
        stream.extend(event("messageStop", STOP));
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for cut in cuts {
            chunks.push(&stream[from..cut]);
            from = cut;
        }
        chunks.push(&stream[from..]);
        let (events, end) = decode(&chunks);
        prop_assert_eq!(end, Ok(()));
        let got: Vec<String> = events.iter().filter_map(|event| match event {
            StreamEvent::ContentBlockDelta(delta) => match &delta.delta {
                Delta::Text(text) => Some(text.to_string()),
                _ => None,
            },
            _ => None,
        }).collect();
        prop_assert_eq!(got, texts);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (_, end) = decode(&[&bytes]);
        prop_assert!(end.is_err());
    }
}
