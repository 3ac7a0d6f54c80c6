//! Who asks, in which region, at which address: credentials, regions and endpoints of environment,
//! config and model, as they are seen at the service.

use bedrock_simulator::{
    AuthKind, BedrockSim, DEFAULT_ACCESS_KEY_ID, DEFAULT_BEARER_TOKEN, RecordedRequest, Reply,
    Simulator,
};
use serde_json::{Value, json};

use crate::artifacts::library;
use crate::gateway::Gateway;
use crate::harness::{MODEL, PLUGIN};

fn greeting(sim: BedrockSim) -> Simulator {
    sim.default_reply(Reply::text("Hello")).spawn().unwrap()
}

/// Asks, and gives the request that came.
fn asked(user: &Gateway, sim: &Simulator) -> RecordedRequest {
    asked_for(user, sim, MODEL)
}

fn asked_for(user: &Gateway, sim: &Simulator, model: &str) -> RecordedRequest {
    sim.forget_requests();
    let said = user.run(&["chat", "-m", model, "hello"]);
    assert_eq!(said.good(), "Hello\n");
    sim.requests().pop().unwrap()
}

/// The region that a request was signed for.
pub(crate) fn region(request: &RecordedRequest) -> &str {
    match &request.auth {
        AuthKind::SigV4 { region, .. } => region,
        other => panic!("not signed: {other:?}"),
    }
}

/// A config that enables the plugin, with more for its provider.
fn config(provider: Value, discovery: Value) -> Value {
    json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}},
        "models": {"providers": {PLUGIN: provider}, "bedrockDiscovery": discovery},
    })
}

#[test]
fn static_keys_sign_and_a_session_token_goes_with_them() {
    let sim = greeting(BedrockSim::new());
    let request = asked(&Gateway::at(&sim), &sim);
    let signed = AuthKind::SigV4 {
        access_key_id: DEFAULT_ACCESS_KEY_ID.to_owned(),
        region: "us-east-1".to_owned(),
    };
    assert_eq!(request.auth, signed);
    let temporary = BedrockSim::new().credentials("ASIATEMPORARY", "its secret");
    let sim = greeting(temporary.session_token("its token"));
    let user = Gateway::at(&sim)
        .env("AWS_ACCESS_KEY_ID", "ASIATEMPORARY")
        .env("AWS_SECRET_ACCESS_KEY", "its secret");
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("authentication"), "{said:?}");
    let user = user.env("AWS_SESSION_TOKEN", "its token");
    let request = asked(&user, &sim);
    assert_eq!(request.header("x-amz-security-token"), Some("its token"));
}

#[test]
fn keys_that_the_service_does_not_accept_are_an_authentication_error() {
    let sim = greeting(BedrockSim::new());
    let wrong_secret = Gateway::at(&sim).env("AWS_SECRET_ACCESS_KEY", "wrong");
    let said = wrong_secret.chat(&["hello"]);
    assert!(
        said.refusal(1).contains("[authentication, HTTP 403"),
        "{said:?}"
    );
    let unknown = Gateway::at(&sim).env("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN");
    let said = unknown.chat(&["hello"]);
    assert!(
        said.refusal(1).contains("[authentication, HTTP 403"),
        "{said:?}"
    );
    let expired = greeting(BedrockSim::new().credentials("AKIAOLD", "old").expired());
    let user = Gateway::at(&expired)
        .env("AWS_ACCESS_KEY_ID", "AKIAOLD")
        .env("AWS_SECRET_ACCESS_KEY", "old");
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("[credentials_expired"), "{said:?}");
}

#[test]
fn without_any_credentials_it_says_how_to_give_some() {
    let sim = greeting(BedrockSim::new());
    let user = Gateway::at(&sim)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(sentence.contains("authentication"), "{sentence}");
    assert!(sentence.contains("AWS_ACCESS_KEY_ID"), "{sentence}");
    assert_eq!(sim.request_count(), 0);
}

#[test]
fn a_bearer_token_goes_before_keys_and_to_both_services() {
    let sim = greeting(BedrockSim::new());
    let user = Gateway::at(&sim).env("AWS_BEARER_TOKEN_BEDROCK", DEFAULT_BEARER_TOKEN);
    let request = asked(&user, &sim);
    assert_eq!(request.auth, AuthKind::Bearer);
    assert_eq!(request.header("x-amz-security-token"), None);
    user.run(&["models"]).good();
    let bearers = |request: &RecordedRequest| request.auth == AuthKind::Bearer;
    assert!(sim.requests().iter().all(bearers));
    let alone = user
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    assert_eq!(asked(&alone, &sim).auth, AuthKind::Bearer);
    let wrong = Gateway::at(&sim).env("AWS_BEARER_TOKEN_BEDROCK", "wrong");
    let said = wrong.chat(&["hello"]);
    assert!(said.refusal(1).contains("authentication"), "{said:?}");
}

#[test]
fn blank_variables_count_as_unset() {
    let sim = greeting(BedrockSim::new());
    let user = Gateway::at(&sim)
        .env("AWS_BEARER_TOKEN_BEDROCK", " ")
        .env("AWS_SESSION_TOKEN", "")
        .env("AWS_REGION", "")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_PROFILE", "")
        .env("AWS_CA_BUNDLE", "")
        .env("HTTPS_PROXY", "");
    let request = asked(&user, &sim);
    assert_eq!(region(&request), "eu-west-1");
    let user = user.env("AWS_DEFAULT_REGION", "  ");
    assert_eq!(region(&asked(&user, &sim)), "us-east-1");
}

