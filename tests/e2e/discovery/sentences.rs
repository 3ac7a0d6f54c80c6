//! What the original's documentation says of discovery, sentence by sentence.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use bedrock_simulator::{
    AuthKind, BedrockSim, Catalogue, FoundationModel, Operation, Reply, Simulator,
};
use serde_json::{Value, json};

use super::{models, told, user_with, user_with_models};
use crate::gateway::Gateway;
use crate::harness::MODEL;

/// A model that nobody knows anything about.
const NEW: &str = "acme.brand-new-v1:0";

fn account() -> Simulator {
    let models = [
        FoundationModel::new(MODEL).named("Claude 3 Haiku", "Anthropic"),
        FoundationModel::new("amazon.nova-lite-v1:0").named("Nova Lite", "Amazon"),
        FoundationModel::new(NEW).named("Brand New", "Acme"),
        FoundationModel::new("acme.slow-v1:0")
            .named("Slow", "Acme")
            .without_streaming(),
        FoundationModel::new("acme.painter-v1:0")
            .named("Painter", "Acme")
            .makes(["IMAGE"]),
    ];
    let catalogue = models
        .into_iter()
        .fold(Catalogue::empty(), Catalogue::model);
    BedrockSim::new().catalogue(catalogue).spawn().unwrap()
}

fn list_calls(sim: &Simulator) -> usize {
    sim.requests_of(Operation::ListFoundationModels).len()
}

fn model<'a>(models: &'a [Value], id: &str) -> &'a Value {
    let found = models.iter().find(|model| model["id"] == id);
    found.unwrap_or_else(|| panic!("no {id}"))
}

/// Makes the kept lists look as if they had come so many seconds ago.
fn age(user: &Gateway, seconds: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let folder = user.path(".cache/bedrock-gateway/models");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        file["at"] = (now.as_secs() - seconds).into();
        fs::write(&path, file.to_string()).unwrap();
    }
}

#[test]
fn if_credentials_are_detected_models_that_support_streaming_and_text_output_are_discovered() {
    let sim = account();
    let listed = models(&Gateway::at(&sim));
    let mut ids = told(&listed, "id");
    ids.sort_unstable();
    assert_eq!(ids, [NEW, "amazon.nova-lite-v1:0", MODEL]);
}

#[test]
fn discovery_uses_list_foundation_models_and_is_cached_for_an_hour() {
    let sim = account();
    let user = Gateway::at(&sim);
    models(&user);
    assert_eq!(list_calls(&sim), 1);
    for (seconds, calls) in [(0, 1), (3500, 1), (3700, 2), (0, 2)] {
        age(&user, seconds);
        models(&user);
        assert_eq!(list_calls(&sim), calls, "after {seconds} s");
    }
}

#[test]
fn config_options_live_under_models_bedrock_discovery() {
    let sim = account();
    let user = user_with(
        &sim,
        json!({
            "enabled": true,
            "region": "us-east-1",
            "providerFilter": ["anthropic", "amazon"],
            "refreshInterval": 3600,
            "defaultContextWindow": 32000,
            "defaultMaxTokens": 4096,
        }),
    );
    user.run(&["config", "validate"]).good();
    let mut listed = told(&models(&user), "id").join(" ");
    listed.make_ascii_lowercase();
    assert!(listed.contains(MODEL) && !listed.contains(NEW), "{listed}");
}

