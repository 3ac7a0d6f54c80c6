//! A provider that panics where its config says: `{"panicIn": ["start_stream"], "hostile": false}`.
//! A hostile panic has a payload whose destructor panics in its turn.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

mod provider;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abi_stable::prefix_type::PrefixTypeTrait as _;
use provider_interface::export::{self, ChatProvider, Plugin};
use provider_interface::{
    ErrorKind, HostApi, INTERFACE_VERSION, PluginInfo, ProviderError, ProviderModuleRef,
};

use provider::{Panics, PanicsProvider};

/// Set by the operation `panic_in_info`, since nothing of a config reaches that entry.
static PANIC_IN_INFO: AtomicBool = AtomicBool::new(false);

struct PanicsPlugin;

impl Plugin for PanicsPlugin {
    fn info() -> PluginInfo {
        if PANIC_IN_INFO.load(Ordering::Relaxed) {
            panic!("panicked in info");
        }
        PluginInfo {
            id: "panics".to_owned(),
            version: "1.0.0".to_owned(),
            git_revision: None,
            rustc: None,
            interface: INTERFACE_VERSION.to_owned(),
            provider_ids: vec!["panics".to_owned()],
            features: Vec::new(),
        }
    }

    fn create(_: Arc<HostApi>, config: &str) -> Result<Box<dyn ChatProvider>, ProviderError> {
        let panics: Panics = serde_json::from_str(config)
            .map_err(|error| ProviderError::new(ErrorKind::InvalidRequest, error.to_string()))?;
        panics.reach("create");
        Ok(Box::new(PanicsProvider(Arc::new(panics))))
    }

    fn call_ext(op: &str, _bytes: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match op {
            "panic_in_info" => PANIC_IN_INFO.store(true, Ordering::Relaxed),
            _ => panic!("panicked in call_ext"),
        }
        Ok(Vec::new())
    }
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    export::module::<PanicsPlugin>().leak_into_prefix()
}
