//! The present interface: nothing to present.

use abi_stable::std_types::{RSlice, RStr, RString, RVec};
use provider_interface::{HostApi, Packed, ProviderBox, ProviderModuleRef};

use super::{Functions, Module};

struct Current(ProviderModuleRef);

impl From<ProviderModuleRef> for Module {
    fn from(module: ProviderModuleRef) -> Self {
        Self(Box::new(Current(module)))
    }
}

impl Functions for Current {
    fn info(&self) -> Result<Packed, Packed> {
        self.0.info()().into_result()
    }

    fn create(&self, host: HostApi, config: RString) -> Result<ProviderBox, Packed> {
        self.0.create()(host, config).into_result()
    }

    fn call_ext(&self, op: RStr<'_>, bytes: RSlice<'_, u8>) -> Result<RVec<u8>, Packed> {
        self.0.call_ext()(op, bytes).into_result()
    }
}
