//! A library like any other.

/// What it has instead of a root module.
#[expect(unsafe_code, reason = "a C function has an unmangled name")]
#[unsafe(no_mangle)]
pub extern "C" fn add(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}
