//! The host's `${VARIABLE}` inside strings; `$${VARIABLE}` stands for itself.

use super::environment::Environment;

/// The string with variables filled in and the last variable used, or the first that is unset.
pub(super) fn substitute<'t>(
    text: &'t str,
    environment: &Environment,
) -> Result<(String, Option<&'t str>), &'t str> {
    let mut filled = String::with_capacity(text.len());
    let mut used = None;
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        filled.push_str(&rest[..dollar]);
        let reference = &rest[dollar..];
        if let Some(name) = reference.strip_prefix("$$").and_then(braced) {
            filled.push_str(&reference[1..name.len() + 4]);
            rest = &reference[name.len() + 4..];
        } else if let Some(name) = reference.strip_prefix('$').and_then(braced) {
            filled.push_str(environment.variable(name).ok_or(name)?);
            used = Some(name);
            rest = &reference[name.len() + 3..];
        } else {
            filled.push('$');
            rest = &reference[1..];
        }
    }
    filled.push_str(rest);
    Ok((filled, used))
}

/// The name in `{NAME}`, if the text starts with one that the host would fill in.
fn braced(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_letter = |b: u8| b.is_ascii_uppercase() || b == b'_';
    let letters = |b: u8| is_letter(b) || b.is_ascii_digit();
    (is_letter(*name.as_bytes().first()?) && name.bytes().all(letters)).then_some(name)
}
