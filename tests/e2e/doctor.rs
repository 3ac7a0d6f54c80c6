//! `doctor` from the outside: what it finds in good and in bad order, that every failure comes with
//! something to do, and that it comes to an end.

use std::net::TcpListener;

use bedrock_simulator::{BedrockSim, Operation, Reply, Simulator};
use serde_json::{Value, json};

use crate::artifacts::{library, profile_folder};
use crate::gateway::{Gateway, Said, argument};
use crate::harness::PLUGIN;

/// The members of a report, and of a check in it.
const REPORT: [&str; 5] = ["checks", "credentialSource", "models", "plugin", "region"];
const CHECK: [&str; 4] = ["detail", "fix", "name", "status"];

fn account() -> (Simulator, Gateway) {
    let sim = BedrockSim::new().spawn().unwrap();
    let user = Gateway::at(&sim);
    (sim, user)
}

fn report(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no report: {said:?}"))
}

/// A report of the user's with that exit status; every failure in it can be acted on.
fn examined(user: &Gateway, status: i32, flags: &[&str]) -> Value {
    let said = user.run(&[&["doctor", "--json"], flags].concat());
    assert_eq!(said.status.code(), Some(status), "{said:?}");
    let report = report(&said);
    assert_eq!(members(&report), REPORT);
    for check in checks(&report) {
        assert_eq!(members(check), CHECK);
        let failed = check["status"] == "fail";
        assert!(
            !failed || check["fix"].is_string(),
            "nothing to do: {check}"
        );
    }
    report
}

fn members(object: &Value) -> Vec<&str> {
    let members = object.as_object().unwrap().keys().map(String::as_str);
    let mut members: Vec<&str> = members.collect();
    members.sort_unstable();
    members
}

fn checks(report: &Value) -> &[Value] {
    report["checks"].as_array().unwrap()
}

/// Names and statuses, in order.
fn statuses(report: &Value) -> Vec<(String, String)> {
    let member = |check: &'_ Value, name| check[name].as_str().unwrap().to_owned();
    let checks = checks(report).iter();
    checks
        .map(|check| (member(check, "name"), member(check, "status")))
        .collect()
}

/// The first check of that name.
pub(crate) fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let found = checks(report).iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no check {name}: {report:#}"))
}

fn text<'r>(report: &'r Value, name: &str, member: &str) -> &'r str {
    check(report, name)[member].as_str().unwrap()
}

#[test]
fn where_all_is_well_everything_was_looked_at() {
    let (_sim, user) = account();
    let report = examined(&user, 0, &["--live"]);
    let names = [
        "config",
        "plugin",
        "trust",
        "interface",
        "credentials",
        "region",
        "endpoint: runtime",
        "endpoint: control plane",
        "clock",
        "discovery",
        "live",
    ];
    assert_eq!(
        statuses(&report),
        names.map(|name| (name.to_owned(), "ok".to_owned()))
    );
    assert_eq!(report["region"], "us-east-1");
    assert_eq!(
        report["credentialSource"],
        "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY"
    );
    assert_eq!(report["plugin"]["id"], PLUGIN);
    let listed: Value = serde_json::from_str(&user.run(&["models", "--json"]).good()).unwrap();
    assert_eq!(report["models"], listed.as_array().unwrap().len());
}

#[test]
fn a_model_is_asked_only_when_that_is_wanted() {
    let (sim, user) = account();
    examined(&user, 0, &[]);
    assert_eq!(sim.requests_of(Operation::ConverseStream).len(), 0);
    examined(&user, 0, &["--live"]);
    assert_eq!(sim.requests_of(Operation::ConverseStream).len(), 1);
}

