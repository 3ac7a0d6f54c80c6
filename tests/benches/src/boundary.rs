//! The plugin, loaded from its shared library as a gateway does it.

use std::path::Path;

use host_shim::interface::{ChatRequest, Delta, Message, Role, StreamEvent};
use host_shim::{Loader, Registry};
use tempfile::TempDir;

use crate::measure::Streams;
use benches::Error;

pub(crate) struct Client {
    registry: Registry,
    _state: TempDir,
}

impl Client {
    pub(crate) fn new(url: &str, library: &Path) -> Result<Self, Error> {
        let state = tempfile::tempdir()?;
        let config = serde_json::json!({"connection": {
            "endpoint": url,
            "region": "us-east-1",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        }});
        let registry = Registry::new();
        let plugin = Loader::new(state.path()).open(library)?;
        registry.activate(plugin.create(&config.to_string())?)?;
        Ok(Self {
            registry,
            _state: state,
        })
    }
}

impl Streams for Client {
    async fn stream(&self) -> Result<usize, Error> {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "go")],
            ..ChatRequest::default()
        };
        let mut stream = self
            .registry
            .stream("amazon-bedrock/amazon.nova-lite-v1:0", request)?;
        let (mut events, mut bytes) = (0, 0);
        let mut batch = Vec::new();
        while stream.next_batch(&mut batch).await? {
            events += batch.len();
            for event in batch.drain(..) {
                if let StreamEvent::ContentBlockDelta(delta) = event
                    && let Delta::Text(text) = delta.delta
                {
                    bytes += text.len();
                }
            }
        }
        if bytes == 0 {
            return Err("the stream had no text".into());
        }
        Ok(events)
    }
}
