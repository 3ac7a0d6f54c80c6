//! Who says that something has changed in a folder: the system, where it can. Nothing depends on it
//! but time, since the folders are looked at every few seconds as well.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// The most folders that are watched: a place that is no plugins folder may have thousands.
const MAX_WATCHED: usize = 256;

/// How deep plugins lie in a plugins folder: `ID/VERSION/libNAME.so`.
const DEPTH: usize = 2;

/// Folders that are watched.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// With their numbers: a folder that was replaced is watched anew.
    watched: BTreeMap<PathBuf, u64>,
}

impl Watch {
    /// Calls that whenever something changes in a watched folder, perhaps often.
    pub(super) fn new(changed: impl Fn() + Send + 'static) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error may mean that events were lost.
            if event.map_or(true, |event| is_change(event.kind)) {
                changed();
            }
        });
        let watcher = watcher.inspect_err(|error| {
            tracing::info!(%error, "folders can't be watched; they are looked at every few seconds");
        });
        Self {
            watcher: watcher.ok(),
            watched: BTreeMap::new(),
        }
    }

    /// Watches the folders below these places, and the folders of those that are files, and nothing
    /// else.
    pub(super) fn only(&mut self, places: &[PathBuf]) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        let mut wanted = BTreeMap::new();
        for place in places {
            if place.is_dir() {
                add(place, DEPTH, &mut wanted);
            } else if let Some(folder) = place.parent() {
                add(folder, 0, &mut wanted);
            }
        }
        self.watched.retain(|folder, number| {
            let is_wanted = wanted.get(folder) == Some(number);
            if !is_wanted {
                // One that is gone isn't watched any more as it is.
                let _ = watcher.unwatch(folder);
            }
            is_wanted
        });
        for (folder, number) in wanted {
            let Entry::Vacant(new) = self.watched.entry(folder) else {
                continue;
            };
            match watcher.watch(new.key(), RecursiveMode::NonRecursive) {
                Ok(()) => {
                    new.insert(number);
                }
                Err(error) => {
                    tracing::debug!(folder = %new.key().display(), %error, "is not watched");
                }
            }
        }
    }
}

fn add(folder: &Path, depth: usize, folders: &mut BTreeMap<PathBuf, u64>) {
    let Ok(metadata) = fs::metadata(folder) else {
        return;
    };
    if folders.len() >= MAX_WATCHED {
        return;
    }
    folders.insert(folder.to_owned(), metadata.ino());
    if depth == 0 {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            add(&entry.path(), depth - 1, folders);
        }
    }
}

/// Looking changes nothing; closing what was written to may have.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}
