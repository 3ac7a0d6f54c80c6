//! Whose credentials sign a request, and that these are the ones that are shown: `doctor --live` tells
//! a source and makes a request in one process, and the simulator says who signed it.

mod hosts;
mod rotation;
mod sentences;
mod sources;

use bedrock_simulator::{AuthKind, BedrockSim, Operation, RecordedRequest, Reply, Simulator};
use serde_json::{Value, json};

use crate::artifacts::library;
use crate::doctor::check;
use crate::environment::region;
use crate::gateway::Gateway;
use crate::harness::{MODEL, PLUGIN};

const KEY: &str = "ASIASOURCEOFTHISTEST";
const SECRET: &str = "the secret of this test";
const SESSION: &str = "the session token of this test";
/// An end that no test lives to see.
const FOREVER: &str = "2999-01-01T00:00:00Z";

/// A service that lets in nobody but this temporary key.
fn service() -> Simulator {
    let sim = BedrockSim::new().credentials(KEY, SECRET);
    let sim = sim.session_token(SESSION);
    sim.default_reply(Reply::text("OK")).spawn().unwrap()
}

/// A user whose environment leads to that service, and names no credentials.
fn stranger(sim: &Simulator) -> Gateway {
    Gateway::at(sim)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .config(&config(json!({}), json!({})))
}

/// A config that enables the plugin, with more for its provider, and a model to ask.
fn config(provider: Value, discovery: Value) -> Value {
    json!({
        "plugins": {"load": {"paths": [library(PLUGIN)]}, "entries": {PLUGIN: {"enabled": true}}},
        "models": {"providers": {PLUGIN: provider}, "bedrockDiscovery": discovery},
        "agents": {"defaults": {"model": {"primary": format!("{PLUGIN}/{MODEL}")}}},
    })
}

/// What `doctor --live` reports.
fn examined(user: &Gateway) -> Value {
    let said = user.run(&["doctor", "--json", "--live"]);
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no report: {said:?}"))
}

/// Shows the source, and asks with what it gave; the request that came.
fn used(user: &Gateway, sim: &Simulator, source: &str) -> RecordedRequest {
    sim.forget_requests();
    let report = examined(user);
    assert_eq!(report["credentialSource"], source, "{report:#}");
    assert_eq!(check(&report, "credentials")["status"], "ok", "{report:#}");
    assert_eq!(check(&report, "live")["status"], "ok", "{report:#}");
    let mut answered = sim.requests_of(Operation::ConverseStream);
    answered.pop().expect("the request came")
}

/// The same, signed by [`KEY`] with its session token.
fn signed(user: &Gateway, sim: &Simulator, source: &str) {
    let request = used(user, sim, source);
    assert_eq!(signer(&request), KEY);
    assert_eq!(request.header("x-amz-security-token"), Some(SESSION));
}

/// The key that signed a request.
fn signer(request: &RecordedRequest) -> &str {
    match &request.auth {
        AuthKind::SigV4 { access_key_id, .. } => access_key_id,
        other => panic!("not signed: {other:?}"),
    }
}
