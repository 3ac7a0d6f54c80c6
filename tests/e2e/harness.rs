//! The real plugin against a simulator of the test's own: a provider out of the built library,
//! what it is asked, and what comes back.

use std::time::Duration;

use bedrock_simulator::{
    BedrockSim, DEFAULT_ACCESS_KEY_ID, DEFAULT_REGION, DEFAULT_SECRET_ACCESS_KEY, Simulator,
};
use host_shim::interface::{ChatRequest, ErrorKind, Message, ProviderError, Role, StreamEvent};
use host_shim::{ChatStream, Provider};
use serde_json::{Value, json};

use crate::workbench::{Workbench, collect};

/// The package that the plugin is built from.
pub(crate) const PLUGIN: &str = "amazon-bedrock";

/// A model that the simulator knows.
pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// Within this a dropped stream must be noticed at the other end.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// Longer than anything that is bound to happen.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A provider and the simulator that it talks to.
pub(crate) struct Bedrock {
    pub(crate) provider: Provider,
    pub(crate) sim: Simulator,
    _bench: Workbench,
}

impl Bedrock {
    /// Starts the simulator, and a provider that knows nothing but its address.
    pub(crate) fn start(sim: BedrockSim) -> Self {
        Self::with(sim, json!({}))
    }

    /// The same, and models that nothing is known of are not looked up.
    pub(crate) fn without_discovery(sim: BedrockSim) -> Self {
        Self::with(sim, json!({"discovery": {"enabled": false}}))
    }

    /// The same as at first, with more in the provider's config.
    pub(crate) fn with(sim: BedrockSim, config: Value) -> Self {
        let sim = sim.spawn().unwrap();
        let bench = Workbench::new();
        let provider = bench.provider(PLUGIN, &config_for(&sim.url(), config));
        Self {
            provider,
            sim,
            _bench: bench,
        }
    }

    /// Asks the model.
    pub(crate) fn ask(&self, text: &str) -> ChatStream {
        self.provider.start_stream(asking(MODEL, text))
    }

    /// Asks, and takes everything.
    pub(crate) async fn answer(&self) -> (Vec<StreamEvent>, Result<(), ProviderError>) {
        collect(self.ask("hello")).await
    }

    /// Asks, and expects nothing but an error.
    pub(crate) async fn refusal(&self) -> ProviderError {
        let (events, end) = self.answer().await;
        assert_eq!(events, [], "nothing comes before the error");
        end.expect_err("it fails")
    }

    /// Asks, and expects an answer that breaks off with this kind of error.
    pub(crate) async fn breaks_off(&self, kind: ErrorKind) -> (Vec<StreamEvent>, ProviderError) {
        let (events, end) = self.answer().await;
        let error = end.expect_err("it breaks off");
        assert_eq!(error.kind, kind, "{error}");
        (events, error)
    }
}

/// A provider's config that needs nothing of the environment, and what else is to be in it.
pub(crate) fn config_for(endpoint: &str, more: Value) -> String {
    let mut config = more;
    config["connection"] = json!({
        "endpoint": endpoint,
        "region": DEFAULT_REGION,
        "accessKeyId": DEFAULT_ACCESS_KEY_ID,
        "secretAccessKey": DEFAULT_SECRET_ACCESS_KEY,
    });
    config.to_string()
}

/// A request of one text.
pub(crate) fn asking(model: &str, text: &str) -> ChatRequest {
    ChatRequest {
        model_id: model.to_owned(),
        messages: vec![Message::text(Role::User, text)],
        ..ChatRequest::default()
    }
}

/// The names of events as the service calls them.
pub(crate) fn names(events: &[StreamEvent]) -> Vec<String> {
    let name = |event| match serde_json::to_value(event).unwrap() {
        Value::Object(members) => members.into_iter().next().unwrap().0,
        other => panic!("an event is an object, not {other}"),
    };
    events.iter().map(name).collect()
}
