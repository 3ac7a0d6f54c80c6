//! The libraries that this process has opened: one for each content, however often it is loaded
//! and under whatever name, so that going back to an earlier plugin opens nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use abi_stable::library::{IsLayoutChecked, LibHeader, LibraryError};
use provider_interface::ProviderModuleRef;

use super::open::Image;
use super::{Refusal, Sha256, Staged, layout};

/// The most different libraries that a process opens. Each keeps one of the system's 1024
/// thread-local keys and some megabytes for good.
pub const MAX_IMAGES: usize = 64;

// Held while a library is opened: two threads that load the same file must not open it twice.
static IMAGES: Mutex<BTreeMap<Sha256, Image>> = Mutex::new(BTreeMap::new());

/// How many different libraries this process has opened, of [`MAX_IMAGES`].
pub fn opened_images() -> usize {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// The root module of a staged file, its layout checked.
pub(super) fn module(staged: &Staged) -> Result<ProviderModuleRef, Refusal> {
    let mut images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let sha256 = staged.sha256();
    if !images.contains_key(&sha256) {
        if images.len() >= MAX_IMAGES {
            return Err(Refusal::TooManyImages);
        }
        let image = opened(staged.image())?;
        images.insert(sha256, image);
    }
    module_of(images.get(&sha256).ok_or(Refusal::NoEntry)?)
}

/// The root module of a library that this process opens and does nothing else with: a probe's.
pub(super) fn opened_apart(path: &Path) -> Result<ProviderModuleRef, Refusal> {
    module_of(&opened(path)?)
}

fn opened(path: &Path) -> Result<Image, Refusal> {
    Image::open(path).map_err(|error| system(&error, path))
}

fn module_of(image: &Image) -> Result<ProviderModuleRef, Refusal> {
    let header = image.header().map_err(|_| Refusal::NoEntry)?;
    let header = header.upgrade().map_err(|error| refusal(error, None))?;
    checked_module(header)
}

fn checked_module(header: &'static LibHeader) -> Result<ProviderModuleRef, Refusal> {
    // abi_stable takes a library at its word that exports no layout.
    if matches!(header.root_mod_consts().layout(), IsLayoutChecked::No) {
        return Err(Refusal::Unchecked);
    }
    let module = header.init_root_module::<ProviderModuleRef>();
    module.map_err(|error| refusal(error, Some(header)))
}

fn refusal(error: LibraryError, header: Option<&LibHeader>) -> Refusal {
    tracing::debug!("a plugin's interface does not fit: {error}");
    let interface = || match header {
        Some(header) => header.version_strings().version.to_string(),
        None => "unknown".to_owned(),
    };
    match error {
        LibraryError::AbiInstability(text) => Refusal::Layout {
            interface: interface(),
            difference: layout::last_difference(&text.to_string()),
        },
        LibraryError::IncompatibleVersionNumber { actual_version, .. } => Refusal::Version {
            found: actual_version.to_string(),
        },
        LibraryError::RootModule { err, .. } => Refusal::RootModule(err.to_string()),
        LibraryError::InvalidAbiHeader(_) | LibraryError::InvalidCAbi { .. } => Refusal::Mechanism,
        other => Refusal::RootModule(other.to_string()),
    }
}

/// The sentence of the system's loader, which names the private copy where it means the plugin.
fn system(error: &libloading::Error, image: &Path) -> Refusal {
    let text = match error {
        libloading::Error::DlOpen { source } => source.to_string(),
        other => other.to_string(),
    };
    Refusal::System(without(&text, image))
}

fn without(text: &str, image: &Path) -> String {
    let image = image.display().to_string();
    text.replace(&format!("{image}: "), "")
        .replace(&image, "the library")
}
