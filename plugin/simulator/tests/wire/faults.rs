//! Answers that end badly: each as it must look to a client.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use bedrock_simulator::{BedrockSim, Outcome, Reply, Simulator};
use http_body_util::BodyExt as _;

use crate::client::{Answer, HAIKU, SOON, ask, converse_stream, frames, hello, kinds, path, send};

async fn giving(reply: Reply) -> Simulator {
    BedrockSim::new()
        .default_reply(reply)
        .start()
        .await
        .expect("it starts")
}

async fn stream(sim: &Simulator) -> Answer {
    ask(sim, "POST", &path(HAIKU, "converse-stream"), &hello()).await
}

/// The bytes before the failure, and the I/O error at the bottom of it.
async fn broken(sim: &Simulator) -> (Vec<u8>, Option<ErrorKind>) {
    let mut body = match send(sim.address(), converse_stream(sim)).await {
        Ok(response) => response.into_body(),
        Err(error) => return (Vec::new(), io_kind(&error)),
    };
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Err(error) => return (bytes, io_kind(&error)),
        }
    }
    panic!("the body ended as if nothing had happened");
}

fn io_kind(error: &hyper::Error) -> Option<ErrorKind> {
    error
        .source()?
        .downcast_ref::<std::io::Error>()
        .map(std::io::Error::kind)
}

#[tokio::test]
async fn an_exception_frame_ends_a_stream_that_began_well() {
    let sim = giving(Reply::text("Hello there").exception_after(
        2,
        "throttlingException",
        "Too many tokens",
    ))
    .await;
    let events = frames(&stream(&sim).await.body).expect("whole frames");
    assert_eq!(events.len(), 3);
    assert_eq!(events[2].0, "throttlingException");
    assert_eq!(events[2].1["message"], "Too many tokens");
    // Converse has no stream to say it in.
    let whole = ask(&sim, "POST", &path(HAIKU, "converse"), &hello()).await;
    assert_eq!(whole.error(), "429 ThrottlingException: Too many tokens");
}

#[tokio::test]
async fn a_stream_can_end_cleanly_and_too_early() {
    let sim = giving(Reply::text("Hello").without_message_stop()).await;
    assert_eq!(
        kinds(&stream(&sim).await.body),
        ["messageStart", "contentBlockDelta", "contentBlockStop"]
    );
    let sim = giving(Reply::text("Hello").end_after(0)).await;
    let answer = stream(&sim).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[tokio::test]
async fn checksums_can_be_wrong() {
    let sim = giving(Reply::text("Hello").bad_prelude_crc_after(1)).await;
    assert!(
        frames(&stream(&sim).await.body)
            .expect_err("a bad frame")
            .contains("prelude checksum")
    );
    let sim = giving(Reply::text("Hello").bad_message_crc_after(1)).await;
    assert!(
        frames(&stream(&sim).await.body)
            .expect_err("a bad frame")
            .contains("message checksum")
    );
}

#[tokio::test]
async fn a_body_can_end_inside_a_frame() {
    let sim = giving(Reply::text("Hello").half_frame_after(2)).await;
    assert_eq!(
        frames(&stream(&sim).await.body),
        Err("half a frame after 2 events".to_owned())
    );
}

#[tokio::test]
async fn a_cut_resets_the_connection_after_what_was_sent() {
    let sim = giving(Reply::text("Hello").cut_after(2)).await;
    let (bytes, error) = broken(&sim).await;
    assert_eq!(
        frames(&bytes),
        Err("half a frame after 2 events".to_owned())
    );
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
    assert_eq!(
        sim.wait_ended(0, SOON).await.expect("it ended").outcome,
        Outcome::Cut
    );
}

#[tokio::test]
async fn a_cut_can_come_before_the_answer() {
    let sim = giving(Reply::text("Hello").cut_before_headers()).await;
    assert_eq!(
        broken(&sim).await,
        (Vec::new(), Some(ErrorKind::ConnectionReset))
    );
}

#[tokio::test]
async fn a_stall_says_nothing_and_keeps_the_connection() {
    let sim = giving(Reply::text("Hello").stall_after(1)).await;
    let mut body = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer")
        .into_body();
    body.frame().await.expect("a frame").expect("data");
    let more = tokio::time::timeout(Duration::from_millis(200), body.frame()).await;
    assert!(more.is_err(), "nothing more comes");
    assert_eq!(sim.open_connections(), 1);
}

#[tokio::test]
async fn delays_hold_back_the_head_or_the_first_event() {
    const DELAY: Duration = Duration::from_millis(150);
    let sim = giving(Reply::text("Hello").delay_headers(DELAY)).await;
    let started = std::time::Instant::now();
    send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer");
    assert!(started.elapsed() >= DELAY);
    let sim = giving(Reply::text("Hello").delay_first_event(DELAY)).await;
    let started = std::time::Instant::now();
    let response = send(sim.address(), converse_stream(&sim))
        .await
        .expect("an answer");
    assert!(started.elapsed() < DELAY);
    Answer::of(response).await;
    assert!(started.elapsed() >= DELAY);
}

#[tokio::test]
async fn every_status_has_its_error_type() {
    for (status, kind) in [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (408, "ModelTimeoutException"),
        (424, "ModelErrorException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
    ] {
        let answer = stream(&giving(Reply::status(status)).await).await;
        assert_eq!(
            (answer.status, answer.error_type.as_deref()),
            (status, Some(kind))
        );
    }
}
