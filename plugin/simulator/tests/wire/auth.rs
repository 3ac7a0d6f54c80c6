//! Signatures and tokens: what is let in, what is refused, and in which words.

use std::time::{Duration, SystemTime};

use bedrock_simulator::{AuthKind, BedrockSim, DEFAULT_BEARER_TOKEN, Simulator};
use serde_json::Value;

use crate::client::{Answer, HAIKU, Signer, ask, hello, path, send, unsigned};

async fn signed_by(sim: &Simulator, signer: &Signer) -> Answer {
    let (request, body) = unsigned(sim, "POST", &path(HAIKU, "converse"), &hello());
    Answer::of(
        send(sim.address(), signer.sign(request, &body))
            .await
            .expect("an answer"),
    )
    .await
}

async fn with_header(sim: &Simulator, value: Option<&str>) -> Answer {
    let (mut request, _) = unsigned(sim, "POST", &path(HAIKU, "converse"), &hello());
    if let Some(value) = value {
        request
            .headers_mut()
            .insert("authorization", value.parse().expect("a header"));
    }
    Answer::of(send(sim.address(), request).await.expect("an answer")).await
}

async fn start(sim: BedrockSim) -> Simulator {
    sim.start().await.expect("it starts")
}

#[tokio::test]
async fn a_good_signature_is_let_in_and_its_key_is_recorded() {
    let sim = start(BedrockSim::new()).await;
    assert_eq!(signed_by(&sim, &Signer::default()).await.status, 200);
    let expected = AuthKind::SigV4 {
        access_key_id: bedrock_simulator::DEFAULT_ACCESS_KEY_ID.to_owned(),
        region: "us-east-1".to_owned(),
    };
    assert_eq!(sim.requests()[0].auth, expected);
}

#[tokio::test]
async fn arns_and_queries_are_signed_as_they_stand_on_the_wire() {
    let sim = start(BedrockSim::new()).await;
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
    assert_eq!(
        ask(&sim, "POST", &path(arn, "converse"), &hello())
            .await
            .status,
        200
    );
    let query = "/inference-profiles?type=SYSTEM_DEFINED&maxResults=2&nextToken=a%2Bb%3D";
    // The token is nonsense, but the signature over it is good.
    assert!(
        ask(&sim, "GET", query, &Value::Null)
            .await
            .error()
            .contains("nextToken")
    );
}

#[tokio::test]
async fn a_wrong_secret_does_not_match() {
    let sim = start(BedrockSim::new()).await;
    let signer = Signer::with(bedrock_simulator::DEFAULT_ACCESS_KEY_ID, "wrong", None);
    let error = signed_by(&sim, &signer).await.error();
    assert!(
        error.starts_with("403 InvalidSignatureException: The request signature we calculated"),
        "{error}"
    );
    assert!(
        error.contains("The Canonical String for this request should have been\n'POST\n"),
        "{error}"
    );
}

#[tokio::test]
async fn an_altered_body_does_not_match() {
    let sim = start(BedrockSim::new()).await;
    let (request, _) = unsigned(&sim, "POST", &path(HAIKU, "converse"), &hello());
    let signed = Signer::default().sign(request, &bytes::Bytes::from_static(b"another body"));
    let answer = Answer::of(send(sim.address(), signed).await.expect("an answer")).await;
    assert!(answer.error().starts_with("403 InvalidSignatureException"));
}

#[tokio::test]
async fn an_unknown_key_is_invalid() {
    let sim = start(BedrockSim::new().credentials("AKIDTHIS", "secret")).await;
    assert_eq!(
        signed_by(&sim, &Signer::with("AKIDTHIS", "secret", None))
            .await
            .status,
        200
    );
    assert_eq!(
        signed_by(&sim, &Signer::default()).await.error(),
        "403 UnrecognizedClientException: The security token included in the request is invalid."
    );
}

