//! A plugin that can't make its root module.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

use provider_interface::ProviderModuleRef;

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    panic!("no root module today");
}
