//! The echo provider, version 1.0.0.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

use abi_stable::prefix_type::PrefixTypeTrait as _;
use provider_interface::{ProviderModuleRef, export};
use test_plugin_echo_core::{Echo, Version};

struct First;

impl Version for First {
    const VERSION: &'static str = "1.0.0";
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    export::module::<Echo<First>>().leak_into_prefix()
}
