//! How requests travel: TLS with an authority of one's own, HTTP/2 and HTTP/1.1, and through a
//! proxy to AWS's own host names.

use std::net::SocketAddr;

use bedrock_simulator::{BedrockSim, ConnectProxy, Reply, Simulator};
use host_shim::interface::ErrorKind;
use serde_json::{Value, json};

use crate::artifacts::library;
use crate::gateway::Gateway;
use crate::harness::{MODEL, PLUGIN, asking, config_for};
use crate::workbench::{Workbench, collect, texts};

/// The host name that the SDK calls when no endpoint is named.
const HOST: &str = "bedrock-runtime.us-east-1.amazonaws.com";

fn over_tls() -> Simulator {
    let sim = BedrockSim::new().host_name(HOST);
    sim.default_reply(Reply::text("Hello")).spawn().unwrap()
}

/// Asks through a provider that trusts this file.
async fn trusting(sim: &Simulator, bundle: Option<&str>) -> Result<String, (ErrorKind, String)> {
    let bench = Workbench::new();
    let mut more = json!({});
    if let Some(pem) = bundle {
        more["caBundle"] = json!(bench.file("ca.pem", pem));
    }
    let provider = bench.provider(PLUGIN, &config_for(&sim.url(), more));
    let (events, end) = collect(provider.start_stream(asking(MODEL, "hello"))).await;
    end.map_err(|error| (error.kind, error.message))?;
    Ok(texts(&events).concat())
}

#[tokio::test]
async fn an_authority_of_the_config_is_trusted_and_http_2_agreed_upon() {
    let sim = over_tls();
    let answer = trusting(&sim, sim.ca_pem()).await;
    assert_eq!(answer.as_deref(), Ok("Hello"));
    let requests = sim.requests();
    assert!(requests[0].tls);
    assert_eq!(requests[0].http_version, "HTTP/2.0");
}

