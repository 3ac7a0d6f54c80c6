//! The whole list over a client whose connector answers from a script.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_bedrock::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::*;

const ONE_MODEL: &str = r#"{"modelSummaries":[{"modelArn":"arn","modelId":"anthropic.claude",
    "modelName":"Claude","providerName":"Anthropic","inputModalities":["TEXT","VIDEO"],
    "outputModalities":["TEXT"],"responseStreamingSupported":true,
    "modelLifecycle":{"status":"ACTIVE"}}]}"#;
const DENIED: &str = r#"{"message":"not authorized to perform: bedrock:ListFoundationModels"}"#;

/// Answers with these statuses and bodies, one after the other, the last one for good.
#[derive(Debug, Clone)]
struct Script(Arc<Mutex<Vec<(u16, &'static str)>>>);

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert!(
            request.uri().ends_with("/foundation-models"),
            "{}",
            request.uri()
        );
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, body) = if script.len() > 1 {
            script.remove(0)
        } else {
            script[0]
        };
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

fn client(script: &[(u16, &'static str)], credentials: bool) -> aws_sdk_bedrock::Client {
    let connector = SharedHttpConnector::new(Script(Arc::new(Mutex::new(script.to_vec()))));
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_: &HttpConnectorSettings, _: &_| {
            connector.clone()
        }));
    if credentials {
        config =
            config.credentials_provider(Credentials::new("AKID", "secret", None, None, "test"));
    }
    aws_sdk_bedrock::Client::from_conf(config.build())
}

fn discovery(settings: &str, models: &str) -> Discovery {
    Discovery::new(
        serde_json::from_str(settings).expect("settings"),
        serde_json::from_str(models).expect("models"),
    )
}

fn list(
    discovery: &Discovery,
    client: &aws_sdk_bedrock::Client,
    refresh: bool,
) -> Result<ModelList, ProviderError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let list = discovery.list(client, "us-east-1", refresh);
    runtime.expect("a runtime").block_on(list)
}

fn ids(list: &ModelList) -> Vec<&str> {
    list.models.iter().map(|model| model.id.as_str()).collect()
}

#[test]
fn the_config_is_first_and_a_later_failure_leaves_the_last_list_with_a_note() {
    let discovery = discovery("{}", r#"[{"id":"mine"}]"#);
    let client = client(&[(200, ONE_MODEL), (403, DENIED)], true);
    let first = list(&discovery, &client, false).expect("a list");
    assert_eq!(ids(&first), ["mine", "anthropic.claude"]);
    assert!(first.notes.is_empty());
    let second = list(&discovery, &client, true).expect("the last list");
    assert_eq!(second.models, first.models);
    assert_eq!(
        second.notes,
        [
            "the list of us-east-1 is 0 s old: not authorized to perform: bedrock:ListFoundationModels"
        ]
    );
}

#[test]
fn a_failure_is_an_error_unless_the_config_has_models() {
    let denied = client(&[(403, DENIED)], true);
    let error = list(&discovery("{}", "[]"), &denied, false).expect_err("denied");
    assert_eq!(
        (error.kind, error.http_status),
        (ErrorKind::PermissionDenied, Some(403))
    );
    let listed = list(&discovery("{}", r#"[{"id":"mine"}]"#), &denied, false).expect("a list");
    assert_eq!(ids(&listed), ["mine"]);
    assert_eq!(listed.notes.len(), 1);
}

#[test]
fn without_credentials_discovery_is_off_unless_it_was_asked_for() {
    let nobody = client(&[(200, ONE_MODEL)], false);
    let listed = list(&discovery("{}", "[]"), &nobody, false).expect("a list");
    assert!(listed.models.is_empty());
    assert!(
        listed.notes[0].contains("AWS_ACCESS_KEY_ID"),
        "{:?}",
        listed.notes
    );
    let error = list(&discovery(r#"{"enabled":true}"#, "[]"), &nobody, false);
    assert_eq!(
        error.expect_err("no credentials").kind,
        ErrorKind::Authentication
    );
}

#[test]
fn switched_off_nothing_is_asked() {
    let client = client(&[(500, "")], true);
    let discovery = discovery(r#"{"enabled":false}"#, r#"[{"id":"mine"}]"#);
    let listed = list(&discovery, &client, true).expect("a list");
    assert_eq!((ids(&listed), listed.notes.len()), (vec!["mine"], 0));
}

#[test]
fn settings_have_the_originals_defaults_and_refuse_unknown_keys() {
    let settings: DiscoverySettings = serde_json::from_str("{}").expect("settings");
    assert_eq!(settings.refresh_interval, Duration::from_secs(3600));
    assert_eq!(
        (settings.default_context_window, settings.default_max_tokens),
        (32_000, 4096)
    );
    let read = |json| serde_json::from_str::<DiscoverySettings>(json);
    let zero = read(r#"{"refreshInterval":0}"#).expect("settings");
    assert!(zero.refresh_interval.is_zero());
    for wrong in [r#"{"refreshInterval":-1}"#, r#"{"providerfilter":[]}"#] {
        read(wrong).expect_err("refused");
    }
}
