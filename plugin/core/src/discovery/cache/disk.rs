//! Lists on disk, so that a process which has just begun has them at once: a file for each region,
//! endpoint and identity, readable by its owner alone, replaced as a whole.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Key;
use super::digest::digest;
use crate::discovery::sources::{Lists, now};

/// Changed whenever files of before can't be read any more.
const VERSION: u32 = 1;

/// The folder below the gateway's own.
const FOLDER: &str = "models";

/// A file's content.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    version: u32,
    /// What the file's name is the hash of.
    key: Key,
    /// Seconds since 1970.
    at: u64,
    lists: Lists,
}

/// Lists that were read, and how many seconds old they are.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) lists: Lists,
    pub(super) age: u64,
}

/// The folder of lists, if there is one.
#[derive(Debug, Default)]
pub(super) struct Disk(Option<PathBuf>);

impl Disk {
    pub(super) fn new(cache_dir: Option<&Path>) -> Self {
        Self(cache_dir.map(|folder| folder.join(FOLDER)))
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        let Key {
            region,
            endpoint,
            identity,
        } = key;
        let name = format!("{}.json", digest([region.as_str(), endpoint, identity]));
        Some(self.0.as_ref()?.join(name))
    }

    /// The lists that were kept; a sentence if they are there but can't be used.
    ///
    /// Small files are read and written where we stand: handing them to another thread takes longer.
    pub(super) fn read(&self, key: &Key) -> Result<Option<Read>, String> {
        let Some(path) = self.path(key) else {
            return Ok(None);
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ignored(&path, &error.to_string())),
        };
        let file = parse(&bytes).map_err(|reason| ignored(&path, &reason))?;
        Ok(file.filter(|file| file.key == *key).map(|file| Read {
            // From a time that has yet to come: the clock was set back, and nothing is known.
            age: now().checked_sub(file.at).unwrap_or(u64::MAX),
            lists: file.lists,
        }))
    }

    /// Keeps lists. That they can't be kept costs time later, and nothing now.
    pub(super) fn write(&self, key: &Key, lists: &Lists) {
        let Some(path) = self.path(key) else {
            return;
        };
        let file = File {
            version: VERSION,
            key: key.clone(),
            at: now(),
            lists: lists.clone(),
        };
        if let Err(error) = replace(&path, &file) {
            tracing::warn!(
                "the list of models can't be kept in {}: {error}",
                path.display()
            );
        }
    }
}

fn ignored(path: &Path, reason: &str) -> String {
    format!(
        "the kept list of models {} was ignored: {reason}",
        path.display()
    )
}

/// A file's content; nothing if it was written by another version.
fn parse(bytes: &[u8]) -> Result<Option<File>, String> {
    #[derive(Deserialize)]
    struct Any {
        version: u32,
    }
    let any: Any = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if any.version != VERSION {
        return Ok(None);
    }
    let file = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Ok(Some(file))
}

/// Writes beside the file and puts it in its place: who reads meanwhile sees one or the other.
fn replace(path: &Path, file: &File) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    // Made with mode 0600.
    let mut beside = NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut beside, file)?;
    beside.flush()?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes sure that the folder is there and that nobody else can look into it.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        const PRIVATE: u32 = 0o700;
        builder.mode(PRIVATE).create(folder)?;
        if fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(folder, Permissions::from_mode(PRIVATE))?;
        }
    }
    #[cfg(not(unix))]
    builder.create(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests;
