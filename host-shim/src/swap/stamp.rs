//! What a file looks like from outside. As long as that is the same, so is what was found out
//! about the file.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file, its signature, and who may change the folders above, as they were at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    file: Option<Look>,
    signature: Option<Look>,
    /// Owner, group and mode of the folder and those above it.
    folders: Vec<(u32, u32, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    place: (u64, u64),
    access: (u32, u32, u32, u64),
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Looks at a file; a link isn't followed.
    pub(super) fn of(path: &Path) -> Self {
        let folders = path.ancestors().skip(1);
        let metadata = folders.filter_map(|folder| fs::metadata(folder).ok());
        Self {
            file: look(path),
            signature: look(&signature(path)),
            folders: metadata
                .map(|folder| (folder.uid(), folder.gid(), folder.mode()))
                .collect(),
        }
    }
}

impl Stamp {
    /// Looks at a file that may be found by links, which some keep their configs behind.
    pub(super) fn of_target(path: &Path) -> Self {
        let target = fs::canonicalize(path);
        Self::of(target.as_deref().unwrap_or(path))
    }
}

fn look(path: &Path) -> Option<Look> {
    let found: Metadata = fs::symlink_metadata(path).ok()?;
    Some(Look {
        place: (found.dev(), found.ino()),
        access: (found.uid(), found.gid(), found.mode(), found.nlink()),
        size: found.size(),
        written: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

/// Where the signature of a file lies.
fn signature(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_stamp_changes_with_the_file_its_signature_and_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("libx.so");
        let mut stamps = vec![Stamp::of(&file)];
        let mut look = || {
            let stamp = Stamp::of(&file);
            assert_eq!(stamp, Stamp::of(&file));
            assert_ne!(Some(&stamp), stamps.last());
            stamps.push(stamp);
        };
        let chmod = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
        };
        fs::write(&file, "one").expect("written");
        look();
        fs::write(&file, "four").expect("written");
        look();
        chmod(&file, 0o600);
        look();
        fs::write(signature(&file), "signed").expect("written");
        look();
        chmod(folder.path(), 0o750);
        look();
    }
}
