//! Tables for people: aligned columns, nothing drawn around them.

use comfy_table::{ContentArrangement, Table, presets};

/// A table with these column heads.
pub(super) fn with_header<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// The table's text with a line for each row; on a terminal, cells are cut so that it fits.
pub(super) fn one_line_rows(table: &mut Table) -> String {
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator("…");
    for row in table.row_iter_mut() {
        row.max_height(1);
    }
    table.trim_fmt()
}