#[tokio::test]
async fn without_tls_it_is_http_1() {
    let sim = BedrockSim::new().default_reply(Reply::text("Hello"));
    let sim = sim.spawn().unwrap();
    assert_eq!(trusting(&sim, None).await.as_deref(), Ok("Hello"));
    assert_eq!(sim.requests()[0].http_version, "HTTP/1.1");
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted_and_the_way_out_is_named() {
    let sim = over_tls();
    let stranger = over_tls();
    for bundle in [None, stranger.ca_pem()] {
        let (kind, message) = trusting(&sim, bundle).await.unwrap_err();
        assert_eq!(kind, ErrorKind::Unavailable, "{message}");
        assert!(message.contains(&sim.url()), "{message}");
        assert!(message.contains("certificate"), "{message}");
        assert!(message.contains("AWS_CA_BUNDLE"), "{message}");
        assert!(message.len() < 400, "{message}");
    }
    assert_eq!(sim.request_count(), 0);
}

#[tokio::test]
async fn a_bundle_that_holds_no_certificate_is_refused_by_name() {
    let sim = over_tls();
    let block =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    for (case, pem) in [
        ("a text", "trust me".to_owned()),
        ("nothing", String::new()),
        ("no base64", block("!!!!")),
        ("no certificate", block("AAAAAAAA")),
        ("no end", "-----BEGIN CERTIFICATE-----\nAAAA".to_owned()),
        (
            "a good one and a bad one",
            sim.ca_pem().unwrap().to_owned() + &block("AAAA"),
        ),
    ] {
        let (kind, message) = trusting(&sim, Some(&pem)).await.unwrap_err();
        assert_eq!(kind, ErrorKind::InvalidRequest, "{case}: {message}");
        assert!(message.contains("ca.pem"), "{case}: {message}");
        assert!(message.len() < 400, "{case}: {message}");
    }
}

#[tokio::test]
async fn a_bundle_that_is_not_there_is_refused_by_name() {
    let sim = over_tls();
    let config = config_for(&sim.url(), json!({"caBundle": "/nowhere/ca.pem"}));
    let provider = Workbench::new().provider(PLUGIN, &config);
    let (_, end) = collect(provider.start_stream(asking(MODEL, "hello"))).await;
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert!(error.message.contains("/nowhere/ca.pem"), "{error}");
}

/// A user whose environment leads to AWS's own hosts, by way of this proxy.
fn behind(proxy: &ConnectProxy, sim: &Simulator) -> Gateway {
    let user = Gateway::at(sim)
        .without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
        .without("AWS_ENDPOINT_URL_BEDROCK")
        .env("HTTPS_PROXY", proxy.url());
    let bundle = user.file("ca.pem", sim.ca_pem().unwrap());
    user.env("AWS_CA_BUNDLE", bundle.to_str().unwrap())
}

async fn proxy_to(address: SocketAddr) -> ConnectProxy {
    let proxy = ConnectProxy::start().await.unwrap();
    proxy.map(format!("{HOST}:443"), address);
    proxy
}

#[test]
fn the_environments_authority_is_trusted() {
    let sim = over_tls();
    let user = Gateway::at(&sim);
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(sentence.contains("unavailable"), "{sentence}");
    assert!(sentence.contains("AWS_CA_BUNDLE"), "{sentence}");
    let bundle = user.file("ca.pem", sim.ca_pem().unwrap());
    let user = user.env("AWS_CA_BUNDLE", bundle.to_str().unwrap());
    assert_eq!(user.chat(&["hello"]).good(), "Hello\n");
}

#[test]
fn the_configs_authority_goes_before_the_environments() {
    let sim = over_tls();
    let user = Gateway::at(&sim).env("AWS_CA_BUNDLE", "/nowhere/else.pem");
    let bundle = user.file("ca.pem", sim.ca_pem().unwrap());
    let user = user.config(&json!({
        "plugins": {
            "load": {"paths": [library(PLUGIN)]},
            "entries": {PLUGIN: {"enabled": true, "config": {"caBundle": bundle}}},
        },
    }));
    assert_eq!(user.chat(&["hello"]).good(), "Hello\n");
    let user = Gateway::at(&sim).env("AWS_CA_BUNDLE", "/nowhere/else.pem");
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("/nowhere/else.pem"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_own_host_is_reached_through_the_proxy() {
    let sim = over_tls();
    let proxy = proxy_to(sim.address()).await;
    let user = behind(&proxy, &sim);
    assert_eq!(user.chat(&["hello"]).good(), "Hello\n");
    let asked = proxy.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].target, format!("{HOST}:443"));
    assert!(asked[0].connected);
    let lower = behind(&proxy, &sim)
        .without("HTTPS_PROXY")
        .env("https_proxy", proxy.url());
    assert_eq!(lower.chat(&["hello"]).good(), "Hello\n");
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proxys_password_is_given_and_never_shown() {
    let sim = over_tls();
    let proxy = proxy_to(sim.address()).await;
    let url = format!("http://ada:canary-password@{}", proxy.address());
    let user = behind(&proxy, &sim).env("HTTPS_PROXY", &url);
    assert_eq!(user.chat(&["hello"]).good(), "Hello\n");
    let given = proxy.requests()[0].authorization.clone();
    assert_eq!(given.as_deref(), Some("Basic YWRhOmNhbmFyeS1wYXNzd29yZA=="));
    drop(proxy);
    let said = user.env("AWS_MAX_ATTEMPTS", "1").chat(&["--json", "hello"]);
    said.sentence(1);
    assert!(!format!("{said:?}").contains("canary-password"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_proxy_lists_goes_straight() {
    let sim = over_tls();
    let proxy = proxy_to(sim.address()).await;
    let user = behind(&proxy, &sim)
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", sim.url())
        .env("NO_PROXY", "example.com,127.0.0.1");
    assert_eq!(user.chat(&["hello"]).good(), "Hello\n");
    assert_eq!(proxy.requests(), []);
    let through = user.env("NO_PROXY", "example.com");
    assert_eq!(through.chat(&["hello"]).good(), "Hello\n");
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_cannot_reach_it_is_one_sentence() {
    let sim = over_tls();
    let nowhere = ConnectProxy::start().await.unwrap();
    let user = behind(&nowhere, &sim).env("AWS_MAX_ATTEMPTS", "1");
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(sentence.contains("unavailable"), "{sentence}");
    assert!(sentence.contains(HOST), "{sentence}");
    let user = user.env("HTTPS_PROXY", "not a proxy");
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("HTTPS_PROXY"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lists_go_through_the_proxy_too() {
    let sim = BedrockSim::new().host_name("bedrock.us-east-1.amazonaws.com");
    let sim = sim.spawn().unwrap();
    let proxy = ConnectProxy::start().await.unwrap();
    proxy.map("bedrock.us-east-1.amazonaws.com:443", sim.address());
    let models: Value =
        serde_json::from_str(&behind(&proxy, &sim).run(&["models", "--json"]).good()).unwrap();
    assert!(!models.as_array().unwrap().is_empty());
    assert!(sim.requests().iter().all(|request| request.tls));
}
