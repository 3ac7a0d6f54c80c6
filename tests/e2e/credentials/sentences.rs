//! What the documentation of the original says of credentials, regions and addresses: a test for each
//! sentence, under its name.

use super::*;

const PROFILE_KEYS: &str =
    "aws_access_key_id = AKIAPROFILE\naws_secret_access_key = of the profile\n";

/// A service that accepts the default key, a profile's and the default bearer token.
fn any_of_them() -> Simulator {
    let sim = BedrockSim::new()
        .credentials(
            bedrock_simulator::DEFAULT_ACCESS_KEY_ID,
            bedrock_simulator::DEFAULT_SECRET_ACCESS_KEY,
        )
        .credentials("AKIAPROFILE", "of the profile")
        .bearer_token("a Bedrock key");
    sim.default_reply(Reply::text("OK")).spawn().unwrap()
}

/// The manual set-up of the documentation, as it stands there.
fn manual_setup() -> Value {
    json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}},
        "models": {"providers": {"amazon-bedrock": {
            "baseUrl": "https://bedrock-runtime.us-east-1.amazonaws.com",
            "api": "bedrock-converse-stream",
            "auth": "aws-sdk",
            "models": [{
                "id": "anthropic.claude-3-7-sonnet-20250219-v1:0",
                "name": "Claude 3.7 Sonnet (Bedrock)",
                "reasoning": true,
                "input": ["text"],
                "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
                "contextWindow": 200_000,
                "maxTokens": 8192,
            }],
        }}},
        "agents": {"defaults": {"model": {
            "primary": "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0",
        }}},
    })
}

#[test]
fn bedrock_auth_uses_the_aws_sdk_default_credential_chain_not_an_api_key() {
    let sim = any_of_them();
    let with_a_wrong_api_key = config(json!({"apiKey": "of no use"}), json!({}));
    let user = stranger(&sim).config(&with_a_wrong_api_key);
    user.file(".aws/credentials", format!("[default]\n{PROFILE_KEYS}"));
    let request = used(&user, &sim, "aws-sdk default chain (Profile)");
    assert_eq!(signer(&request), "AKIAPROFILE");
}

#[test]
fn add_a_bedrock_provider_and_model_to_your_config_no_api_key_required() {
    let sim = BedrockSim::new().any_model();
    let sim = sim.default_reply(Reply::text("OK")).spawn().unwrap();
    let user = Gateway::at(&sim).config(&manual_setup());
    assert_eq!(user.run(&["chat", "hello"]).good(), "OK\n");
    let models: Value = serde_json::from_str(&user.run(&["models", "--json"]).good()).unwrap();
    let first = &models[0];
    assert_eq!(first["name"], "Claude 3.7 Sonnet (Bedrock)");
    assert_eq!(first["contextWindow"], 200_000);
    assert_eq!(first["limitsKnown"], true);
}

#[test]
fn region_aws_region_or_aws_default_region_default_us_east_1() {
    let sim = any_of_them();
    let user = Gateway::at(&sim).config(&config(json!({}), json!({})));
    for (named, default, expected, source) in [
        ("eu-west-1", "eu-central-1", "eu-west-1", "AWS_REGION"),
        ("", "eu-central-1", "eu-central-1", "AWS_DEFAULT_REGION"),
        ("", "", "us-east-1", "default"),
    ] {
        let report = stated_region(&user, named, default);
        assert_eq!(report["region"], expected);
        let detail = check(&report, "region")["detail"].as_str().unwrap();
        assert!(detail.contains(source), "{detail}");
        let asked = sim.requests_of(Operation::ConverseStream).pop().unwrap();
        assert_eq!(region(&asked), expected);
    }
}

