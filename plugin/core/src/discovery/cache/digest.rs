//! Short names for things that must not be shown or can't stand in a file name.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The beginning of the SHA-256 of some texts, in hex.
pub(super) fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const BYTES: usize = 8;
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        // Texts don't run into each other.
        hash.update([0]);
    }
    let mut hex = String::with_capacity(2 * BYTES);
    for byte in hash.finalize().iter().take(BYTES) {
        // Writing to a string never fails.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
