//! The system's loader: the only place where a plugin's file becomes code.

#![expect(
    unsafe_code,
    reason = "opening a library runs its constructors and trusts its symbol"
)]

use std::path::Path;

use abi_stable::library::{AbiHeaderRef, ROOT_MODULE_LOADER_NAME_WITH_NUL};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

/// An open library. There is no way to close it: its threads and their destructors may outlive
/// everything that is known of it.
pub(super) struct Image {
    library: Library,
}

impl Image {
    /// Opens a library.
    pub(super) fn open(path: &Path) -> Result<Self, libloading::Error> {
        let flags = RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE;
        // SAFETY: the constructors are those of a plugin that the user chose to run in this
        // process; the file is a private copy that nobody else can write to.
        let library = unsafe { Library::open(Some(path), flags) }?;
        Ok(Self { library })
    }

    /// The header by which a library of `abi_stable` tells its layout.
    pub(super) fn header(&self) -> Result<AbiHeaderRef, libloading::Error> {
        let name = ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes();
        // SAFETY: under this name abi_stable exports a static of this type, and nothing else is
        // read of it before its magic string has been compared. It is `'static` as the library is
        // never unloaded (NODELETE).
        let header = unsafe { self.library.get::<AbiHeaderRef>(name) }?;
        Ok(*header)
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.library.fmt(f)
    }
}
