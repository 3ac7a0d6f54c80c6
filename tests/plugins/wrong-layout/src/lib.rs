//! A plugin built against an interface that was changed without a new version: the real root module,
//! around a [`Packed`] of text instead of bytes and without one of the answers of a stream.

// abi_stable's derives and its exported symbol.
#![allow(missing_docs, non_local_definitions)]

#[path = "../../../../interface/src/module.rs"]
pub mod module;

use abi_stable::StableAbi;
use abi_stable::prefix_type::PrefixTypeTrait as _;
use abi_stable::std_types::{RResult, RSlice, RStr, RString, RVec};

use module::{HostApi, ProviderBox, ProviderModule, ProviderModuleRef};

#[repr(C)]
#[derive(StableAbi)]
pub struct Packed(RString);

#[repr(u8)]
#[derive(StableAbi)]
pub enum BatchPoll {
    Pending,
    Failed(Packed),
}

/// Only for the documentation's links to the real ones.
#[doc(hidden)]
pub struct ProviderError;

extern "C" fn info() -> RResult<Packed, Packed> {
    RResult::RErr(Packed(RString::new()))
}

extern "C" fn create(_: HostApi, _: RString) -> RResult<ProviderBox, Packed> {
    RResult::RErr(Packed(RString::new()))
}

extern "C" fn call_ext(_: RStr<'_>, _: RSlice<'_, u8>) -> RResult<RVec<u8>, Packed> {
    RResult::RErr(Packed(RString::new()))
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    ProviderModule {
        info,
        create,
        call_ext,
    }
    .leak_into_prefix()
}
