//! Tables for people: aligned columns, nothing drawn around them.

use comfy_table::{Table, presets};

/// A table with these column heads.
pub(super) fn with_header<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}
