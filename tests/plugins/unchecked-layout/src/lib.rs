//! A real plugin module that leaves out its layout, which abi_stable lets pass unchecked.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

use std::sync::Arc;

use abi_stable::prefix_type::PrefixTypeTrait as _;
use provider_interface::export::{self, ChatProvider, Plugin};
use provider_interface::{ErrorKind, HostApi, PluginInfo, ProviderError, ProviderModuleRef};

struct Unchecked;

impl Plugin for Unchecked {
    fn info() -> PluginInfo {
        panic!("a plugin that was not checked was asked");
    }

    fn create(_: Arc<HostApi>, _: &str) -> Result<Box<dyn ChatProvider>, ProviderError> {
        Err(ProviderError::new(ErrorKind::Internal, "not checked"))
    }
}

#[abi_stable::export_root_module]
#[unsafe_no_layout_constant]
fn root_module() -> ProviderModuleRef {
    export::module::<Unchecked>().leak_into_prefix()
}
