//! What the file may say, and what that means.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::config::{Connection, Token, Trust, Verdict};

fn created(config: &Config, id: &str) -> Value {
    serde_json::from_str(&config.create_config(id)).expect("JSON")
}

#[test]
fn every_key_of_the_sample_is_read() {
    let config = parsed(SAMPLE);
    assert_eq!(config.warnings, []);
    let plugins = &config.plugins;
    assert!(plugins.enabled);
    let paths = [
        "/home/ann/.openclaw/plugins",
        "/etc/gw/beside",
        "/opt/plugins",
    ];
    assert_eq!(plugins.load_paths, paths.map(PathBuf::from));
    let entry = &plugins.entries["amazon-bedrock"];
    assert_eq!(entry.trust, Trust::Pinned);
    assert_eq!(entry.version.as_deref(), Some("1.2.0"));
    let digest = "0123456789abcdef".repeat(4);
    assert_eq!(entry.sha256.as_ref(), Some(&digest));
    assert_eq!(config.bedrock.serve.port, 18791);
    assert_eq!(config.serve_token().reveal(), Some("s3cret-token"));
    assert_eq!(config.gateway_token.reveal(), Some("host-token"));
    let model = "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0";
    assert_eq!(config.default_model.as_deref(), Some(model));
}

#[test]
fn the_provider_is_created_with_what_was_set_and_nothing_else() {
    let config = parsed(SAMPLE);
    assert_eq!(
        created(&config, "amazon-bedrock"),
        json!({
            "discovery": {
                "enabled": true, "regions": ["us-east-1", "eu-west-1"],
                "providerFilter": ["anthropic", "amazon"], "refreshInterval": 0,
                "defaultContextWindow": 64000, "defaultMaxTokens": 8192,
            },
            "baseUrl": "https://bedrock-runtime.us-east-1.amazonaws.com",
            "models": [
                {
                    "id": "anthropic.claude-3-7-sonnet-20250219-v1:0",
                    "name": "Claude 3.7 Sonnet (Bedrock)", "reasoning": true,
                    "input": ["text", "image"],
                    "cost": {"input": 3.0, "output": 15.0, "cacheRead": 0.3, "cacheWrite": 3.75},
                    "contextWindow": 200_000, "maxTokens": 8192,
                },
                {"id": "us.amazon.nova-lite-v1:0"},
            ],
            "modelRules": [
                {
                    "id": "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a",
                    "baseModel": "anthropic.claude-opus-4-7",
                },
                {"id": ["acme.", "other."], "tools": false, "cost": {"input": 1}},
            ],
            "promptCaching": "long",
            "requestMetadata": {"team": "eu-west-1"},
            "fallbacks": ["amazon.nova-lite-v1:0"],
            "timeouts": {"idle": 600, "total": 3600},
            "caBundle": "/home/ann/ca.pem",
            "cacheDir": "/home/ann/.cache/bedrock-gateway",
        })
    );
}

#[test]
fn another_plugin_gets_its_own_config_as_json() {
    let config = parsed(SAMPLE);
    let expected = json!({"greeting": "hi", "depth": 3, "factor": 0.5, "region": "eu-west-1"});
    assert_eq!(created(&config, "echo"), expected);
    assert_eq!(created(&config, "unheard-of"), json!({}));
}

#[test]
fn an_empty_config_means_the_defaults() {
    let config = parsed("{}");
    let expected = json!({
        "discovery": {
            "regions": [], "providerFilter": [], "refreshInterval": 3600,
            "defaultContextWindow": 32000, "defaultMaxTokens": 4096,
        },
        "models": [],
        "cacheDir": "/home/ann/.cache/bedrock-gateway",
    });
    assert_eq!(created(&config, "amazon-bedrock"), expected);
    assert_eq!(
        config.plugins.load_paths,
        [PathBuf::from("/etc/gw/plugins")]
    );
    assert_eq!(config.bedrock.serve.port, 18790);
    assert!(matches!(config.serve_token(), Token::Unset));
}

