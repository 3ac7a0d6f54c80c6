//! Whether a file is a plugin library of this machine, judged without running any of it. A
//! truncated or holed library may open and crash later, or crash while it is opened.

#[cfg(not(target_os = "macos"))]
mod elf;
#[cfg(not(target_os = "macos"))]
mod holes;
#[cfg(target_os = "macos")]
mod macho;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use abi_stable::library::ROOT_MODULE_LOADER_NAME;

use super::Refusal;

#[cfg(not(target_os = "macos"))]
use elf as format;
#[cfg(target_os = "macos")]
use macho as format;

/// How much of a file is looked at to tell what it is.
const BEGINNING: usize = 4096;

/// Checks a file of the given length.
pub(super) fn check(file: &File, length: u64) -> Result<(), Refusal> {
    let mut beginning = [0; BEGINNING];
    let wanted = usize::try_from(length).map_or(BEGINNING, |length| length.min(BEGINNING));
    let beginning = &mut beginning[..wanted];
    file.read_exact_at(beginning, 0).map_err(unreadable)?;
    if !format::is_format(beginning) {
        return Err(if is_text(beginning) {
            Refusal::Text
        } else {
            Refusal::Foreign {
                expected: format::NAME,
            }
        });
    }
    format::check(file, beginning, length)
}

/// A reader for the `object` crate, which reads only what is asked for.
fn reader(file: &File) -> Result<object::ReadCache<File>, Refusal> {
    Ok(object::ReadCache::new(
        file.try_clone().map_err(unreadable)?,
    ))
}

/// The private copy is ours: what fails here is the disk.
fn unreadable(error: io::Error) -> Refusal {
    Refusal::Unreadable(error)
}

fn damaged(error: object::Error) -> Refusal {
    Refusal::Damaged(error.to_string())
}

/// Whether an exported symbol is the one by which abi_stable finds a library's root module.
fn is_entry(symbol: &[u8]) -> bool {
    symbol == ROOT_MODULE_LOADER_NAME.as_bytes()
}

fn is_text(beginning: &[u8]) -> bool {
    let text = match std::str::from_utf8(beginning) {
        Ok(text) => text,
        // A character that the end of the sample cut in two.
        Err(error) if error.error_len().is_none() => {
            let whole = &beginning[..error.valid_up_to()];
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1b');
    !text.is_empty() && text.chars().all(printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_binary() {
        assert!(is_text("#!/bin/sh\necho Grüße\n".as_bytes()));
        assert!(is_text(
            &"ü".as_bytes()[..1]
                .repeat(0)
                .into_iter()
                .chain(*b"cut: \xc3")
                .collect::<Vec<_>>()
        ));
        assert!(!is_text(b"MZ\x90\0\x03"));
        assert!(!is_text(b"\xff\xfe"));
        assert!(!is_text(b""));
    }
}