#[test]
fn a_person_gets_aligned_lines_without_colour_on_a_pipe_and_no_secret() {
    let (_sim, user) = account();
    let user = user.env("AWS_SESSION_TOKEN", "");
    let said = user.run(&["doctor"]).good();
    assert!(!said.contains('\x1b'), "{said}");
    assert!(said.contains("✓ credentials"), "{said}");
    assert!(said.ends_with("all is well\n"), "{said}");
    assert!(
        !said.contains(bedrock_simulator::DEFAULT_SECRET_ACCESS_KEY),
        "{said}"
    );
    // Of someone who has no list from before.
    let (_sim, user) = account();
    let refused = user.env("AWS_SECRET_ACCESS_KEY", "a wrong secret");
    let said = refused.run(&["doctor", "--live"]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(said.err, "", "the output tells it");
    assert!(
        said.out.contains("✗ discovery") && said.out.contains("fix: "),
        "{said:?}"
    );
    assert!(!said.out.contains("a wrong secret"), "{said:?}");
}

#[test]
fn a_config_that_does_not_hold_is_told_with_its_line() {
    let (_sim, user) = account();
    let file = user.file(
        "bad.json5",
        "{\n  models: { bedrockDiscovery: { regoin: \"x\" } },\n}\n",
    );
    let report = examined(&user, 1, &["--config", argument(&file)]);
    assert_eq!(
        statuses(&report),
        [("config".to_owned(), "fail".to_owned())]
    );
    let detail = text(&report, "config", "detail");
    assert!(detail.contains("bad.json5:2:"), "{detail}");
    assert!(
        text(&report, "config", "fix").contains("region"),
        "{report:#}"
    );
    assert_eq!(report["plugin"], Value::Null);
    assert_eq!(report["credentialSource"], "none");
}

#[test]
fn a_plugin_that_is_not_there_comes_with_the_command_that_puts_it_there() {
    let (_sim, user) = account();
    let folder = user.path("plugins");
    std::fs::create_dir(&folder).unwrap();
    let flags = ["--plugins", argument(&folder)];
    let lacking = examined(&user, 1, &flags);
    assert_eq!(check(&lacking, "plugin")["status"], "fail");
    let fix = text(&lacking, "plugin", "fix");
    let pasted = std::process::Command::new("sh").args(["-c", fix]).status();
    assert!(pasted.unwrap().success(), "{fix}");
    let there = user.run(&[&["doctor", "--json"], &flags[..]].concat());
    assert_eq!(
        check(&report(&there), "plugin")["status"],
        "ok",
        "{there:?}"
    );
}

#[test]
fn a_plugin_that_is_not_enabled_and_one_that_others_could_write_are_told() {
    let (_sim, user) = account();
    let lies_there = json!({"plugins": {"load": {"paths": [library(PLUGIN)]}}});
    let user = user.config(&lies_there);
    let report = examined(&user, 1, &[]);
    assert!(
        text(&report, "plugin", "detail").contains("enabled: true"),
        "{report:#}"
    );
    let bytes = std::fs::read(library(PLUGIN)).unwrap();
    let file = user.file("open/libamazon_bedrock.so", bytes);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    std::fs::set_permissions(&file, mode).unwrap();
    let user = user.config(&json!({"plugins": {
        "load": {"paths": [file]}, "entries": {PLUGIN: {"enabled": true}},
    }}));
    let open = examined(&user, 1, &[]);
    assert_eq!(check(&open, "trust")["status"], "fail");
    let fix = text(&open, "trust", "fix");
    let pasted = std::process::Command::new("sh").args(["-c", fix]).status();
    assert!(pasted.unwrap().success(), "{fix}");
    assert_eq!(check(&examined(&user, 0, &[]), "trust")["status"], "ok");
}

#[test]
fn without_credentials_everything_else_is_still_looked_at() {
    let (sim, user) = account();
    let user = user
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let report = examined(&user, 1, &["--live"]);
    assert_eq!(check(&report, "credentials")["status"], "fail");
    assert_eq!(report["credentialSource"], "none");
    assert_eq!(check(&report, "endpoint: runtime")["status"], "ok");
    assert_eq!(check(&report, "clock")["status"], "ok");
    assert_eq!(check(&report, "live")["status"], "warn");
    assert_eq!(sim.requests_of(Operation::ConverseStream).len(), 0);
}

#[test]
fn an_endpoint_that_is_gone_is_told_with_its_address() {
    let (sim, user) = account();
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let user = user
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", gone.as_str())
        .env("AWS_MAX_ATTEMPTS", "1");
    let report = examined(&user, 1, &[]);
    assert!(text(&report, "endpoint: runtime", "detail").contains(&gone));
    assert_eq!(
        text(&report, "endpoint: runtime", "fix"),
        format!("curl -v {gone}")
    );
    assert_eq!(check(&report, "endpoint: control plane")["status"], "ok");
    assert!(sim.request_count() > 0);
}

#[test]
fn what_keeps_every_connection_from_being_made_is_told_once() {
    for (variable, value) in [
        ("AWS_CA_BUNDLE", "/nowhere/ca.pem"),
        ("AWS_ENDPOINT_URL_BEDROCK", "ftp://127.0.0.1"),
    ] {
        let report = examined(&account().1.env(variable, value), 1, &["--live"]);
        let failed = checks(&report).iter();
        let failed: Vec<_> = failed.filter(|check| check["status"] == "fail").collect();
        assert_eq!(failed.len(), 1, "{report:#}");
        assert_eq!(failed[0]["name"], "connection");
        assert!(text(&report, "connection", "detail").contains(value));
    }
}

#[test]
fn it_ends_though_nothing_answers() {
    // Connections are taken by the system, and nobody ever reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let user = Gateway::new()
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str())
        .env("AWS_ENDPOINT_URL", url);
    let report = examined(&user, 1, &["--live"]);
    for name in [
        "credentials",
        "endpoint: runtime",
        "endpoint: control plane",
    ] {
        assert_eq!(check(&report, name)["status"], "fail", "{report:#}");
    }
}

