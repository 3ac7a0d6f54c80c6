//! The file that a user put into a plugins folder: opened without following a link, and told apart
//! from everything that is no file.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, open};
use rustix::io::Errno;

use super::{Refusal, access};

/// The largest library that is loaded: forty times a plugin with its debug information.
pub const MAX_LIBRARY_BYTES: u64 = 512 * 1024 * 1024;

/// An open plugin file.
pub(super) struct Source {
    pub(super) file: File,
    stat: Stat,
}

impl Source {
    /// Opens a file to be read.
    pub(super) fn open(path: &Path) -> Result<Self, Refusal> {
        // NONBLOCK: opening a pipe must not wait for its writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(open(path, flags, Mode::empty()).map_err(refusal)?);
        let stat = fstat(&file).map_err(refusal)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(Refusal::Directory),
            _ => return Err(Refusal::Special),
        }
        match size(&stat) {
            0 => return Err(Refusal::Empty),
            found if found > MAX_LIBRARY_BYTES => return Err(Refusal::TooLarge { found }),
            _ => {}
        }
        access::check(path, &stat)?;
        Ok(Self { file, stat })
    }

    /// Refuses a file that was written to since it was opened, or from which not all was read.
    pub(super) fn check_unchanged(&self, read: u64) -> Result<(), Refusal> {
        let now = fstat(&self.file).map_err(refusal)?;
        let written = |stat: &Stat| (stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
        if written(&now) == written(&self.stat) && size(&now) == read {
            Ok(())
        } else {
            Err(Refusal::Changing)
        }
    }
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

fn refusal(errno: Errno) -> Refusal {
    match errno {
        Errno::NOENT | Errno::NOTDIR => Refusal::Missing,
        // What NOFOLLOW gives for a link.
        Errno::LOOP => Refusal::Symlink,
        // What sockets and devices without a driver give.
        Errno::NXIO | Errno::NODEV => Refusal::Special,
        other => Refusal::Unreadable(io::Error::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_that_is_written_to_while_it_is_read_is_refused() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(b"half").expect("written");
        let source = Source::open(file.path()).expect("it is a file");
        assert!(source.check_unchanged(4).is_ok());
        assert!(matches!(source.check_unchanged(3), Err(Refusal::Changing)));
        file.write_all(b" and half").expect("written");
        assert!(matches!(source.check_unchanged(13), Err(Refusal::Changing)));
    }

    #[test]
    fn a_device_is_no_file() {
        let refused = Source::open(Path::new("/dev/null")).err();
        assert!(matches!(refused, Some(Refusal::Special)));
    }
}
