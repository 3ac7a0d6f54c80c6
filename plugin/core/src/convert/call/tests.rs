//! What the SDK really sends, seen by a connector that answers nothing.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_bedrockruntime::Config;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use provider_interface::{ChatRequest, ErrorKind};

use super::*;
use crate::convert::error::{Origin, from_sdk};
use crate::convert::{Terms, to_converse};

/// Path, `content-length`, whether it is signed, body.
type Sent = (String, Option<String>, bool, Vec<u8>);

#[derive(Debug, Clone, Default)]
struct Capture(Arc<Mutex<Vec<Sent>>>);

impl HttpConnector for Capture {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name| request.headers().get(name).map(str::to_owned);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((
            request.uri().to_owned(),
            header("content-length"),
            header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256")),
            request.body().bytes().unwrap_or_default().to_vec(),
        ));
        let status = StatusCode::try_from(503).expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(r#"{"message":"Later."}"#));
        for (name, value) in [
            (
                "x-amzn-errortype",
                "ServiceUnavailableException:http://internal.amazon.com/",
            ),
            ("x-amzn-requestid", "r-1"),
            ("retry-after", "2"),
        ] {
            response.headers_mut().insert(name, value);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, _: std::time::Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

fn client(capture: &Capture) -> Client {
    let connector = SharedHttpConnector::new(capture.clone());
    let http = http_client_fn(move |_: &HttpConnectorSettings, _: &_| connector.clone());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
        .retry_config(RetryConfig::standard())
        .sleep_impl(SharedAsyncSleep::new(NoSleep))
        .http_client(http)
        .build();
    Client::from_conf(config)
}

#[test]
fn every_attempt_sends_the_prepared_body_signed_to_the_models_path() {
    let chat: ChatRequest = serde_json::from_str(
        r#"{"modelId":"us.anthropic.claude-3-haiku-20240307-v1:0","inferenceConfig":{"temperature":0.7},
            "messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
    )
    .expect("a request");
    let capture = Capture::default();
    let request = to_converse(chat, &Terms::default()).expect("a request");
    let body = request.body().expect("a body");
    let call = converse_stream(&client(&capture), request.model_id(), body);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let error = runtime
        .expect("a runtime")
        .block_on(call.send())
        .expect_err("503");

    let body = br#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"temperature":0.7}}"#;
    let path = "https://bedrock-runtime.us-east-1.amazonaws.com/model/\
                us.anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream";
    let expected: Sent = (
        path.to_owned(),
        Some(body.len().to_string()),
        true,
        body.to_vec(),
    );
    let sent = capture.0.lock().expect("captured");
    assert_eq!(*sent, vec![expected; 3]);

    let origin = Origin {
        endpoint: "bedrock",
        profile: None,
    };
    let error = from_sdk(error, origin);
    assert_eq!(error.kind, ErrorKind::Overloaded);
    assert_eq!(error.message, "Later.");
    assert_eq!(error.http_status, Some(503));
    assert_eq!(error.request_id.as_deref(), Some("r-1"));
    assert_eq!(error.retry_after_ms, Some(2000));
}
