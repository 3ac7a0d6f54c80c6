//! Why a file is not loaded: one sentence each that says what is wrong, with which file, and what
//! to do.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use provider_interface::{INTERFACE_VERSION, ProviderError};

use super::Sha256;
use super::images::MAX_IMAGES;
use super::shorten::{shorten, shorten_path};
use super::source::MAX_LIBRARY_BYTES;

/// How much of a foreign text (of the system's loader, of a plugin) a sentence shows.
const SHOWN_DETAIL: usize = 130;

/// How much of a whole reason that another process gave.
const SHOWN_REASON: usize = 240;

/// Why a plugin file was not loaded.
#[derive(Debug, thiserror::Error)]
#[error("cannot load plugin {}: {refusal}", shorten_path(.path))]
pub struct LoadError {
    path: PathBuf,
    refusal: Box<Refusal>,
}

impl LoadError {
    pub(crate) fn new(path: &Path, refusal: Refusal) -> Self {
        Self {
            path: path.to_owned(),
            refusal: Box::new(refusal),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The reason.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// A command for a shell that helps, where one does.
    pub fn fix(&self) -> Option<String> {
        let quoted =
            |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
        let file = quoted(&self.path);
        match &*self.refusal {
            Refusal::Writable { .. } => Some(format!("chmod go-w {file}")),
            Refusal::Owner { .. } => Some(format!("sudo chown \"$(id -u)\" {file}")),
            Refusal::Linked { .. } => Some(format!("cp {file} {file}.new && mv {file}.new {file}")),
            Refusal::Folder { folder, .. } => Some(format!("chmod go-w {}", quoted(folder))),
            _ => None,
        }
    }
}

/// What is wrong with a plugin file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such file.
    #[error("there is no such file; put the library there or correct the path")]
    Missing,
    /// It can't be read.
    #[error("it can't be read ({0}); check the permissions of the file and its folders")]
    Unreadable(io::Error),
    /// It is a directory.
    #[error("it is a directory; name the library file in it")]
    Directory,
    /// It is a symbolic link.
    #[error("it is a symbolic link, which is never followed; put the library itself there")]
    Symlink,
    /// It is a pipe, a socket or a device.
    #[error("it is not a regular file; put the library itself there")]
    Special,
    /// It has no bytes.
    #[error("it is empty; copy the library again")]
    Empty,
    /// It is larger than [`MAX_LIBRARY_BYTES`].
    #[error(
        "it has {found} bytes, more than the {} that a plugin may have",
        MAX_LIBRARY_BYTES
    )]
    TooLarge {
        /// Its size.
        found: u64,
    },
    /// It belongs to somebody else.
    #[error("it belongs to user {uid}, who is neither you nor root; copy it to a folder of yours")]
    Owner {
        /// Whose it is.
        uid: u32,
    },
    /// Others may write to it.
    #[error("others may write to it (mode {mode:04o}); run chmod go-w on it")]
    Writable {
        /// Its permissions.
        mode: u32,
    },
    /// It has other names, by which it can be changed.
    #[error("it has {links} hard links, so it may be changed under another name; put a copy there")]
    Linked {
        /// How many names it has.
        links: u64,
    },
    /// Others may replace it.
    #[error(
        "others may change its folder {} (owner {uid}, mode {mode:04o}); run chmod go-w on that folder, or use another",
        shorten_path(.folder)
    )]
    Folder {
        /// The folder, or one above it.
        folder: PathBuf,
        /// Whose that is.
        uid: u32,
        /// Its permissions.
        mode: u32,
    },
    /// It changed while it was copied.
    #[error("it changed while it was read; try again when it has been written in full")]
    Changing,
    /// No private copy could be made.
    #[error("no private copy could be made in {}: {error}; check that folder", shorten_path(.folder))]
    Copy {
        /// Where.
        folder: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is text.
    #[error("it is text, not a shared library; put the library itself there")]
    Text,
    /// It is no library of this system's format.
    #[error("it is not a shared library of this system ({expected}); get the plugin built for it")]
    Foreign {
        /// The system's format.
        expected: &'static str,
    },
    /// It was built for another processor.
    #[error(
        "it was built for {found}, this machine is {expected}; get the plugin built for {expected}"
    )]
    Architecture {
        /// The library's.
        found: String,
        /// This machine's.
        expected: &'static str,
    },
    /// It is a program, an object file or a core dump.
    #[error("it is {found}, not a shared library; build the plugin as a cdylib")]
    Kind {
        /// What it is.
        found: &'static str,
    },
    /// It ends before what its headers announce.
    #[error("it is truncated: it has {found} bytes and needs {needed}; copy the library again")]
    Truncated {
        /// How long it is.
        found: u64,
        /// How long it has to be at least.
        needed: u64,
    },
    /// A part of it is missing, though its length is right.
    #[error(
        "it is damaged: {length} bytes from offset {offset}, in its section {section}, are zero; copy the library again"
    )]
    Hole {
        /// The section.
        section: String,
        /// Where the hole begins in the file.
        offset: u64,
        /// How long it is at least.
        length: u64,
    },
    /// Its headers contradict each other.
    #[error("it is damaged: {}; copy the library again", shorten(.0, SHOWN_DETAIL))]
    Damaged(String),
    /// Its content isn't the one that was pinned.
    #[error(
        "its sha256 is {found}, which is not the one that the config pins; put the pinned file there or correct the pin"
    )]
    Digest {
        /// Its digest.
        found: Sha256,
    },
    /// There is no signature beside it.
    #[error("its signature {} can't be read ({error}); sign it with minisign", shorten_path(.path))]
    Unsigned {
        /// The signature's file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Its signature isn't the maker's.
    #[error(
        "its signature is not good: {}; get the library and its .minisig again, or correct publicKey",
        shorten(.0, SHOWN_DETAIL)
    )]
    Signature(String),
    /// The embedding program gave no way to try it.
    #[error(
        "this gateway can't try it in a process of its own first; set trust to \"pinned\" with its sha256, or to \"signed\""
    )]
    Untried,
    /// No child process could try it.
    #[error("it can't be tried in a process of its own: {0}")]
    NoProbe(io::Error),
    /// It ended the process that tried it.
    #[error("it crashed with {} when it was opened in a process of its own; report it to its maker", signal_name(*.signal))]
    Crashed {
        /// The signal's number.
        signal: i32,
    },
    /// The process that tried it didn't come to an end.
    #[error(
        "it hung for {limit:?} when it was opened in a process of its own; report it to its maker"
    )]
    Hung {
        /// How long that process may take.
        limit: Duration,
    },
    /// The process that tried it refuses it.
    #[error("{}", shorten(.0, SHOWN_REASON))]
    Probe(String),
    /// The process that tried it said nothing that makes sense.
    #[error("it ended the process of its own in which it was opened; report it to its maker")]
    Silent,
    /// It doesn't have the symbol that plugins have.
    #[error(
        "it is a shared library but not a provider plugin: it has no root module of the provider interface"
    )]
    NoEntry,
    /// As many libraries have been opened as a process may.
    #[error(
        "restart required: this process has opened {MAX_IMAGES} different plugin files, the most it may; restart the gateway to load this one"
    )]
    TooManyImages,
    /// The system's loader refuses it.
    #[error("the system can't open it: {}; {}", shorten(.0, SHOWN_DETAIL), advice(.0))]
    System(String),
    /// Its plugin mechanism is another.
    #[error(
        "it was built with an incompatible version of abi_stable; rebuild it against interface {INTERFACE_VERSION}"
    )]
    Mechanism,
    /// Its interface is of another version.
    #[error(
        "it was built against interface {found}, this gateway has {gateway}; get a build for {gateway}"
    )]
    Version {
        /// The plugin's interface.
        found: String,
        /// The gateway's.
        gateway: &'static str,
    },
    /// Its types are laid out in another way.
    #[error(
        "its interface {interface} is laid out differently from this gateway's {gateway}: {}; rebuild it",
        shorten(.difference, SHOWN_DETAIL)
    )]
    Layout {
        /// The plugin's interface.
        interface: String,
        /// The gateway's.
        gateway: &'static str,
        /// The type and field, what was expected and what was found.
        difference: String,
    },
    /// It gives no layout to check.
    #[error(
        "it leaves out its layout, so it can't be checked; export it with export_root_module alone"
    )]
    Unchecked,
    /// It can't make its root module.
    #[error("its root module failed to start: {}; report it to its maker", shorten(.0, SHOWN_DETAIL))]
    RootModule(String),
    /// It can't say what it is.
    #[error("it can't say what it is: {}; report it to its maker", shorten(&.0.message, SHOWN_DETAIL))]
    Info(ProviderError),
    /// What it says of itself makes no sense.
    #[error("what it says of itself makes no sense: {}; report it to its maker", shorten(.0, SHOWN_DETAIL))]
    Nonsense(String),
}

