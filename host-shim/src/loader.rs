//! From a plugin file to an opened plugin: staged (a private copy, checked, none of its code has
//! run), then opened. Nothing is ever unloaded.

mod access;
mod binary;
mod digest;
mod error;
mod fit;
mod images;
mod layout;
mod open;
mod probe;
mod scan;
mod shorten;
mod source;
mod stage;
mod trust;

use std::path::{Path, PathBuf};

use provider_interface::{ErrorKind, PluginInfo, ProviderError};

use crate::plugin::Plugin;
use crate::provider::plugin_error;
use crate::versions::{Module, VERSIONS, Version};

pub(crate) use shorten::{shorten, shorten_path};

pub use digest::{InvalidSha256, Sha256};
pub use error::{LoadError, Refusal};
pub use images::{MAX_IMAGES, opened_images};
pub use probe::{Prober, run_if_child};
pub use scan::{Candidate, Scan, ScanError, ranked, scan};
pub use source::MAX_LIBRARY_BYTES;
pub use stage::Staged;
pub use trust::Proof;

/// Opens plugin files.
#[derive(Debug, Clone)]
pub struct Loader {
    images: PathBuf,
    versions: &'static [Version<Module>],
}

impl Loader {
    /// A loader that keeps its private copies in `images` under the given folder, which is made
    /// when it is needed. The folder's file system must allow execution.
    pub fn new(state_dir: impl Into<PathBuf>) -> Self {
        Self {
            images: state_dir.into().join("images"),
            versions: VERSIONS,
        }
    }

    /// A loader that opens plugins by these versions of the interface instead of [`VERSIONS`], of
    /// which they may be a part.
    pub fn by_versions(self, versions: &'static [Version<Module>]) -> Self {
        Self { versions, ..self }
    }

    /// Copies a file to where only this user can write, and checks the copy. None of its code runs.
    pub fn stage(&self, path: impl AsRef<Path>) -> Result<Staged, LoadError> {
        let path = path.as_ref();
        stage::stage(&self.images, path).map_err(|refusal| LoadError::new(path, refusal))
    }

    /// Opens a staged file: from here on its code runs, beginning with its constructors.
    ///
    /// A file whose content has been opened before is not opened again: both are the same code with
    /// the same statics.
    pub fn load(&self, staged: &Staged) -> Result<Plugin, LoadError> {
        let module = images::module(staged, self.versions);
        match module.and_then(|module| Ok((ask(&module)?, module))) {
            Ok((info, module)) => {
                let (path, sha256) = (staged.source().to_owned(), staged.sha256());
                Ok(Plugin::new(module, info, sha256, path))
            }
            Err(refusal) => Err(LoadError::new(staged.source(), refusal)),
        }
    }

    /// [`Loader::load`] for a gateway with definitions of its own: the root module of a staged file,
    /// by the first of those versions that fits. Nothing of it has been called.
    pub fn load_module<M>(&self, staged: &Staged, versions: &[Version<M>]) -> Result<M, LoadError> {
        images::module(staged, versions).map_err(|refusal| LoadError::new(staged.source(), refusal))
    }

    /// [`Loader::stage`], then [`Loader::load`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Plugin, LoadError> {
        self.load(&self.stage(path)?)
    }
}

/// Asks a library what it is, and checks what everything else relies on.
fn ask(module: &Module) -> Result<PluginInfo, Refusal> {
    let info: PluginInfo = match module.info() {
        Ok(info) => info.unpack().map_err(|unreadable| {
            let sentence = format!("the answer can't be read: {unreadable}");
            Refusal::Info(ProviderError::new(ErrorKind::Internal, sentence))
        })?,
        Err(error) => return Err(Refusal::Info(plugin_error(&error))),
    };
    let wrong = if !is_id(&info.id) {
        format!("its id is `{}`", info.id)
    } else if info.provider_ids.is_empty() {
        "it offers no provider".to_owned()
    } else if let Some(id) = info.provider_ids.iter().find(|id| !is_id(id)) {
        format!("it offers a provider with the id `{id}`")
    } else if semver::Version::parse(&info.version).is_err() {
        format!("its version is `{}`", info.version)
    } else {
        return Ok(info);
    };
    Err(Refusal::Nonsense(wrong))
}

/// An id stands before the slash in model names, and is a folder's name.
fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(plain)
}
