//! The session of one config, loaded anew when the shared AWS files have changed.

use std::sync::Arc;

use provider_interface::ProviderError;
use tokio::sync::Mutex;

use super::Session;
use crate::config::Config;
use crate::credentials::files::Stamp;
use crate::http::Http;

/// A config's session. The SDK reads the shared files once and keeps what it got for the life of a
/// session; so a change of theirs makes a new one, and open streams stay with theirs.
#[derive(Debug, Default)]
pub(crate) struct Live(Mutex<Option<Loaded>>);

#[derive(Debug)]
struct Loaded {
    session: Arc<Session>,
    /// The files as they were before they were read.
    stamp: Stamp,
}

impl Live {
    /// The session; a failed load is tried again by the next request.
    pub(crate) async fn current(&self, config: &Config) -> Result<Arc<Session>, ProviderError> {
        let mut slot = self.0.lock().await;
        let stamp = match config.connection {
            Some(_) => Stamp::default(),
            None => Stamp::now(),
        };
        if let Some(Loaded { session, stamp: of_session }) = slot.as_ref()
            && *of_session == stamp
            // The SDK remembers some failures for good.
            && !session.signer().has_failed()
        {
            return Ok(Arc::clone(session));
        }
        // Connections outlive the session.
        let http = match slot.as_ref() {
            Some(loaded) => loaded.session.http.clone(),
            None => Http::new(config)?,
        };
        let session = Arc::new(Session::load(config, http).await?);
        *slot = Some(Loaded {
            session: Arc::clone(&session),
            stamp,
        });
        Ok(session)
    }
}