#[test]
fn a_blank_endpoint_counts_as_unset() {
    let sim = greeting(BedrockSim::new());
    let of_config = config(json!({"baseUrl": sim.url()}), json!({}));
    for (name, blank) in [
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", ""),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", " "),
    ] {
        let user = Gateway::at(&sim)
            .without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
            .env(name, blank)
            .config(&of_config);
        // The SDK warns of one that is no address.
        let quiet = ["chat", "--log-level", "error", "-m", MODEL, "hello"];
        assert_eq!(user.run(&quiet).good(), "Hello\n", "{name}");
    }
    let user = Gateway::at(&sim).env("AWS_ENDPOINT_URL_BEDROCK", "");
    let user = user.env("AWS_ENDPOINT_URL", sim.url());
    let listed = user.run(&["models", "--log-level", "error"]);
    assert!(listed.good().contains(MODEL));
}

#[test]
fn the_region_is_the_configs_then_the_environments_then_the_hosts_then_the_profiles() {
    let sim = greeting(BedrockSim::new());
    let host = "https://bedrock-runtime.ap-south-1.amazonaws.com";
    let profile = "[default]\nregion = sa-east-1\n";
    let user = |config: Value| {
        let user = Gateway::at(&sim).config(&config);
        user.file(".aws/config", profile);
        user.env("AWS_REGION", "us-west-2")
            .env("AWS_DEFAULT_REGION", "us-east-2")
    };
    let everything = user(config(
        json!({"baseUrl": host}),
        json!({"region": "eu-west-1"}),
    ));
    assert_eq!(region(&asked(&everything, &sim)), "eu-west-1");
    let no_config = user(config(json!({"baseUrl": host}), json!({})));
    assert_eq!(region(&asked(&no_config, &sim)), "us-west-2");
    let default = no_config.without("AWS_REGION");
    assert_eq!(region(&asked(&default, &sim)), "us-east-2");
    let of_host = default.without("AWS_DEFAULT_REGION");
    assert_eq!(region(&asked(&of_host, &sim)), "ap-south-1");
    let of_profile = user(config(json!({}), json!({})));
    let of_profile = of_profile
        .without("AWS_REGION")
        .without("AWS_DEFAULT_REGION");
    assert_eq!(region(&asked(&of_profile, &sim)), "sa-east-1");
}

#[test]
fn a_models_arn_says_its_region_and_is_encoded_in_the_path() {
    let sim = greeting(BedrockSim::new().any_model());
    let user = Gateway::at(&sim);
    let arn =
        "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0";
    for model in [arn.to_owned(), format!("{PLUGIN}/{arn}")] {
        let request = asked_for(&user, &sim, &model);
        assert_eq!(region(&request), "eu-central-1");
        assert_eq!(request.model_id.as_deref(), Some(arn));
        let path = "/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0/converse-stream";
        assert_eq!(request.path, path);
    }
}

#[test]
fn an_endpoint_of_the_environment_wins_over_the_configs() {
    let wanted = greeting(BedrockSim::new());
    let other = greeting(BedrockSim::new());
    let config = config(json!({"baseUrl": other.url()}), json!({}));
    let user = Gateway::at(&wanted).config(&config);
    asked(&user, &wanted);
    assert_eq!(other.request_count(), 0);
    // `AWS_ENDPOINT_URL` is for all services.
    let user = user
        .without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
        .without("AWS_ENDPOINT_URL_BEDROCK")
        .env("AWS_ENDPOINT_URL", wanted.url());
    asked(&user, &wanted);
    assert_eq!(other.request_count(), 0);
    let user = user.without("AWS_ENDPOINT_URL");
    asked(&user, &other);
}

#[test]
fn an_endpoint_that_is_no_address_is_told_by_its_name() {
    for (name, command) in [
        (
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            &["chat", "-m", MODEL, "hi"][..],
        ),
        ("AWS_ENDPOINT_URL_BEDROCK", &["models"][..]),
    ] {
        let sim = greeting(BedrockSim::new());
        for wrong in [
            "nonsense",
            "127.0.0.1:8080",
            "ftp://127.0.0.1",
            "http://",
            "https://a b",
        ] {
            let said = Gateway::at(&sim).env(name, wrong).run(command);
            let sentence = said.refusal(1);
            if !wrong.starts_with("http") {
                assert!(sentence.contains(wrong), "{sentence}");
                assert!(sentence.contains(name), "{sentence}");
            }
        }
        assert_eq!(sim.request_count(), 0);
    }
}

#[test]
fn an_address_in_the_config_is_for_the_runtime_only() {
    let runtime = greeting(BedrockSim::new());
    let control = greeting(BedrockSim::new());
    let user = Gateway::at(&control)
        .without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
        .config(&config(json!({"baseUrl": runtime.url()}), json!({})));
    asked(&user, &runtime);
    user.run(&["models"]).good();
    assert_eq!(runtime.request_count(), 1);
    assert!(control.request_count() > 0);
}

#[test]
fn the_built_in_simulator_is_shown_nothing_of_the_environment() {
    let real = greeting(BedrockSim::new());
    let user = Gateway::at(&real)
        .env("AWS_ENDPOINT_URL", real.url())
        .env("AWS_SESSION_TOKEN", "a real token")
        .env("AWS_BEARER_TOKEN_BEDROCK", "a real bearer token")
        .env("AWS_PROFILE", "a profile that is not there")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_CA_BUNDLE", "")
        .env("HTTPS_PROXY", real.url())
        .env("HTTP_PROXY", real.url());
    // It verifies what it is sent: only its own dummy key gets an answer.
    let answer = user.run(&["chat", "--simulate", "hello"]).good();
    assert!(answer.contains("simulator"), "{answer}");
    user.run(&["models", "--simulate", "--json"]).good();
    assert_eq!(real.request_count(), 0);
}
