//! Failures: the same words, the same status, the same request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use bedrock_simulator::Reply;
use serde_json::{Value, json};

use super::client::{Both, ask_both, ask_both_of, greeting};

/// The error that ends both; the events before are the same.
fn errors(mut both: Both) -> (Value, Value) {
    let ours = both.ours.pop().unwrap();
    let boto3 = both.boto3.pop().unwrap();
    assert_eq!(json!(both.ours), json!(both.boto3), "the events before");
    let mut members: Vec<&String> = ours["error"].as_object().unwrap().keys().collect();
    members.sort();
    let all = ["httpStatus", "kind", "message", "requestId", "retryAfterMs"];
    assert_eq!(members, all);
    (ours["error"].clone(), boto3["error"].clone())
}

#[test]
fn exceptions_within_the_stream_end_both_with_the_same_words() {
    for (exception, kind) in [
        ("validationException", "invalid_request"),
        ("throttlingException", "rate_limited"),
        ("modelStreamErrorException", "unavailable"),
        ("internalServerException", "unavailable"),
        ("serviceUnavailableException", "overloaded"),
    ] {
        let said = format!("The words of {exception}.");
        let reply = Reply::text("Hello there").exception_after(3, exception, &said);
        let both = ask_both_of(reply);
        assert_eq!(both.ours.len(), 3 + 1);
        let (ours, boto3) = errors(both);
        assert_eq!(boto3["code"], exception);
        assert_eq!(ours["message"], boto3["message"]);
        assert_eq!(ours["kind"], kind, "{exception}");
    }
}

/// An endpoint that answers two requests with the very same bytes.
fn saying(status: u16, kind: &str, message: &str, request_id: &str) -> String {
    let body = json!({"message": message}).to_string();
    let answer = format!(
        "HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nx-amzn-ErrorType: {kind}:http://internal.amazon.com/coral/com.amazon.bedrock/\r\n\
         x-amzn-RequestId: {request_id}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            read_request(&stream);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    endpoint
}

fn read_request(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
}

#[test]
fn refusals_by_status_have_the_same_words_and_request_id() {
    for (status, code, kind) in [
        (400, "ValidationException", "invalid_request"),
        (403, "AccessDeniedException", "permission_denied"),
        (404, "ResourceNotFoundException", "model_not_found"),
        (424, "ModelErrorException", "unavailable"),
        (429, "ThrottlingException", "rate_limited"),
        (500, "InternalServerException", "unavailable"),
        (503, "ServiceUnavailableException", "overloaded"),
    ] {
        let said = format!("The words of a {status}: \u{201c}no\u{201d}.");
        let id = format!("{status}a-request");
        let endpoint = saying(status, code, &said, &id);
        let (ours, boto3) = errors(ask_both(&endpoint, &greeting()));
        assert_eq!(boto3["code"], code);
        assert_eq!(ours["kind"], kind);
        assert_eq!(
            (&ours["message"], &boto3["message"]),
            (&json!(said), &json!(said))
        );
        assert_eq!(
            (&ours["requestId"], &boto3["requestId"]),
            (&json!(id), &json!(id))
        );
        assert_eq!(
            (&ours["httpStatus"], &boto3["httpStatus"]),
            (&json!(status), &json!(status))
        );
    }
}
