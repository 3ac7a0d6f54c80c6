//! The shared library that a gateway loads: the root module, nothing more.

#![allow(
    missing_docs,
    reason = "export_root_module makes an undocumented static"
)]

use abi_stable::prefix_type::PrefixTypeTrait as _;
use amazon_bedrock_core::Bedrock;
use provider_interface::{ProviderModuleRef, export};

/// The library's only symbol that matters.
#[abi_stable::export_root_module]
pub fn root_module() -> ProviderModuleRef {
    export::module::<Bedrock>().leak_into_prefix()
}
