//! What goes wrong with one version of the echo and not with the other.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use provider_interface::{ErrorKind, ProviderError};
use serde::Deserialize;

/// By version.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Faults(BTreeMap<String, Fault>);

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Fault {
    CreateFails,
    CreatePanics,
    CreateHangs,
    HealthFails,
    HealthHangs,
    NeverReady,
    ReconfigureFails,
    StreamPanics,
}

impl Faults {
    /// Whether this goes wrong with this version.
    pub(crate) fn has(&self, version: &str, fault: Fault) -> bool {
        self.0.get(version) == Some(&fault)
    }

    /// Lets go wrong what does here.
    pub(crate) fn reach(&self, version: &str, here: &[Fault]) -> Result<(), ProviderError> {
        let Some(fault) = here.iter().find(|fault| self.has(version, **fault)) else {
            return Ok(());
        };
        match fault {
            Fault::CreatePanics | Fault::StreamPanics => panic!("the echo was told to panic"),
            Fault::CreateHangs | Fault::HealthHangs => loop {
                thread::sleep(Duration::from_secs(3600));
            },
            _ => Err(ProviderError::new(
                ErrorKind::Unavailable,
                "the echo was told to fail",
            )),
        }
    }
}
