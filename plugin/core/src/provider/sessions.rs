//! The session of one config, loaded by the first request that needs it.

use std::sync::Arc;
use std::time::Duration;

use provider_interface::{ModelList, ProviderError};
use tokio::time::timeout;

use crate::client::{Clients, Live, Session};
use crate::config::Config;
use crate::discovery::{Discovery, Place, Target};

/// How long credentials may take where it depends on them whether models are discovered at all.
const CREDENTIALS: Duration = Duration::from_secs(5);

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
        let given = config.connection.as_ref();
        let discovery = Discovery::new(
            config.discovery.clone(),
            config.models.clone(),
            config.known.clone(),
            config.cache_dir.as_deref(),
            given.map(|connection| connection.access_key_id.as_str()),
        );
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
        let places = self.places(&session);
        let discovery = &self.0.discovery;
        if discovery.awaits_credentials(&places) {
            let standing = timeout(CREDENTIALS, session.signer().standing()).await;
            if standing.is_err() {
                return Ok(discovery.without_credentials(&places, CREDENTIALS));
            }
        }
        discovery.list(&places, refresh).await
    }

    /// What a request that names this model asks for, and the clients of where it goes.
    pub(crate) async fn target(&self, model_id: &str) -> Result<(Target, Clients), ProviderError> {
        let session = self.current().await?;
        let places = self.places(&session);
        let place_of = |region: &str| place(&session, region);
        let discovery = &self.0.discovery;
        let target = discovery.resolve(model_id, &places, place_of).await?;
        if target.model_id != model_id {
            tracing::debug!(asked = model_id, model = %target.model_id, region = %target.region, "resolved");
        }
        let clients = session.clients(&target.region);
        Ok((target, clients))
    }

    /// The regions of the config; of a connection that the gateway made up, its own.
    fn places(&self, session: &Arc<Session>) -> Vec<Place> {
        let Config {
            discovery,
            connection,
            ..
        } = &*self.0.config;
        let regions = discovery.regions.iter().map(|region| region.trim());
        let regions = regions.filter(|region| !region.is_empty() && connection.is_none());
        let mut places: Vec<Place> = regions.map(|region| place(session, region)).collect();
        if places.is_empty() {
            places.push(place(session, session.region()));
        }
        places
    }
}

fn place(session: &Arc<Session>, region: &str) -> Place {
    let (session, region) = (Arc::clone(session), region.to_owned());
    Place {
        endpoint: session.control_endpoint(&region),
        region: region.clone(),
        control: Arc::new(move || session.clients(&region).control),
    }
}
