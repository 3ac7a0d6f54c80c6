//! What a library must show before any of its code runs, beside owner and permissions.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use minisign_verify::{PublicKey, Signature};

use super::{Refusal, Sha256};

/// The proof that is asked of a plugin file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// None but owner and permissions of file and folder.
    Permissions,
    /// This digest.
    Digest(Sha256),
    /// A signature `libNAME.so.minisig` beside it, by this key (the base64 line of minisign's public
    /// key).
    Signature(String),
}

/// A signature has four short lines.
const MAX_SIGNATURE_BYTES: u64 = 4096;

/// How much is read at once.
const CHUNK: usize = 128 * 1024;

/// Checks a private copy of `source`; none of its code has run.
pub(super) fn check(
    proof: &Proof,
    source: &Path,
    image: &Path,
    sha256: Sha256,
) -> Result<(), Refusal> {
    match proof {
        Proof::Permissions => Ok(()),
        Proof::Digest(pinned) if *pinned == sha256 => Ok(()),
        Proof::Digest(_) => Err(Refusal::Digest { found: sha256 }),
        Proof::Signature(key) => signature(key, source, image),
    }
}

fn signature(key: &str, source: &Path, image: &Path) -> Result<(), Refusal> {
    let bad = |reason: &dyn std::fmt::Display| Refusal::Signature(reason.to_string());
    let key = PublicKey::from_base64(key).map_err(|error| bad(&format!("public key: {error}")))?;
    let signature = signature_of(source)?;
    let mut verifier = key.verify_stream(&signature).map_err(|error| bad(&error))?;
    let mut copy = File::open(image).map_err(Refusal::Unreadable)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        match copy.read(&mut chunk) {
            Ok(0) => return verifier.finalize().map_err(|error| bad(&error)),
            Ok(read) => verifier.update(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Refusal::Unreadable(error)),
        }
    }
}

fn signature_of(source: &Path) -> Result<Signature, Refusal> {
    let mut name = source.as_os_str().to_owned();
    name.push(".minisig");
    let path = PathBuf::from(name);
    let mut text = String::new();
    let read =
        File::open(&path).and_then(|file| file.take(MAX_SIGNATURE_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => Signature::decode(&text).map_err(|error| Refusal::Signature(error.to_string())),
        Err(error) => Err(Refusal::Unsigned { path, error }),
    }
}