#[test]
fn a_simulator_beats_what_the_file_forbids() {
    let mut config =
        parsed("{ plugins: { enabled: false, deny: ['amazon-bedrock'], allow: ['x'] } }");
    config.simulate(Connection {
        endpoint: "http://127.0.0.1:4000".to_owned(),
        region: "us-east-1".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SecretString::from("dummy"),
    });
    assert_eq!(config.plugins.verdict("amazon-bedrock"), Verdict::Enabled);
    assert_eq!(
        created(&config, "amazon-bedrock")["connection"],
        json!({
            "endpoint": "http://127.0.0.1:4000", "region": "us-east-1",
            "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "dummy",
        })
    );
}

#[test]
fn a_plugin_may_run_only_if_nothing_speaks_against_it() {
    let verdict = |text: &str| match parsed(text).plugins.verdict("echo") {
        Verdict::Enabled => "enabled".to_owned(),
        Verdict::Disabled(reason) => reason,
    };
    let with = |rest: &str| {
        verdict(&format!(
            "{{ plugins: {{ entries: {{ echo: {{ enabled: true }} }}, {rest} }} }}"
        ))
    };
    assert_eq!(with(""), "enabled");
    assert_eq!(with("allow: ['echo']"), "enabled");
    assert_eq!(
        with("allow: ['other']"),
        "plugins.allow does not list \"echo\"; add it there"
    );
    assert_eq!(
        with("deny: ['echo']"),
        "plugins.deny lists \"echo\"; take it out there"
    );
    assert_eq!(
        with("enabled: false"),
        "plugins.enabled is false; set it to true"
    );
    assert_eq!(
        verdict("{}"),
        "not enabled; add to the config: plugins: { entries: { \"echo\": { enabled: true } } }"
    );
}

#[test]
fn whoever_configures_the_provider_wants_it() {
    let enabled = |text: &str| parsed(text).plugins.verdict("amazon-bedrock") == Verdict::Enabled;
    assert!(!enabled("{}"));
    assert!(enabled("{ models: { bedrockDiscovery: {} } }"));
    assert!(enabled(&provider("{}")));
    assert!(enabled(&own("{}")));
    let refused = "{ models: { bedrockDiscovery: {} }, plugins: { entries: { 'amazon-bedrock': { enabled: false } } } }";
    assert!(!enabled(refused));
}

#[test]
fn the_plugins_own_discovery_wins_key_by_key() {
    let text = "{ models: { bedrockDiscovery: { region: 'us-west-2', refreshInterval: 5 } },
        plugins: { entries: { 'amazon-bedrock': { config: { discovery: { refreshInterval: 9 } } } } } }";
    let discovery = parsed(text).bedrock.discovery;
    assert_eq!(discovery.regions, ["us-west-2"]);
    assert_eq!(discovery.refresh_interval, 9);
}

#[test]
fn legacy_models_and_the_order_of_profiles_are_keys_of_the_plugins_own() {
    let text = "{ plugins: { entries: { 'amazon-bedrock': { config: { discovery: {
        includeLegacy: true, profileOrder: [' Global. ', 'eu', ''] } } } } } }";
    let config = parsed(text);
    let discovery = &config.bedrock.discovery;
    assert!(discovery.include_legacy);
    assert_eq!(discovery.profile_order, ["global", "eu"]);
    let sent: serde_json::Value =
        serde_json::from_str(&config.create_config("amazon-bedrock")).expect("JSON");
    assert_eq!(sent["discovery"]["includeLegacy"], true);
    assert_eq!(
        sent["discovery"]["profileOrder"],
        serde_json::json!(["global", "eu"])
    );
}

#[test]
fn the_default_model_may_be_a_string() {
    let text = "{ agents: { defaults: { model: 'amazon-bedrock/x' } } }";
    assert_eq!(
        parsed(text).default_model.as_deref(),
        Some("amazon-bedrock/x")
    );
}

