//! The libraries that this process has opened: one for each content, however often it is loaded
//! and under whatever name, so that going back to an earlier plugin opens nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::fit::first_fit;
use super::open::Image;
use super::{Refusal, Sha256, Staged};
use crate::versions::{Module, VERSIONS, Version};

/// The most different libraries that a process opens. Each keeps one of the system's 1024
/// thread-local keys and some megabytes for good.
pub const MAX_IMAGES: usize = 64;

// Held while a library is opened: two threads that load the same file must not open it twice.
static IMAGES: Mutex<BTreeMap<Sha256, Image>> = Mutex::new(BTreeMap::new());

/// Their number, for whoever must not wait until a library has been opened.
static OPENED: AtomicUsize = AtomicUsize::new(0);

/// How many different libraries this process has opened, of [`MAX_IMAGES`].
pub fn opened_images() -> usize {
    OPENED.load(Ordering::Relaxed)
}

/// The root module of a staged file, its layout checked by the first of the versions that fits.
pub(super) fn module<M>(staged: &Staged, versions: &[Version<M>]) -> Result<M, Refusal> {
    let mut images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let sha256 = staged.sha256();
    if !images.contains_key(&sha256) {
        if images.len() >= MAX_IMAGES {
            return Err(Refusal::TooManyImages);
        }
        let image = opened(staged.image())?;
        images.insert(sha256, image);
        OPENED.store(images.len(), Ordering::Relaxed);
    }
    module_of(images.get(&sha256).ok_or(Refusal::NoEntry)?, versions)
}

/// The root module of a library that this process opens and does nothing else with: a probe's.
pub(super) fn opened_apart(path: &Path) -> Result<Module, Refusal> {
    module_of(&opened(path)?, VERSIONS)
}

fn opened(path: &Path) -> Result<Image, Refusal> {
    Image::open(path).map_err(|error| system(&error, path))
}

fn module_of<M>(image: &Image, versions: &[Version<M>]) -> Result<M, Refusal> {
    let header = image.header().map_err(|_| Refusal::NoEntry)?;
    let header = header.upgrade().map_err(|error| {
        tracing::debug!("a plugin's mechanism does not fit: {error}");
        Refusal::Mechanism
    })?;
    first_fit(header, versions)
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