fn stated_region(user: &Gateway, named: &str, default: &str) -> Value {
    let mut command = user.command(&["doctor", "--json", "--live"]);
    command
        .env("AWS_REGION", named)
        .env("AWS_DEFAULT_REGION", default);
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

#[test]
fn discoverys_region_defaults_to_aws_region_or_aws_default_region_then_us_east_1() {
    let sim = any_of_them();
    for (discovery, named, default, expected) in [
        (
            json!({"region": "ap-south-1"}),
            "eu-west-1",
            "eu-central-1",
            "ap-south-1",
        ),
        (json!({}), "eu-west-1", "eu-central-1", "eu-west-1"),
        (json!({}), "", "eu-central-1", "eu-central-1"),
        (json!({}), "", "", "us-east-1"),
    ] {
        let user = Gateway::at(&sim).config(&config(json!({}), discovery));
        let report = stated_region(&user, named, default);
        assert_eq!(report["region"], expected);
        let listed = sim
            .requests_of(Operation::ListFoundationModels)
            .pop()
            .unwrap();
        let asked = sim.requests_of(Operation::ConverseStream).pop().unwrap();
        assert_eq!((region(&listed), region(&asked)), (expected, expected));
    }
}

#[test]
fn ensure_aws_credentials_are_available_on_the_gateway_host() {
    let sim = any_of_them();
    let user = stranger(&sim);
    let said = user.run(&["chat", "hello"]);
    let sentence = said.refusal(1);
    for way in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "AWS_BEARER_TOKEN_BEDROCK",
    ] {
        assert!(sentence.contains(way), "{sentence}");
    }
    let user = user
        .env(
            "AWS_ACCESS_KEY_ID",
            bedrock_simulator::DEFAULT_ACCESS_KEY_ID,
        )
        .env(
            "AWS_SECRET_ACCESS_KEY",
            bedrock_simulator::DEFAULT_SECRET_ACCESS_KEY,
        )
        .env("AWS_REGION", "us-east-1");
    assert_eq!(user.run(&["chat", "hello"]).good(), "OK\n");
}

#[test]
fn if_you_use_profiles_set_aws_profile_on_the_gateway_host() {
    let sim = any_of_them();
    let user = stranger(&sim);
    user.file(
        ".aws/credentials",
        format!("[your-profile]\n{PROFILE_KEYS}"),
    );
    assert_eq!(user.run(&["chat", "hello"]).status.code(), Some(1));
    let user = user.env("AWS_PROFILE", "your-profile");
    let request = used(&user, &sim, "env: AWS_PROFILE");
    assert_eq!(signer(&request), "AKIAPROFILE");
    let gone = user.env("AWS_PROFILE", "no-such-profile");
    let nothing = stranger(&sim).env("AWS_PROFILE", "no-such-profile");
    for user in [gone, nothing] {
        let said = user.run(&["chat", "hello"]);
        assert!(said.refusal(1).contains("no-such-profile"), "{said:?}");
    }
}

#[test]
fn the_credential_source_is_surfaced_in_this_order_bearer_token_keys_profile_default_chain() {
    let sim = any_of_them();
    let user = Gateway::at(&sim)
        .config(&config(json!({}), json!({})))
        .env("AWS_PROFILE", "work")
        .env("AWS_BEARER_TOKEN_BEDROCK", "a Bedrock key");
    user.file(
        ".aws/credentials",
        format!("[work]\n{PROFILE_KEYS}[default]\n{PROFILE_KEYS}"),
    );
    let request = used(&user, &sim, "env: AWS_BEARER_TOKEN_BEDROCK");
    assert_eq!(request.auth, AuthKind::Bearer);
    let user = user.without("AWS_BEARER_TOKEN_BEDROCK");
    let request = used(
        &user,
        &sim,
        "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
    );
    assert_eq!(signer(&request), bedrock_simulator::DEFAULT_ACCESS_KEY_ID);
    let user = user.without("AWS_ACCESS_KEY_ID");
    let request = used(&user, &sim, "env: AWS_PROFILE");
    assert_eq!(signer(&request), "AKIAPROFILE");
    let user = user.without("AWS_PROFILE");
    let request = used(&user, &sim, "aws-sdk default chain (Profile)");
    assert_eq!(signer(&request), "AKIAPROFILE");
}

#[test]
fn bedrock_requires_model_access_enabled_in_your_aws_account() {
    let denied = "You don't have access to the model with the specified model ID.";
    let sim = BedrockSim::new().default_reply(Reply::error(403, "AccessDeniedException", denied));
    let sim = sim.spawn().unwrap();
    let user = Gateway::at(&sim).config(&config(json!({}), json!({})));
    let report = examined(&user);
    let live = check(&report, "live");
    assert_eq!(live["status"], "fail");
    assert!(live["detail"].as_str().unwrap().contains(denied), "{live}");
    assert!(user.run(&["chat", "hello"]).refusal(1).contains(denied));
}

#[test]
fn a_base_url_of_awss_own_tells_the_region_and_any_other_is_the_runtimes_address() {
    let sim = any_of_them();
    let standard = json!({"baseUrl": "https://bedrock-runtime.eu-west-3.amazonaws.com"});
    let user = Gateway::at(&sim)
        .without("AWS_REGION")
        .config(&config(standard, json!({})));
    let request = used(
        &user,
        &sim,
        "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
    );
    assert_eq!(region(&request), "eu-west-3");
    let user = user
        .without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
        .config(&config(json!({"baseUrl": sim.url()}), json!({})));
    let request = used(
        &user,
        &sim,
        "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
    );
    assert_eq!(region(&request), "us-east-1");
}
