//! Tables for people: aligned columns, nothing drawn around them.

use comfy_table::{Table, presets};
use unicode_width::UnicodeWidthChar as _;

/// A table with these column heads.
pub(super) fn with_header<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// The table's text with a line for each row, cut at the terminal's edge if there is one.
pub(super) fn one_line_rows(table: &Table) -> String {
    let whole = table.trim_fmt();
    let Some(width) = table.width() else {
        return whole;
    };
    let lines = whole.lines().map(|line| cut(line, usize::from(width)));
    lines.collect::<Vec<_>>().join("\n")
}

/// As much of a line as fits into that many columns, with a sign where it was cut.
fn cut(line: &str, columns: usize) -> String {
    let mut end = 0;
    let mut taken = 0;
    for (index, character) in line.char_indices() {
        if taken < columns {
            end = index;
        }
        taken += character.width().unwrap_or(0);
        if taken > columns {
            return format!("{}…", &line[..end]);
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_the_edge_and_never_within_a_character() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
