//! A private copy of a plugin file: hashed while it is copied, checked, and at a path that was
//! never used before. The system finds an open library again by its path, so a path that is used
//! twice would give the old code.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};
use sha2::Digest as _;

use super::source::{MAX_LIBRARY_BYTES, Source};
use super::trust::{self, Proof};
use super::{LoadError, Refusal, Sha256, binary};

/// How much is copied at once.
const CHUNK: usize = 128 * 1024;

/// A copy that is older was left by a process that was killed: none stays longer than it takes to
/// check and open it.
const LEFTOVER_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// A checked private copy of a plugin file. None of its code has run. The copy goes when this is
/// dropped; what was opened from it stays.
#[derive(Debug)]
pub struct Staged {
    source: PathBuf,
    sha256: Sha256,
    copy: PrivateCopy,
}

impl Staged {
    /// The file that was copied.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// The digest of the copy.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// Checks that the content is what is asked for.
    pub fn prove(&self, proof: &Proof) -> Result<(), LoadError> {
        trust::check(proof, &self.source, &self.copy.0, self.sha256)
            .map_err(|refusal| LoadError::new(&self.source, refusal))
    }

    /// The copy.
    pub fn image(&self) -> &Path {
        &self.copy.0
    }
}

/// Copies a file into the folder and checks the copy.
pub(super) fn stage(folder: &Path, path: &Path) -> Result<Staged, Refusal> {
    let source = Source::open(path)?;
    let cannot = |error| Refusal::Copy {
        folder: folder.to_owned(),
        error,
    };
    prepare(folder).map_err(cannot)?;
    let (mut copy, file) = PrivateCopy::create(folder).map_err(cannot)?;
    let (length, sha256) = transfer(&source.file, &file, cannot)?;
    source.check_unchanged(length)?;
    binary::check(&file, length)?;
    copy.name_after(sha256).map_err(cannot)?;
    Ok(Staged {
        source: path.to_owned(),
        sha256,
        copy,
    })
}

/// A file that is removed when this is dropped.
#[derive(Debug)]
struct PrivateCopy(PathBuf);

impl PrivateCopy {
    /// Makes a file of a name that this process never used before.
    fn create(folder: &Path) -> io::Result<(Self, File)> {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        loop {
            let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            let path = folder.join(format!("{}-{number}.copy", std::process::id()));
            match rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR) {
                Ok(file) => return Ok((Self(path), File::from(file))),
                // Left by an earlier process of this number.
                Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Adds the digest to the name, for whoever reads a map of this process's memory.
    fn name_after(&mut self, sha256: Sha256) -> io::Result<()> {
        let stem = self.0.file_stem().unwrap_or_default().to_string_lossy();
        let suffix = std::env::consts::DLL_SUFFIX;
        let named = self.0.with_file_name(format!("{stem}-{sha256}{suffix}"));
        fs::rename(&self.0, &named)?;
        self.0 = named;
        Ok(())
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "a private copy could not be removed");
        }
    }
}

/// Copies everything, and returns how much it was and its digest.
fn transfer(
    mut from: &File,
    mut to: &File,
    cannot_write: impl Fn(io::Error) -> Refusal,
) -> Result<(u64, Sha256), Refusal> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return Ok((length, Sha256::from(<[u8; 32]>::from(hash.finalize())))),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Refusal::Unreadable(error)),
        };
        length += read as u64;
        if length > MAX_LIBRARY_BYTES {
            return Err(Refusal::TooLarge { found: length });
        }
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read]).map_err(&cannot_write)?;
    }
}

/// Makes the folder, for this user alone.
fn prepare(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = File::from(rustix::fs::open(folder, flags, Mode::empty())?);
    let metadata = opened.metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        opened.set_permissions(fs::Permissions::from_mode(0o700))?;
    }
    remove_leftovers(folder);
    Ok(())
}

/// Removes what killed processes left. Nothing depends on it, so no failure stops anything.
fn remove_leftovers(folder: &Path) {
    let is_leftover = |metadata: &Metadata| {
        let age = metadata
            .modified()
            .ok()
            .map(|at| SystemTime::now().duration_since(at));
        metadata.is_file() && matches!(age, Some(Ok(age)) if age > LEFTOVER_AGE)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry
            .metadata()
            .is_ok_and(|metadata| is_leftover(&metadata))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}
