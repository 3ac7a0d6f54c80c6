//! The session of one config, loaded by the first request that needs it.

use std::sync::Arc;

use provider_interface::{ModelList, ProviderError};

use crate::client::{Live, Session};
use crate::config::Config;
use crate::discovery::Discovery;

/// A handle on a config's session and its list of models.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<Inner>);

struct Inner {
    config: Arc<Config>,
    session: Live,
    discovery: Discovery,
}

impl Sessions {
    pub(super) fn new(config: Arc<Config>) -> Self {
        let discovery = Discovery::new(config.discovery.clone(), config.models.clone());
        Self(Arc::new(Inner {
            config,
            session: Live::default(),
            discovery,
        }))
    }

    /// The session as the shared AWS files are now.
    pub(crate) async fn current(&self) -> Result<Arc<Session>, ProviderError> {
        self.0.session.current(&self.0.config).await
    }

    /// The models.
    pub(super) async fn list_models(&self, refresh: bool) -> Result<ModelList, ProviderError> {
        let session = self.current().await?;
        let clients = session.clients(session.region());
        self.0
            .discovery
            .list(&clients.control, session.region(), refresh)
            .await
    }
}
