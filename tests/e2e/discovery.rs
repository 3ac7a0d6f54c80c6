//! Which models are listed, where the lists come from and how long they last, and what a request
//! becomes that names one: through the real library and the real binary.

mod cache;
mod callable;
mod resolving;
mod sentences;
mod sources;

use bedrock_simulator::{BedrockSim, Catalogue, Operation, Simulator};
use host_shim::Provider;
use host_shim::interface::{ListModels, ModelList};
use serde_json::{Value, json};

use crate::artifacts::library;
use crate::gateway::Gateway;
use crate::harness::{PLUGIN, config_for};
use crate::workbench::Workbench;

/// Every list of the control plane.
const LISTS: [Operation; 6] = [
    Operation::ListFoundationModels,
    Operation::ListInferenceProfiles,
    Operation::ListImportedModels,
    Operation::ListCustomModelDeployments,
    Operation::ListProvisionedModelThroughputs,
    Operation::ListPromptRouters,
];

/// A model of the catalogue that only profiles lead to.
const PROFILE_ONLY: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/// A simulator with what AWS documents.
fn documented() -> BedrockSim {
    BedrockSim::new().catalogue(Catalogue::documented())
}

/// A provider in a region, and the simulator that it talks to.
struct Account {
    provider: Provider,
    sim: Simulator,
    _bench: Workbench,
}

impl Account {
    fn new(sim: BedrockSim, region: &str, discovery: Value) -> Self {
        let sim = sim.spawn().unwrap();
        let bench = Workbench::new();
        let config = config_for(&sim.url(), json!({"discovery": discovery}));
        let mut config: Value = serde_json::from_str(&config).unwrap();
        config["connection"]["region"] = region.into();
        let provider = bench.provider(PLUGIN, &config.to_string());
        Self {
            provider,
            sim,
            _bench: bench,
        }
    }

    async fn list(&self, refresh: bool) -> ModelList {
        self.provider
            .list_models(ListModels { refresh })
            .await
            .unwrap()
    }

    /// How often an operation was asked for.
    fn asked(&self, operation: Operation) -> usize {
        self.sim.requests_of(operation).len()
    }
}

/// The ids of a list, in alphabetical order.
fn ids(list: &ModelList) -> Vec<&str> {
    let mut ids: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// A user with that in `models.bedrockDiscovery`.
fn user_with(sim: &Simulator, discovery: Value) -> Gateway {
    user_with_models(sim, json!({"bedrockDiscovery": discovery}))
}

/// A user with that in `models`.
fn user_with_models(sim: &Simulator, models: Value) -> Gateway {
    Gateway::at(sim).config(&json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}},
        "models": models,
    }))
}

/// A user with that in the plugin's own `discovery`.
fn user_with_own(sim: &Simulator, discovery: Value) -> Gateway {
    let config = json!({"discovery": discovery});
    Gateway::at(sim).config(&json!({
        "plugins": {
            "load": {"paths": [library(PLUGIN)]},
            "entries": {PLUGIN: {"enabled": true, "config": config}},
        },
    }))
}

/// `models --json` of a user who has nothing to be told.
fn models(user: &Gateway) -> Vec<Value> {
    serde_json::from_str(&user.run(&["models", "--json"]).good()).unwrap()
}

/// One member of each model.
fn told<'a>(models: &'a [Value], member: &str) -> Vec<&'a str> {
    let texts = models.iter().map(|model| model[member].as_str().unwrap());
    texts.collect()
}
