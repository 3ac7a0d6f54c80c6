//! The versions of the interface that this gateway opens plugins by, newest to oldest.
//!
//! A library is tried by each until one fits. The newest is what the rest of the gateway works with;
//! whatever an older one gives is presented as the newest's objects (its upgrade), so that nothing
//! else knows of older versions, and a plugin of the newest is called directly.
//!
//! Gateways need nothing of this module: [`crate::Loader`] uses [`VERSIONS`]. It is public for those
//! that have definitions of their own, and for tests of what is yet to be published. How a version is
//! published stands in [`provider_interface::versions`].

mod current;
mod v1_0;

use std::cmp::Ordering;
use std::fmt;

use abi_stable::library::{LibHeader, LibraryError, RootModule};
use abi_stable::sabi_types::{VersionNumber, VersionStrings};
use abi_stable::std_types::{RSlice, RStr, RString, RVec};
use provider_interface::versions as frozen;
use provider_interface::{HostApi, Packed, ProviderBox, ProviderModuleRef};

/// What this gateway knows: the present definitions, then each frozen copy.
///
/// The present ones are those of the newest copy and whatever has been appended since.
pub const VERSIONS: &[Version<Module>] = &[
    Version::of::<ProviderModuleRef>(),
    Version::of::<frozen::v1_0::ProviderModuleRef>(),
];

/// One version of the interface: its root module, and how that is presented as an `M`.
pub struct Version<M> {
    number: VersionStrings,
    init: fn(&'static LibHeader) -> Result<M, LibraryError>,
}

impl<M> Version<M> {
    /// The version whose root module is `R`; the conversion is its upgrade.
    pub const fn of<R: RootModule + Into<M>>() -> Self {
        Self {
            number: R::VERSION_STRINGS,
            init: |header| header.init_root_module::<R>().map(Into::into),
        }
    }

    /// Its number.
    pub fn number(&self) -> &'static str {
        self.number.version.as_str()
    }

    /// The root module of a library that fits, checked by this version's definitions.
    ///
    /// A library makes its root module once, for the first version that fits; asking again, by
    /// whatever version, gives the same one.
    pub(crate) fn init(&self, header: &'static LibHeader) -> Result<M, LibraryError> {
        (self.init)(header)
    }

    /// How much a refusal by this version says about a library of another.
    pub(crate) fn nearness(&self, library: VersionStrings) -> Nearness {
        let numbers = (VersionNumber::new(self.number), VersionNumber::new(library));
        match numbers {
            (Ok(own), Ok(its)) if own.major != its.major => Nearness::None,
            (Ok(own), Ok(its)) if own.minor.cmp(&its.minor) == Ordering::Equal => Nearness::Same,
            (Ok(_), Ok(_)) => Nearness::Major,
            _ => Nearness::None,
        }
    }
}

/// How near two versions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    None,
    Major,
    Same,
}

impl<M> fmt::Debug for Version<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Version").field(&self.number()).finish()
    }
}

/// A library's root module, in the newest version's terms whatever its own is.
pub struct Module(Box<dyn Functions>);

/// The functions of a root module.
trait Functions: Send + Sync {
    fn info(&self) -> Result<Packed, Packed>;
    fn create(&self, host: HostApi, config: RString) -> Result<ProviderBox, Packed>;
    fn call_ext(&self, op: RStr<'_>, bytes: RSlice<'_, u8>) -> Result<RVec<u8>, Packed>;
}

impl Module {
    /// What the plugin is ([`provider_interface::PluginInfo`]).
    pub fn info(&self) -> Result<Packed, Packed> {
        self.0.info()
    }

    /// Makes a provider from its part of the config, a JSON text.
    pub fn create(&self, host: HostApi, config: RString) -> Result<ProviderBox, Packed> {
        self.0.create(host, config)
    }

    /// Calls an operation that the interface has no method for.
    pub fn call_ext(&self, op: &str, bytes: &[u8]) -> Result<RVec<u8>, Packed> {
        self.0
            .call_ext(RStr::from_str(op), RSlice::from_slice(bytes))
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Module")
    }
}
