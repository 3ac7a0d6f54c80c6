//! Who could write a plugin's file: the user and root, nobody else. What others could write, others
//! could let run in this process.

use std::env;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::Stat;
use rustix::process::{getegid, geteuid};

use super::Refusal;

const GROUP_MAY_WRITE: u32 = 0o020;
const OTHERS_MAY_WRITE: u32 = 0o002;
/// In such a folder nobody replaces another's files.
const STICKY: u32 = 0o1000;

/// Refuses an open file that somebody else owns, may write to, or may reach under another name; or
/// whose folder somebody else may change.
#[allow(
    clippy::useless_conversion,
    reason = "other systems have fewer bits for these"
)]
pub(super) fn check(path: &Path, stat: &Stat) -> Result<(), Refusal> {
    if !is_trusted(stat.st_uid) {
        return Err(Refusal::Owner { uid: stat.st_uid });
    }
    let mode = u32::from(stat.st_mode) & 0o7777;
    if others_may_write(mode, stat.st_gid) {
        return Err(Refusal::Writable { mode });
    }
    let links = u64::from(stat.st_nlink);
    if links > 1 && !is_beside_executable(path, stat.st_uid) {
        return Err(Refusal::Linked { links });
    }
    folders(path)
}

/// The folder itself may be nobody else's to change; those above it may be shared, if they are
/// sticky.
fn folders(path: &Path) -> Result<(), Refusal> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(Refusal::Unreadable)?;
    for (depth, ancestor) in folder.ancestors().enumerate() {
        let metadata = fs::metadata(ancestor).map_err(Refusal::Unreadable)?;
        let may_be_shared = depth > 0 && metadata.mode() & STICKY != 0;
        let is_shared = others_may_write(metadata.mode(), metadata.gid());
        if !is_trusted(metadata.uid()) || is_shared && !may_be_shared {
            return Err(Refusal::Folder {
                folder: ancestor.to_owned(),
                uid: metadata.uid(),
                mode: metadata.mode() & 0o7777,
            });
        }
    }
    Ok(())
}

fn is_trusted(uid: u32) -> bool {
    uid == 0 || uid == geteuid().as_raw()
}

/// The user's own group is the user, as many systems set it up.
fn others_may_write(mode: u32, gid: u32) -> bool {
    let group_is_own = gid == getegid().as_raw();
    mode & OTHERS_MAY_WRITE != 0 || mode & GROUP_MAY_WRITE != 0 && !group_is_own
}

/// cargo links what it has built to where it is found, so such a file has two names.
fn is_beside_executable(path: &Path, uid: u32) -> bool {
    let same_owner = |metadata: &Metadata| metadata.uid() == uid;
    let executable = env::current_exe().and_then(fs::canonicalize);
    let folder = |path: PathBuf| path.parent().map(Path::to_owned);
    let beside = executable.as_ref().ok().cloned().and_then(folder);
    let own = path.canonicalize().ok().and_then(folder);
    let is_owners = executable
        .and_then(fs::metadata)
        .is_ok_and(|exe| same_owner(&exe));
    is_owners && own.is_some() && own == beside
}