#[test]
fn a_refused_list_names_the_permission_that_is_lacking() {
    let denied = "User is not authorized to perform bedrock:ListFoundationModels";
    let (sim, user) = account();
    let refusal = Reply::error(403, "AccessDeniedException", denied);
    sim.always(Operation::ListFoundationModels, Some(refusal));
    let said = user.run(&["doctor", "--json"]);
    let report = report(&said);
    let told = checks(&report).iter().any(|check| {
        let is_told = check["detail"].as_str().unwrap().contains(denied);
        check["name"] == "discovery"
            && check["status"] != "ok"
            && is_told
            && check["fix"].is_string()
    });
    assert!(told, "{report:#}");
}

#[test]
fn the_hosts_place_for_discovery_is_told() {
    let (_sim, user) = account();
    let plugins = json!({"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {
        "enabled": true, "config": {"discovery": {"refreshInterval": 60}},
    }}});
    let user = user.config(&json!({"plugins": plugins}));
    let right = examined(&user, 0, &[]);
    assert_eq!(check(&right, "host")["status"], "ok");
    let plugins =
        json!({"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}});
    let models = json!({"bedrockDiscovery": {"refreshInterval": 60}});
    let user = user.config(&json!({"plugins": plugins, "models": models}));
    let wrong = examined(&user, 0, &[]);
    assert_eq!(check(&wrong, "host")["status"], "warn");
    let fix = text(&wrong, "host", "fix");
    assert!(
        fix.contains("plugins.entries.amazon-bedrock.config.discovery"),
        "{fix}"
    );
}

#[test]
fn the_simulator_needs_no_credentials() {
    let user = Gateway::new();
    let report = examined(&user, 0, &["--simulate", "--live"]);
    assert_eq!(check(&report, "credentials")["status"], "ok");
    assert_eq!(report["credentialSource"], "none");
    assert_eq!(check(&report, "live")["status"], "ok");
    // The plugin beside the program is the one that was looked at.
    let path = report["plugin"]["path"].as_str().unwrap();
    let folder = std::fs::canonicalize(profile_folder()).unwrap();
    assert!(path.starts_with(argument(&folder)), "{path}");
}
