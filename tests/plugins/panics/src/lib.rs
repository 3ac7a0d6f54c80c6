//! A provider that panics where its config says: `{"panicIn": ["start_stream"], "hostile": false}`.
//! A hostile panic has a payload whose destructor panics in its turn.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

mod provider;

use std::sync::{Arc, Mutex, PoisonError};

use abi_stable::prefix_type::PrefixTypeTrait as _;
use provider_interface::export::{self, ChatProvider, Plugin};
use provider_interface::{
    ErrorKind, HostApi, INTERFACE_VERSION, PluginInfo, ProviderError, ProviderModuleRef,
};

use provider::{Panics, PanicsProvider};

/// What the operation `info` set, since nothing of a config reaches that entry: what to say, as JSON,
/// or how to panic.
static INFO: Mutex<Option<Info>> = Mutex::new(None);

enum Info {
    Says(PluginInfo),
    Panics,
}

struct PanicsPlugin;

impl Plugin for PanicsPlugin {
    fn info() -> PluginInfo {
        match &*INFO.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Info::Says(info)) => info.clone(),
            Some(Info::Panics) => panic!("panicked in info"),
            None => PluginInfo {
                id: "panics".to_owned(),
                version: "1.0.0".to_owned(),
                git_revision: None,
                rustc: None,
                interface: INTERFACE_VERSION.to_owned(),
                provider_ids: vec!["panics".to_owned()],
                features: Vec::new(),
            },
        }
    }

    fn create(_: Arc<HostApi>, config: &str) -> Result<Box<dyn ChatProvider>, ProviderError> {
        let panics: Panics = serde_json::from_str(config)
            .map_err(|error| ProviderError::new(ErrorKind::InvalidRequest, error.to_string()))?;
        panics.reach("create");
        Ok(Box::new(PanicsProvider(Arc::new(panics))))
    }

    fn call_ext(op: &str, bytes: &[u8]) -> Result<Vec<u8>, ProviderError> {
        if op != "info" {
            panic!("panicked in call_ext");
        }
        let info = serde_json::from_slice(bytes).map_or(Info::Panics, Info::Says);
        *INFO.lock().unwrap_or_else(PoisonError::into_inner) = Some(info);
        Ok(Vec::new())
    }
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    export::module::<PanicsPlugin>().leak_into_prefix()
}