#[test]
fn variables_are_filled_in_as_the_host_does() {
    let text = provider("{ baseUrl: 'https://${MY_REGION}.example/$${MY_REGION}/${lower}/$' }");
    let expected = "https://eu-west-1.example/${MY_REGION}/${lower}/$";
    assert_eq!(parsed(&text).bedrock.base_url.as_deref(), Some(expected));
    let text = "{ gateway: { auth: { token: '${MY_TOKEN}' } } }";
    assert_eq!(parsed(text).serve_token().reveal(), Some("t0ken"));
    let text =
        "{ gateway: { auth: { token: { source: 'env', provider: 'default', id: 'MY_TOKEN' } } } }";
    assert_eq!(parsed(text).serve_token().reveal(), Some("t0ken"));
}

#[test]
fn a_token_that_cannot_be_had_is_not_no_token() {
    for token in [
        "'${BLANK}'",
        "{ source: 'file', provider: 'p', id: '/x' }",
        "12",
        "''",
    ] {
        let config = parsed(&format!("{{ gateway: {{ auth: {{ token: {token} }} }} }}"));
        assert!(
            matches!(config.serve_token(), Token::Unreadable(_)),
            "{token}"
        );
        assert_eq!(config.warnings.len(), 1, "{token}");
    }
}

#[test]
fn a_base_url_of_another_api_is_not_bedrocks() {
    let text =
        provider("{ api: 'openai-completions', baseUrl: 'http://127.0.0.1:18790/v1', models: [] }");
    assert_eq!(parsed(&text).bedrock.base_url, None);
    let expected = "1:82: not used here: it belongs to api \"openai-completions\" (at models.providers.amazon-bedrock.baseUrl)";
    assert_eq!(warned(&text), expected);
}

#[test]
fn foreign_sections_are_left_alone_whatever_they_hold() {
    let text = "{ channels: { a: 1, a: 2 }, logging: 'x', plugins: { slots: 7, load: { watch: 1 } },
        models: { pricing: 0, providers: { openai: 3 } }, agents: { list: [], defaults: { model: 5 } },
        gateway: 'remote', meta: null }";
    assert_eq!(
        warned(text),
        "1:21: duplicate key \"a\", first at line 1 column 15 (at channels.a); keep one of them\n\
         2:98: expected a string or an object, found a number (at agents.defaults.model)\n\
         3:18: expected an object, found a string (at gateway)"
    );
}

#[test]
fn another_plugins_config_may_use_our_words_but_never_loosens_trust() {
    let text = "{ plugins: { entries: { discord: { enabled: true, config: { version: 2 } } } } }";
    let config = parsed(text);
    assert!(!config.plugins.entries["discord"].enabled);
    assert_eq!(config.warnings.len(), 1);
}

#[test]
fn a_likely_slip_of_the_pen_in_a_foreign_section_is_pointed_out() {
    assert_eq!(
        warned("{ models: { bedrockDiscovry: {} } }"),
        "1:13: key \"bedrockDiscovry\" is not ours and was left alone (at models.bedrockDiscovry); \
         did you mean \"bedrockDiscovery\"?"
    );
}

#[test]
fn includes_are_not_followed_and_that_is_said() {
    assert_eq!(
        warned("{ plugins: { $include: './plugins.json5' } }"),
        "1:24: what is included from other files is not read here (at plugins.$include)"
    );
}

#[test]
fn limits_of_the_provider_hold_for_its_models() {
    let text =
        provider("{ contextWindow: 1000, models: [{ id: 'a' }, { id: 'b', contextWindow: 2e3 }] }");
    let windows: Vec<_> = parsed(&text)
        .bedrock
        .models
        .iter()
        .map(|model| model.context_window)
        .collect();
    assert_eq!(windows, [Some(1000), Some(2000)]);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert!(
        parsed("\u{feff}{ plugins: { enabled: false } }")
            .source
            .is_some()
    );
}

#[test]
fn the_bundle_may_come_from_the_environment() {
    let environment = Environment::new([("AWS_CA_BUNDLE", "/etc/ca.pem")], None);
    let bundle = |text: &str| {
        let config = Config::parse(Path::new("/c"), text, &environment).expect("valid");
        config.bedrock.ca_bundle
    };
    assert_eq!(bundle("{}"), Some(PathBuf::from("/etc/ca.pem")));
    assert_eq!(
        bundle(&own("{ caBundle: '/mine.pem' }")),
        Some(PathBuf::from("/mine.pem"))
    );
}
