//! What a library must show before any of its code runs.

use super::node::{Node, name, one_of};
use super::reader::{Reader, quoted};

/// Which proof is asked of a plugin file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// Owner and modes of file and folder.
    #[default]
    Permissions,
    /// Besides, the digest given as `sha256`.
    Pinned,
    /// Besides, a minisign signature `libNAME.so.minisig` beside the library, by this key.
    Signed {
        /// The base64 line of the public key.
        public_key: String,
    },
}

/// The keys about trust in a plugin's config; the same for every plugin.
pub(super) struct Guard {
    pub(super) trust: Trust,
    pub(super) version: Option<String>,
    pub(super) sha256: Option<String>,
}

impl Guard {
    pub(super) fn read(config: &mut Reader<'_>) -> Self {
        let mode = config.read("trust", one_of(&["permissions", "pinned", "signed"]));
        let sha256 = config.read("sha256", sha256);
        let public_key = config.read("publicKey", public_key);
        let trust = match (mode, public_key) {
            (Some("pinned"), _) => {
                if !config.has("sha256") {
                    let hint = "add sha256 beside it, as printed by sha256sum";
                    config.complain("trust", "\"pinned\" needs the library's digest", hint);
                }
                Trust::Pinned
            }
            (Some("signed"), Some(public_key)) => Trust::Signed { public_key },
            (Some("signed"), None) => {
                if !config.has("publicKey") {
                    let hint = "add publicKey beside it, the second line of minisign.pub";
                    config.complain("trust", "\"signed\" needs the signer's key", hint);
                }
                Trust::Pinned
            }
            _ => Trust::Permissions,
        };
        Self {
            trust,
            version: config.read("version", version),
            sha256,
        }
    }
}

/// A SHA-256 digest, as lower-case hexadecimal digits.
fn sha256(node: &Node<'_>) -> Option<String> {
    let value = name(node)?;
    if value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(value.to_ascii_lowercase());
    }
    node.refuse(
        "not a SHA-256 digest".to_owned(),
        "write its 64 hexadecimal digits",
    )
}

/// The version's name is a folder's name as well, so nothing that leads elsewhere.
fn version(node: &Node<'_>) -> Option<String> {
    let value = name(node)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    if value.starts_with(|first: char| first.is_ascii_digit()) && value.bytes().all(plain) {
        return Some(value);
    }
    let sentence = format!("{} is not a version", quoted(&value));
    node.refuse(sentence, "write it like \"1.2.0\"")
}

/// A minisign public key: its base64 line, or the whole file with the comment above it.
fn public_key(node: &Node<'_>) -> Option<String> {
    // 42 bytes: algorithm "Ed", key id, key.
    const LENGTH: usize = 56;
    let value = name(node)?;
    let line = value.lines().last().unwrap_or_default().trim();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if line.len() == LENGTH && line.starts_with("RW") && line.bytes().all(base64) {
        return Some(line.to_owned());
    }
    let hint = "write the second line of minisign.pub, which begins with RW";
    node.refuse("not a minisign public key".to_owned(), hint)
}
