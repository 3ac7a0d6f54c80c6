//! The other commands: `models`, `plugins list`, `plugins inspect`; what scripts read of them is
//! always there.

use std::fs;

use bedrock_simulator::{BedrockSim, Operation, Reply, Simulator};
use serde_json::{Value, json};

use crate::artifacts::{library, library_beside};
use crate::gateway::{Gateway, argument};
use crate::harness::{MODEL, PLUGIN};

fn account() -> (Simulator, Gateway) {
    let sim = BedrockSim::new().spawn().unwrap();
    let user = Gateway::at(&sim);
    (sim, user)
}

fn parsed(text: &str) -> Vec<Value> {
    match serde_json::from_str(text).unwrap() {
        Value::Array(items) => items,
        other => panic!("no array: {other}"),
    }
}

fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn models_as_json_have_all_their_members() {
    let (_sim, user) = account();
    let models = parsed(&user.run(&["models", "--json"]).good());
    assert!(!models.is_empty());
    let sources = [
        "config",
        "foundation-model",
        "system-profile",
        "application-profile",
        "imported-model",
        "custom-deployment",
        "provisioned",
        "prompt-router",
    ];
    for model in &models {
        assert_eq!(
            members(model),
            [
                "baseModel",
                "contextWindow",
                "cost",
                "id",
                "input",
                "limitsKnown",
                "maxTokens",
                "name",
                "output",
                "provider",
                "reasoning",
                "ref",
                "region",
                "source",
                "streaming",
                "tools"
            ]
        );
        assert_eq!(model["provider"], PLUGIN);
        let id = model["id"].as_str().unwrap();
        assert_eq!(model["ref"], format!("{PLUGIN}/{id}"));
        assert!(
            sources.contains(&model["source"].as_str().unwrap()),
            "{model}"
        );
    }
    assert!(models.iter().any(|model| model["id"] == MODEL));
}

#[test]
fn models_for_people_are_a_table() {
    let (_sim, user) = account();
    let table = user.run(&["models"]).good();
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let columns = [
        "MODEL", "CONTEXT", "OUTPUT", "$IN/M", "$OUT/M", "INPUT", "SOURCE", "NAME",
    ];
    assert_eq!(header, columns);
    let row = lines.find(|line| line.contains(MODEL)).unwrap();
    assert!(row.contains("foundation-model"), "{row}");
}

#[test]
fn a_model_of_the_config_comes_first_and_wins() {
    let (_sim, user) = account();
    let model = json!({"id": MODEL, "name": "Mine", "contextWindow": 1234, "maxTokens": 99});
    let user = user.config(&json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}},
        "models": {"providers": {PLUGIN: {"models": [model]}}},
    }));
    let models = parsed(&user.run(&["models", "--json"]).good());
    let first = &models[0];
    assert_eq!(
        (&first["id"], &first["name"]),
        (&json!(MODEL), &json!("Mine"))
    );
    assert_eq!(
        (&first["contextWindow"], &first["source"]),
        (&json!(1234), &json!("config"))
    );
    assert!(!models[1..].iter().any(|model| model["id"] == MODEL));
}

