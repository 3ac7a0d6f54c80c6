//! The whole list, and what a request's model becomes, over a client whose connector answers from a
//! script.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_bedrock::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use provider_interface::ErrorKind;

use super::*;

const ONE_MODEL: &str = r#"{"modelSummaries":[{"modelArn":"arn","modelId":" anthropic.claude ",
    "modelName":"Claude","inputModalities":["TEXT","VIDEO"],
    "outputModalities":["TEXT"],"responseStreamingSupported":true,
    "inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{"status":"ACTIVE"}},
    {"modelArn":"arn","modelId":" "},
    {"modelArn":"arn","modelId":"anthropic.sonnet","modelName":" ","providerName":"Anthropic",
    "outputModalities":["TEXT"],"responseStreamingSupported":true,
    "inferenceTypesSupported":["INFERENCE_PROFILE"],"modelLifecycle":{"status":"ACTIVE"}}]}"#;
const NOTHING: &str = "{}";
const DENIED: &str = r#"{"message":"not authorized to perform: bedrock:ListFoundationModels"}"#;

/// Answers and what they answer, by the end of the path; everything else is empty.
#[derive(Debug, Clone, Default)]
struct Script {
    answers: Arc<Mutex<HashMap<&'static str, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn new(path: &'static str, status: u16, body: impl Into<String>) -> Self {
        Self::default().and(path, status, body)
    }

    fn and(self, path: &'static str, status: u16, body: impl Into<String>) -> Self {
        locked(&self.answers).insert(path, (status, body.into()));
        self
    }

    fn asked(&self) -> usize {
        locked(&self.asked).len()
    }

    fn answer(&self, uri: &str) -> (u16, String) {
        locked(&self.asked).push(uri.to_owned());
        let path = uri
            .split_once("amazonaws.com")
            .map_or(uri, |(_, path)| path);
        let answers = locked(&self.answers);
        let all = answers.get(path).or_else(|| answers.get("*"));
        all.cloned().unwrap_or((200, NOTHING.to_owned()))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.answer(request.uri());
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

fn place(script: &Script, credentials: bool) -> Place {
    let connector = SharedHttpConnector::new(script.clone());
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
    let client = aws_sdk_bedrock::Client::from_conf(config.build());
    Place {
        region: "us-east-1".to_owned(),
        endpoint: "https://bedrock".to_owned(),
        control: Arc::new(move || client.clone()),
    }
}

fn discovery(settings: &str, models: &str) -> Discovery {
    Discovery::new(
        serde_json::from_str(settings).expect("settings"),
        serde_json::from_str(models).expect("models"),
        Models::default(),
        None,
        Some("AKID"),
    )
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn list(discovery: &Discovery, place: &Place, refresh: bool) -> Result<ModelList, ProviderError> {
    run(discovery.list(std::slice::from_ref(place), refresh))
}

fn resolve(discovery: &Discovery, place: &Place, id: &str) -> Result<String, ProviderError> {
    let here = |_: &str| place.clone();
    let target = run(discovery.resolve(id, std::slice::from_ref(place), here));
    target.map(|target| target.model_id)
}

fn ids(list: &ModelList) -> Vec<&str> {
    list.models.iter().map(|model| model.id.as_str()).collect()
}

fn profile(id: &str, models: &str) -> String {
    format!(
        r#"{{"inferenceProfileName":"Profile {id}","inferenceProfileArn":"arn:aws:bedrock:us-east-1:1:inference-profile/{id}",
        "models":{models},"inferenceProfileId":"{id}","status":"ACTIVE","type":"SYSTEM_DEFINED"}}"#
    )
}

