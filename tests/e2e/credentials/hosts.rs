//! Which host a request goes to when no address is named: the SDK's endpoint rules, by region and
//! flags; sentences about failures name that very host.

use bedrock_simulator::ConnectProxy;

use super::*;

/// A user in that region without addresses, whose way out is that proxy.
fn behind(proxy: &ConnectProxy, region: &str, flags: &[&str]) -> Gateway {
    let user = Gateway::new()
        .env("HTTPS_PROXY", proxy.url())
        .env("AWS_REGION", region)
        .env("AWS_MAX_ATTEMPTS", "1")
        .env(
            "AWS_ACCESS_KEY_ID",
            bedrock_simulator::DEFAULT_ACCESS_KEY_ID,
        )
        .env(
            "AWS_SECRET_ACCESS_KEY",
            bedrock_simulator::DEFAULT_SECRET_ACCESS_KEY,
        )
        .config(&config(json!({}), json!({})));
    flags.iter().fold(user, |user, flag| user.env(flag, "true"))
}

const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
const DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";

/// Regions and flags, and what the hosts' names end with and have in their first label.
const HOSTS: [(&str, &[&str], &str, &str); 6] = [
    ("eu-west-1", &[], "", "amazonaws.com"),
    ("us-east-1", &[FIPS], "-fips", "amazonaws.com"),
    ("us-east-1", &[FIPS, DUAL_STACK], "-fips", "api.aws"),
    ("cn-northwest-1", &[], "", "amazonaws.com.cn"),
    ("us-gov-west-1", &[FIPS], "-fips", "amazonaws.com"),
    ("us-iso-east-1", &[], "", "c2s.ic.gov"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_and_discovery_go_to_the_hosts_of_region_and_flags() {
    for (region, flags, fips, domain) in HOSTS {
        let [runtime, control] = ["bedrock-runtime", "bedrock"]
            .map(|service| format!("{service}{fips}.{region}.{domain}"));
        let sim = BedrockSim::new().host_name(&runtime).host_name(&control);
        let sim = sim.region(region).default_reply(Reply::text("OK"));
        let sim = sim.spawn().unwrap();
        let proxy = ConnectProxy::start().await.unwrap();
        for host in [&runtime, &control] {
            proxy.map(format!("{host}:443"), sim.address());
        }
        let user = behind(&proxy, region, flags);
        let bundle = user.file("ca.pem", sim.ca_pem().unwrap());
        let user = user.env("AWS_CA_BUNDLE", bundle.to_str().unwrap());
        let report = examined(&user);
        assert_eq!(check(&report, "live")["status"], "ok", "{report:#}");
        for (name, host) in [
            ("endpoint: runtime", &runtime),
            ("endpoint: control plane", &control),
        ] {
            let detail = check(&report, name)["detail"].as_str().unwrap();
            assert!(
                detail.contains(&format!("https://{host} answers")),
                "{detail}"
            );
        }
        let asked = sim.requests_of(Operation::ConverseStream).pop().unwrap();
        assert_eq!(super::region(&asked), region);
        assert!(!sim.requests_of(Operation::ListFoundationModels).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_about_a_failure_names_the_true_host() {
    let proxy = ConnectProxy::start().await.unwrap();
    let user = behind(&proxy, "cn-north-1", &[DUAL_STACK]);
    let said = user.chat(&["hello"]);
    let host = "https://bedrock-runtime.cn-north-1.api.amazonwebservices.com.cn";
    assert!(said.refusal(1).contains(host), "{said:?}");
    let arn = "arn:aws-us-gov:bedrock:us-gov-east-1:123456789012:inference-profile/us-gov.amazon.nova-lite-v1:0";
    let said = behind(&proxy, "us-east-1", &[]).run(&["chat", "-m", arn, "hello"]);
    let host = "https://bedrock-runtime.us-gov-east-1.amazonaws.com";
    assert!(said.refusal(1).contains(host), "{said:?}");
}

#[test]
fn what_the_endpoint_rules_refuse_is_told_in_their_words() {
    let sim = BedrockSim::new().spawn().unwrap();
    let said = Gateway::at(&sim).env(FIPS, "true").chat(&["hello"]);
    assert!(said.refusal(1).contains("FIPS"), "{said:?}");
    assert_eq!(sim.request_count(), 0);
}

#[test]
fn an_address_with_a_password_is_refused_and_not_printed() {
    let user = Gateway::new()
        .env("AWS_ACCESS_KEY_ID", "AKIA")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env(
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "http://user:hunter2@127.0.0.1:1",
        );
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(
        sentence.contains("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        "{sentence}"
    );
    assert!(!sentence.contains("hunter2"), "{sentence}");
    let said = user.run(&["doctor"]);
    assert!(
        !said.out.contains("hunter2") && !said.err.contains("hunter2"),
        "{said:?}"
    );
}