#[test]
fn enabled_defaults_to_true_when_aws_credentials_are_present() {
    let sim = account();
    assert!(!models(&user_with(&sim, json!({}))).is_empty());
    let calls = list_calls(&sim);
    let nobody = user_with(&sim, json!({}))
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let said = nobody.run(&["models", "--json"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert_eq!(said.out.trim(), "[]");
    assert_eq!(list_calls(&sim), calls);
    // Asked for, the lack of credentials is an error.
    let nobody = user_with(&sim, json!({"enabled": true}))
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let said = nobody.run(&["models", "--json"]);
    assert!(said.refusal(1).contains("AWS_ACCESS_KEY_ID"), "{said:?}");
    // Switched off, nothing is asked.
    let off = user_with(&sim, json!({"enabled": false}));
    assert!(models(&off).is_empty());
    assert_eq!(list_calls(&sim), calls);
}

#[test]
fn credentials_that_never_come_leave_discovery_off_unless_it_is_on() {
    let sim = account();
    let never = |own: serde_json::Value| {
        let user = user_with(&sim, own)
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
            .env("AWS_PROFILE", "slow");
        let profile = "[profile slow]\ncredential_process = sleep 30\n";
        user.file(".aws/config", profile);
        user
    };
    let said = never(json!({})).run(&["models", "--json"]);
    assert_eq!(
        (said.status.code(), said.out.trim()),
        (Some(0), "[]"),
        "{said:?}"
    );
    assert!(
        said.err.contains("the credentials took longer than 5s"),
        "{said:?}"
    );
}

#[test]
fn region_defaults_to_aws_region_or_aws_default_region_then_us_east_1() {
    let sim = account();
    let region = |user: &Gateway| {
        sim.forget_requests();
        let listed = models(user);
        let requests = sim.requests_of(Operation::ListFoundationModels);
        let AuthKind::SigV4 { region, .. } = &requests[0].auth else {
            panic!("not signed");
        };
        assert_eq!(listed[0]["region"], **region);
        region.clone()
    };
    let user = Gateway::at(&sim)
        .env("AWS_REGION", "us-west-2")
        .env("AWS_DEFAULT_REGION", "eu-west-1");
    assert_eq!(region(&user), "us-west-2");
    let user = user.without("AWS_REGION");
    assert_eq!(region(&user), "eu-west-1");
    let user = user.without("AWS_DEFAULT_REGION");
    assert_eq!(region(&user), "us-east-1");
    let named = user_with(&sim, json!({"region": "ap-south-1"}));
    assert_eq!(region(&named), "ap-south-1");
}

#[test]
fn provider_filter_matches_bedrock_provider_names() {
    let sim = account();
    for (filter, expected) in [
        (json!(["anthropic"]), vec![MODEL]),
        (json!([" ACME "]), vec![NEW]),
        (
            json!(["amazon", "anthropic"]),
            vec!["amazon.nova-lite-v1:0", MODEL],
        ),
        (json!(["nobody"]), vec![]),
    ] {
        let listed = models(&user_with(&sim, json!({"providerFilter": filter})));
        let mut ids = told(&listed, "id");
        ids.sort_unstable();
        assert_eq!(ids, expected, "{filter}");
    }
}

#[test]
fn refresh_interval_is_seconds_and_0_disables_caching() {
    let sim = account();
    let user = user_with(&sim, json!({"refreshInterval": 100}));
    models(&user);
    for (seconds, calls) in [(50, 1), (200, 2)] {
        age(&user, seconds);
        models(&user);
        assert_eq!(list_calls(&sim), calls, "after {seconds} s");
    }
    let never = user_with(&sim, json!({"refreshInterval": 0}));
    for calls in [3, 4] {
        models(&never);
        assert_eq!(list_calls(&sim), calls);
    }
}

#[test]
fn default_context_window_and_default_max_tokens_are_used_for_discovered_models() {
    let sim = account();
    let limits = |discovery: Value| {
        let listed = models(&user_with(&sim, discovery));
        let model = model(&listed, NEW);
        assert_eq!(model["limitsKnown"], false);
        (model["contextWindow"].as_u64(), model["maxTokens"].as_u64())
    };
    assert_eq!(limits(json!({})), (Some(32_000), Some(4096)));
    let own = json!({"defaultContextWindow": 64_000, "defaultMaxTokens": 8192});
    assert_eq!(limits(own), (Some(64_000), Some(8192)));
}

#[test]
fn automatic_discovery_needs_the_list_foundation_models_permission() {
    let sim = account();
    let words = "User is not authorized to perform: bedrock:ListFoundationModels";
    let denied = || Reply::error(403, "AccessDeniedException", words);
    sim.always(Operation::ListFoundationModels, Some(denied()));
    let said = Gateway::at(&sim).run(&["models", "--json"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(said.err.contains(words), "{said:?}");
    // Nor are there profiles to go by.
    sim.always(Operation::ListInferenceProfiles, Some(denied()));
    let said = Gateway::at(&sim).run(&["models", "--json"]);
    assert!(said.refusal(1).contains(words), "{said:?}");
}

#[test]
fn a_model_of_the_config_is_there_as_it_is_described_before_the_discovered_ones() {
    let sim = account();
    let user = user_with_models(
        &sim,
        json!({"providers": {"amazon-bedrock": {
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
        }}}),
    );
    let listed = models(&user);
    let first = &listed[0];
    for (member, expected) in [
        (
            "ref",
            json!("amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0"),
        ),
        ("name", json!("Claude 3.7 Sonnet (Bedrock)")),
        ("source", json!("config")),
        ("reasoning", json!(true)),
        ("input", json!(["text"])),
        ("contextWindow", json!(200_000)),
        ("maxTokens", json!(8192)),
        ("limitsKnown", json!(true)),
    ] {
        assert_eq!(first[member], expected, "{member}");
    }
    assert_eq!(listed.len(), 4);
}