fn profiles(items: &[String], next: &str) -> String {
    let items = items.join(",");
    format!(r#"{{"inferenceProfileSummaries":[{items}]{next}}}"#)
}

const OF_SONNET: &str =
    r#"[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/anthropic.sonnet"}]"#;

#[test]
fn the_config_is_first_and_a_later_failure_leaves_the_last_list_with_a_note() {
    let discovery = discovery("{}", r#"[{"id":"mine"}]"#);
    let script = Script::new("/foundation-models", 200, ONE_MODEL);
    let here = place(&script, true);
    let first = list(&discovery, &here, false).expect("a list");
    assert_eq!(ids(&first), ["mine", "anthropic.claude"]);
    assert_eq!(first.notes, [""; 0]);
    let _down = script.and("/foundation-models", 403, DENIED).and(
        "/inference-profiles?type=SYSTEM_DEFINED",
        500,
        NOTHING,
    );
    let second = list(&discovery, &here, true).expect("the last list");
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
    let denied = place(&Script::new("*", 403, DENIED), true);
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
    let script = Script::new("/foundation-models", 200, ONE_MODEL);
    let nobody = place(&script, false);
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
    assert_eq!(script.asked(), 0);
}

#[test]
fn switched_off_nothing_is_asked() {
    let script = Script::default();
    let here = place(&script, true);
    let discovery = discovery(r#"{"enabled":false}"#, r#"[{"id":"mine"}]"#);
    let listed = list(&discovery, &here, true).expect("a list");
    assert_eq!((ids(&listed), listed.notes.len()), (vec!["mine"], 0));
    let id = resolve(&discovery, &here, "anthropic.sonnet").expect("an id");
    assert_eq!((id.as_str(), script.asked()), ("anthropic.sonnet", 0));
}

#[test]
fn profiles_come_from_all_pages_and_one_that_tells_no_model_is_asked() {
    let first = profiles(
        &[profile("us.anthropic.sonnet", "[]")],
        r#","nextToken":"more""#,
    );
    let second = profiles(&[profile("eu.anthropic.sonnet", OF_SONNET)], "");
    let script = Script::new("/foundation-models", 200, ONE_MODEL)
        .and("/inference-profiles?type=SYSTEM_DEFINED", 200, first)
        .and(
            "/inference-profiles?nextToken=more&type=SYSTEM_DEFINED",
            200,
            second,
        )
        .and(
            "/inference-profiles/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.sonnet",
            200,
            profile("us.anthropic.sonnet", OF_SONNET),
        );
    let listed = list(&discovery("{}", "[]"), &place(&script, true), false).expect("a list");
    assert_eq!(listed.notes, [""; 0]);
    let found: Vec<_> = listed
        .models
        .iter()
        .map(|model| (model.id.as_str(), model.base_model.as_deref()))
        .collect();
    let sonnet = Some("anthropic.sonnet");
    assert_eq!(
        found,
        [
            ("anthropic.claude", None),
            ("eu.anthropic.sonnet", sonnet),
            ("us.anthropic.sonnet", sonnet)
        ]
    );
}

#[test]
fn what_the_account_may_not_see_is_a_note_and_is_not_asked_for_again() {
    let script = Script::new("*", 403, DENIED).and("/foundation-models", 200, ONE_MODEL);
    let (discovery, here) = (discovery("{}", "[]"), place(&script, true));
    let listed = list(&discovery, &here, false).expect("a list");
    assert_eq!(ids(&listed), ["anthropic.claude"]);
    assert_eq!(listed.notes.len(), 6, "{:?}", listed.notes);
    assert!(
        listed.notes[0].starts_with("the inference profiles of us-east-1 can't be listed: "),
        "{:?}",
        listed.notes
    );
    let asked = script.asked();
    let again = list(&discovery, &here, false).expect("a list");
    assert_eq!((again, script.asked()), (listed, asked));
}

#[test]
fn a_needed_list_that_failed_for_a_moment_is_asked_for_again_and_the_old_one_shown() {
    let path = "/inference-profiles?type=SYSTEM_DEFINED";
    let sonnet = profiles(&[profile("us.anthropic.sonnet", OF_SONNET)], "");
    let script = Script::new("/foundation-models", 200, ONE_MODEL).and(path, 200, sonnet.clone());
    let (discovery, here) = (discovery("{}", "[]"), place(&script, true));
    let whole = list(&discovery, &here, false).expect("a list");
    let script = script.and(path, 503, NOTHING);
    let partial = list(&discovery, &here, true).expect("a list");
    assert_eq!(partial.models, whole.models);
    assert!(
        partial.notes[0].ends_with("; those of 0 s ago are shown"),
        "{:?}",
        partial.notes
    );
    let _up = script.and(path, 200, sonnet);
    let healed = list(&discovery, &here, false).expect("a list");
    assert_eq!(healed, whole);
}

#[test]
fn a_profile_only_model_is_looked_up_before_it_is_asked_and_only_once() {
    let sonnet = profiles(&[profile("us.anthropic.sonnet", OF_SONNET)], "");
    let script = Script::new("/foundation-models", 200, ONE_MODEL).and(
        "/inference-profiles?type=SYSTEM_DEFINED",
        200,
        sonnet,
    );
    let (discovery, here) = (discovery("{}", "[]"), place(&script, true));
    let id = resolve(&discovery, &here, "anthropic.sonnet").expect("an id");
    assert_eq!(id, "us.anthropic.sonnet");
    let asked = script.asked();
    for id in ["anthropic.sonnet", "anthropic.claude", "no.such-model"] {
        resolve(&discovery, &here, id).expect("an id");
    }
    assert_eq!(script.asked(), asked);
}

#[test]
fn a_control_plane_that_fails_does_not_stop_requests_and_is_left_alone_for_a_while() {
    let script = Script::new("*", 403, DENIED);
    let (discovery, here) = (discovery("{}", "[]"), place(&script, true));
    for _ in 0..3 {
        let id = resolve(&discovery, &here, "anthropic.sonnet").expect("an id");
        assert_eq!(id, "anthropic.sonnet");
    }
    assert_eq!(script.asked(), 7, "one call of each list");
}

#[test]
fn without_credentials_a_request_says_so_at_once() {
    let nobody = place(&Script::default(), false);
    let error = resolve(&discovery("{}", "[]"), &nobody, "anthropic.sonnet");
    assert_eq!(
        error.expect_err("no credentials").kind,
        ErrorKind::Authentication
    );
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