#[tokio::test]
async fn a_session_token_must_come_and_must_be_the_right_one() {
    let sim = start(
        BedrockSim::new()
            .credentials("ASIA1", "secret")
            .session_token("token"),
    )
    .await;
    assert_eq!(
        signed_by(&sim, &Signer::with("ASIA1", "secret", Some("token")))
            .await
            .status,
        200
    );
    for token in [None, Some("other")] {
        let error = signed_by(&sim, &Signer::with("ASIA1", "secret", token))
            .await
            .error();
        assert!(
            error.starts_with("403 UnrecognizedClientException"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_expired_session_says_so() {
    let sim = start(
        BedrockSim::new()
            .credentials("ASIA1", "secret")
            .session_token("token")
            .expired(),
    )
    .await;
    assert_eq!(
        signed_by(&sim, &Signer::with("ASIA1", "secret", Some("token")))
            .await
            .error(),
        "403 ExpiredTokenException: The security token included in the request is expired"
    );
}

#[tokio::test]
async fn a_clock_may_be_off_by_five_minutes_and_no_more() {
    let sim = start(BedrockSim::new()).await;
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let at = |time: SystemTime| Signer {
        time,
        ..Signer::default()
    };
    let now = SystemTime::now();
    assert_eq!(signed_by(&sim, &at(now - minutes(4))).await.status, 200);
    assert_eq!(signed_by(&sim, &at(now + minutes(4))).await.status, 200);
    let late = signed_by(&sim, &at(now - minutes(6))).await.error();
    assert!(
        late.starts_with("403 InvalidSignatureException: Signature expired: "),
        "{late}"
    );
    let early = signed_by(&sim, &at(now + minutes(6))).await.error();
    assert!(
        early.starts_with("403 InvalidSignatureException: Signature not yet current: "),
        "{early}"
    );
}

#[tokio::test]
async fn the_scope_must_name_bedrock() {
    let sim = start(BedrockSim::new()).await;
    let signer = Signer {
        service: "bedrock-runtime",
        ..Signer::default()
    };
    assert!(
        signed_by(&sim, &signer)
            .await
            .error()
            .contains("scoped to correct service: 'bedrock'")
    );
}

#[tokio::test]
async fn bearer_tokens_are_checked() {
    let sim = start(
        BedrockSim::new()
            .bearer_token("good")
            .expired_bearer_token("old"),
    )
    .await;
    assert_eq!(with_header(&sim, Some("Bearer good")).await.status, 200);
    assert_eq!(sim.requests()[0].auth, AuthKind::Bearer);
    assert_eq!(
        with_header(&sim, Some("Bearer bad")).await.error(),
        "403 AccessDeniedException: Authentication failed: Please make sure your API Key is valid."
    );
    assert_eq!(
        with_header(&sim, Some("Bearer old")).await.error(),
        "403 AccessDeniedException: Bearer Token has expired"
    );
}

#[tokio::test]
async fn missing_and_malformed_credentials_are_told_apart() {
    let sim = start(BedrockSim::new()).await;
    assert_eq!(
        with_header(&sim, Some(&format!("Bearer {DEFAULT_BEARER_TOKEN}")))
            .await
            .status,
        200
    );
    let missing = with_header(&sim, None).await.error();
    assert_eq!(
        missing,
        "403 MissingAuthenticationTokenException: Missing Authentication Token"
    );
    for header in [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b",
        "Basic abc",
        "x",
    ] {
        let error = with_header(&sim, Some(header)).await.error();
        assert!(
            error.starts_with("403 IncompleteSignatureException"),
            "{header}: {error}"
        );
    }
}

#[tokio::test]
async fn a_rotation_shuts_the_old_key_out() {
    let sim = start(BedrockSim::new()).await;
    sim.set_credentials("ASIANEW", "new", Some("token"));
    assert_eq!(signed_by(&sim, &Signer::default()).await.status, 403);
    assert_eq!(
        signed_by(&sim, &Signer::with("ASIANEW", "new", Some("token")))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn anyone_may_come_in_when_told_so() {
    let sim = start(BedrockSim::new().allow_anyone()).await;
    assert_eq!(with_header(&sim, None).await.status, 200);
}
