//! The server inside the test's process, as a gateway has it that embeds `host-shim`: the real
//! plugin behind it, and time-outs that no test has to sit through.

use std::future::pending;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bedrock_simulator::{BedrockSim, Reply, Simulator};
use host_shim::Registry;
use host_shim::server::{self, Options, Timeouts};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::harness::Bedrock;
use crate::http::Door;

/// Far longer than a test: what isn't the matter never happens.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

/// Time-outs that never come.
pub(crate) const PATIENT: Timeouts = Timeouts {
    head: NEVER,
    body: NEVER,
    write: NEVER,
    keep_alive: NEVER,
};

/// A server, ended with the test.
pub(crate) struct Embedded {
    door: Door,
    bedrock: Bedrock,
    runtime: Runtime,
}

impl Embedded {
    /// Serves a model that always answers so.
    pub(crate) fn giving(reply: Reply, timeouts: Timeouts) -> Self {
        Self::start(BedrockSim::new().default_reply(reply), timeouts)
    }

    /// Serves what that simulator has.
    pub(crate) fn start(sim: BedrockSim, timeouts: Timeouts) -> Self {
        let bedrock = Bedrock::start(sim);
        let registry = Registry::new();
        registry.activate(bedrock.provider.clone()).unwrap();
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let options = Options {
            timeouts,
            ..Options::default()
        };
        runtime.spawn(server::run(
            listener,
            Arc::new(registry),
            options,
            pending(),
        ));
        Self {
            door: Door { address },
            bedrock,
            runtime,
        }
    }

    pub(crate) fn sim(&self) -> &Simulator {
        &self.bedrock.sim
    }

    /// Waits for something that the simulator tells.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Deref for Embedded {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}
