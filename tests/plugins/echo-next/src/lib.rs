//! An echo of interface 1.1, which makes use of everything that 1.1 has and 1.0 lacks. It panics
//! nowhere, so its entries are unguarded.

// The exported symbol is abi_stable's.
#![allow(missing_docs)]

mod provider;

use abi_stable::prefix_type::PrefixTypeTrait as _;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RResult, RSlice, RStr, RString, RVec};
use provider_interface::{ErrorKind, Packed, ProviderError};
use test_interface_next::module::Provider_TO;
use test_interface_next::{HostApi, PluginInfo, ProviderBox, ProviderModule, ProviderModuleRef};

use provider::Echo;

extern "C" fn info() -> RResult<Packed, Packed> {
    let before = provider_interface::PluginInfo {
        id: "echo".to_owned(),
        version: "3.0.0".to_owned(),
        git_revision: None,
        rustc: None,
        interface: "1.1.0".to_owned(),
        provider_ids: vec!["echo".to_owned()],
        features: Vec::new(),
    };
    let homepage = "https://example.com".to_owned();
    provider::packed(&PluginInfo { before, homepage }).into()
}

extern "C" fn create(host: HostApi, _config: RString) -> RResult<ProviderBox, Packed> {
    let echo = Echo::new(&host);
    RResult::ROk(Provider_TO::from_value(echo, TD_Opaque))
}

extern "C" fn call_ext(_: RStr<'_>, _: RSlice<'_, u8>) -> RResult<RVec<u8>, Packed> {
    let error = ProviderError::new(ErrorKind::InvalidRequest, "the echo has no operations");
    RResult::RErr(Packed::error(&error))
}

extern "C" fn motto() -> RString {
    RString::from("more to come")
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    ProviderModule {
        info,
        create,
        call_ext,
        motto,
    }
    .leak_into_prefix()
}
