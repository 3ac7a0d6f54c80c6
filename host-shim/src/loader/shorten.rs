//! Texts and paths of others as parts of our sentences, which stay short.

use std::borrow::Cow;
use std::path::Path;

/// How much of a path a sentence shows: with the longest reason it stays under 400 characters.
const SHOWN_PATH: usize = 120;

/// A foreign text as part of a sentence: one line, and no longer than that.
pub(crate) fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    let one_line = !text.contains(|c: char| c.is_control());
    if one_line && text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let text = text.replace(|c: char| c.is_control(), " ");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().nth(most).is_none() {
        return Cow::Owned(words);
    }
    let mut start: String = words.chars().take(most.saturating_sub(1)).collect();
    start.push('…');
    Cow::Owned(start)
}

/// A path as part of a sentence; of a long one its end, which tells more.
pub(crate) fn shorten_path(path: &Path) -> String {
    let text = path.display().to_string();
    let text = text.replace(|c: char| c.is_control(), "\u{fffd}");
    let length = text.chars().count();
    if length <= SHOWN_PATH {
        return text;
    }
    let end: String = text.chars().skip(length - SHOWN_PATH + 1).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_text_becomes_one_short_line() {
        assert_eq!(shorten("one\n  two\tthree", 20), "one two three");
        assert_eq!(shorten("four five", 6), "four …");
        assert_eq!(shorten("as it is", 8), "as it is");
    }
}