#[test]
fn what_is_missing_from_the_list_is_a_line_on_stderr() {
    let (sim, user) = account();
    let refusal = Reply::error(403, "AccessDeniedException", "not\nallowed");
    sim.always(Operation::ListFoundationModels, Some(refusal));
    let user = user.config(&json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}},
        "models": {"providers": {PLUGIN: {"models": [{"id": MODEL, "contextWindow": 200_000}]}}},
    }));
    let said = user.run(&["models"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(said.out.contains(MODEL), "{said:?}");
    let lines: Vec<&str> = said.err.lines().collect();
    assert!(
        lines.iter().all(|line| line.starts_with("warning: ")),
        "{said:?}"
    );
    let refused = lines.iter().filter(|line| line.contains("not allowed"));
    assert_eq!(refused.count(), 1, "{said:?}");
}

#[test]
fn a_list_that_the_service_refuses_is_one_sentence() {
    let denied = "User is not authorized to perform bedrock:ListFoundationModels";
    let (sim, user) = account();
    for list in [
        Operation::ListFoundationModels,
        Operation::ListInferenceProfiles,
    ] {
        let refusal = Reply::error(403, "AccessDeniedException", denied);
        sim.always(list, Some(refusal));
    }
    let said = user.run(&["models", "--json"]);
    assert!(said.refusal(1).contains(denied), "{said:?}");
}

/// The members of a plugin in a list.
const LISTED: [&str; 9] = [
    "enabled",
    "generation",
    "id",
    "interface",
    "path",
    "reason",
    "sha256",
    "state",
    "version",
];

#[test]
fn plugins_without_a_config_are_the_one_beside_the_program() {
    let user = Gateway::new();
    let listed = parsed(&user.run(&["plugins", "list", "--json"]).good());
    assert_eq!(listed.len(), 1);
    assert_eq!(members(&listed[0]), LISTED);
    assert_eq!(listed[0]["id"], PLUGIN);
    assert_eq!(listed[0]["state"], "detected");
    assert_eq!(listed[0]["enabled"], true);
    let path = fs::canonicalize(library_beside(PLUGIN)).unwrap();
    assert_eq!(listed[0]["path"], argument(&path));
    assert_eq!(listed[0]["sha256"].as_str().unwrap().len(), 64);
    let table = user.run(&["plugins", "list"]).good();
    assert!(
        table.contains(PLUGIN) && table.contains("detected"),
        "{table}"
    );
}

#[test]
fn a_plugin_that_is_found_but_not_enabled_is_listed_with_the_line_to_add() {
    let paths = json!({"plugins": {"load": {"paths": [library(PLUGIN)]}}});
    let user = Gateway::new().config(&paths);
    let listed = parsed(&user.run(&["plugins", "list", "--json"]).good());
    assert_eq!(members(&listed[0]), LISTED);
    assert_eq!(listed[0]["state"], "disabled");
    assert_eq!(listed[0]["enabled"], false);
    let reason = listed[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("entries") && reason.contains("enabled"),
        "{reason}"
    );
    let said = user.run(&["chat", "-m", MODEL, "hello"]);
    assert!(said.refusal(2).contains("entries"), "{said:?}");
}

#[test]
fn the_highest_version_in_the_plugins_folder_serves() {
    let user = Gateway::new();
    let bytes = fs::read(library(PLUGIN)).unwrap();
    for version in ["1.2.0", "1.10.0"] {
        user.file(
            &format!("plugins/{PLUGIN}/{version}/libamazon_bedrock.so"),
            &bytes,
        );
    }
    let folder = user.path("plugins");
    let list = ["plugins", "list", "--json", "--plugins", argument(&folder)];
    let listed = parsed(&user.run(&list).good());
    let versions: Vec<&str> = listed
        .iter()
        .map(|plugin| plugin["version"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["1.10.0", "1.2.0"]);
    let chat = [
        "chat",
        "--simulate",
        "--plugins",
        argument(&folder),
        "hello",
    ];
    user.run(&chat).good();
}

#[test]
fn inspecting_a_plugin_tells_what_it_is() {
    let user = Gateway::new();
    let path = library(PLUGIN);
    let json = user
        .run(&["plugins", "inspect", argument(&path), "--json"])
        .good();
    let inspected: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(inspected["id"], PLUGIN);
    assert_eq!(inspected["providerIds"], json!([PLUGIN]));
    assert_eq!(inspected["path"], argument(&path));
    assert_eq!(inspected["version"], env!("CARGO_PKG_VERSION"));
    let text = user.run(&["plugins", "inspect", argument(&path)]).good();
    for part in [
        PLUGIN,
        env!("CARGO_PKG_VERSION"),
        inspected["sha256"].as_str().unwrap(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
