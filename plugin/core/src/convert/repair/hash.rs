//! A hash for made-up names: the same in every run and on every machine, so that what the service
//! has cached is found again. (FNV-1a, 64 bits, with a last mix.)

/// Hashes a text; another `salt` gives another hash.
pub(super) fn hash(text: &str, salt: u64) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = text.bytes().chain(salt.to_le_bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    // FNV's high bits change little with the last bytes.
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
