//! Frames of `application/vnd.amazon.eventstream`, and the damage that tests want done to them.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use serde_json::{Value, json};

/// Bytes of a frame's prelude before its checksum: total length and headers length.
const PRELUDE_CRC_AT: usize = 8;

/// An event frame as the service writes it.
pub(crate) fn event(kind: &str, payload: &Value) -> Bytes {
    frame(
        &[
            (":event-type", kind),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ],
        payload,
    )
}

/// An exception frame as the service writes it.
pub(crate) fn exception(kind: &str, message: &str) -> Bytes {
    let headers = [
        (":exception-type", kind),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    frame(&headers, &json!({ "message": message }))
}

/// The frame with a wrong prelude checksum.
pub(crate) fn with_bad_prelude_crc(frame: &Bytes) -> Bytes {
    flip(frame, PRELUDE_CRC_AT)
}

/// The frame with a wrong message checksum.
pub(crate) fn with_bad_message_crc(frame: &Bytes) -> Bytes {
    flip(frame, frame.len().saturating_sub(1))
}

fn flip(frame: &Bytes, at: usize) -> Bytes {
    let mut bytes = frame.to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 0xff;
    }
    bytes.into()
}

/// A frame that cannot be encoded (a payload beyond the format's 16 MiB, a type beyond 32 KiB) is
/// left out: the format has no way to say it.
fn frame(headers: &[(&str, &str)], payload: &Value) -> Bytes {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            Header::new(
                (*name).to_owned(),
                HeaderValue::String((*value).to_owned().into()),
            )
        })
        .collect();
    let message = Message::new_from_parts(headers, payload.to_string());
    let mut buffer = Vec::new();
    if write_message_to(&message, &mut buffer).is_err() {
        buffer.clear();
    }
    buffer.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_eventstream::frame::read_message_from;

    #[test]
    fn a_frame_reads_back_with_its_headers() {
        let frame = event("messageStart", &json!({"role": "assistant"}));
        let message = read_message_from(frame).expect("a good frame");
        let headers: Vec<_> = message
            .headers()
            .iter()
            .map(|h| {
                (
                    h.name().as_str(),
                    h.value().as_string().expect("a string").as_str(),
                )
            })
            .collect();
        assert_eq!(
            headers,
            [
                (":event-type", "messageStart"),
                (":content-type", "application/json"),
                (":message-type", "event")
            ]
        );
        assert_eq!(message.payload().as_ref(), br#"{"role":"assistant"}"#);
    }

    #[test]
    fn damage_is_noticed_by_a_decoder() {
        let frame = exception("throttlingException", "slow down");
        assert!(read_message_from(frame.clone()).is_ok());
        assert!(read_message_from(with_bad_prelude_crc(&frame)).is_err());
        assert!(read_message_from(with_bad_message_crc(&frame)).is_err());
    }
}