impl Refusal {
    /// Whether it may be the system's trouble of the moment rather than the file's.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_) | Self::Copy { .. } | Self::NoProbe(_) | Self::Changing
        ) || matches!(self, Self::Crashed { signal } if *signal == libc::SIGKILL)
    }
}

/// The names of signals that end a process which goes wrong.
fn signal_name(signal: i32) -> Cow<'static, str> {
    const NAMES: [(i32, &str); 7] = [
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGTRAP, "SIGTRAP"),
    ];
    let name = NAMES.iter().find(|(number, _)| *number == signal);
    name.map_or_else(
        || Cow::Owned(format!("signal {signal}")),
        |(_, name)| Cow::Borrowed(*name),
    )
}

/// What helps against a complaint of the system's loader.
fn advice(complaint: &str) -> &'static str {
    if complaint.contains("cannot open shared object file") {
        "install what it needs"
    } else if complaint.contains("failed to map") {
        "keep the state folder where files may be executed"
    } else {
        "get the plugin built for this system"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_sentence_stays_under_400_characters() {
        let (long, io) = ("x".repeat(5000), || {
            io::Error::other("a reason that is not short")
        });
        let path = PathBuf::from(&long);
        let info = ProviderError::new(provider_interface::ErrorKind::Internal, &long);
        let refusals = [
            Refusal::Unreadable(io()),
            Refusal::Copy {
                folder: path.clone(),
                error: io(),
            },
            Refusal::TooManyImages,
            Refusal::Folder {
                folder: path.clone(),
                uid: u32::MAX,
                mode: 0o7777,
            },
            Refusal::System(long.clone()),
            Refusal::Damaged(long.clone()),
            Refusal::Layout {
                interface: "10.20.30".to_owned(),
                gateway: "10.20.30",
                difference: long.clone(),
            },
            Refusal::Probe(long.clone()),
            Refusal::Signature(long.clone()),
            Refusal::Unsigned {
                path: path.clone(),
                error: io(),
            },
            Refusal::RootModule(long.clone()),
            Refusal::Info(info),
            Refusal::Nonsense(long.clone()),
            Refusal::Hole {
                section: ".eh_frame_hdr".to_owned(),
                offset: u64::MAX,
                length: u64::MAX,
            },
        ];
        for refusal in refusals {
            let sentence = LoadError::new(&path, refusal).to_string();
            assert!(sentence.chars().count() < 400, "{sentence}");
        }
    }
}
