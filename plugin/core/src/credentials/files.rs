//! The shared AWS files: which ones they are, and whether they have changed. Blank variables count as
//! unset, which they don't in the SDK.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

#[expect(deprecated, reason = "the SDK re-exports its successor from nowhere")]
use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};

/// The variables that name the files, and where these are otherwise, below the home folder.
const FILES: [(&str, &str, Kind); 2] = [
    ("AWS_CONFIG_FILE", ".aws/config", Kind::Config),
    (
        "AWS_SHARED_CREDENTIALS_FILE",
        ".aws/credentials",
        Kind::Credentials,
    ),
];

#[derive(Clone, Copy)]
enum Kind {
    Config,
    Credentials,
}

/// A variable's value, unless it is blank.
pub(super) fn set(variable: &str) -> Option<String> {
    let value = env::var(variable).ok()?;
    (!value.trim().is_empty()).then_some(value)
}

/// Whether a variable is there and says nothing.
pub(super) fn is_blank(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| value.trim().is_empty())
}

/// The profile to take where the SDK would take another: it takes a blank name for a name.
pub(crate) fn profile_override() -> Option<&'static str> {
    is_blank("AWS_PROFILE").then_some("default")
}

/// The files to read, where the SDK would choose others: it takes a blank path for a path.
#[expect(deprecated, reason = "the SDK re-exports its successor from nowhere")]
pub(crate) fn chosen() -> Option<ProfileFiles> {
    if !FILES.iter().any(|(variable, ..)| is_blank(variable)) {
        return None;
    }
    let mut files = ProfileFiles::builder();
    for (variable, below_home, kind) in FILES {
        let kind = match kind {
            Kind::Config => ProfileFileKind::Config,
            Kind::Credentials => ProfileFileKind::Credentials,
        };
        files = match path(variable, below_home) {
            Some(path) if path.is_file() => files.with_file(kind, path),
            _ => files.with_contents(kind, ""),
        };
    }
    Some(files.build())
}

fn path(variable: &str, below_home: &str) -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(PathBuf::from);
    match set(variable) {
        Some(named) => match named.strip_prefix("~/") {
            Some(rest) => Some(home()?.join(rest)),
            None => Some(PathBuf::from(named)),
        },
        None => Some(home()?.join(below_home)),
    }
}

/// What the files looked like at a moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp([Option<FileStamp>; 2]);

/// What changes when a file is written or replaced.
#[derive(Debug, PartialEq, Eq)]
struct FileStamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// As they are now. A file that can't be looked at counts as absent.
    pub(crate) fn now() -> Self {
        Self(FILES.map(|(variable, below_home, _)| {
            let metadata = fs::metadata(path(variable, below_home)?).ok()?;
            Some(FileStamp {
                inode: metadata.ino(),
                size: metadata.size(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
            })
        }))
    }
}
