//! Tables that people can read and `awk` can split: aligned columns without rules.

use std::fmt;

use comfy_table::{Table as Layout, presets};

use super::printable;

/// Rows under a heading.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new<const COLUMNS: usize>(heading: [&str; COLUMNS]) -> Self {
        let mut layout = Layout::new();
        layout.load_preset(presets::NOTHING).set_header(heading);
        for column in layout.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self { layout }
    }

    /// Adds a row; an empty cell becomes `-`, so that columns can be counted.
    pub(crate) fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.layout.add_row(cells.map(|cell| match cell.is_empty() {
            true => "-".to_owned(),
            false => printable(&cell),
        }));
    }

    /// Adds rows.
    pub(crate) fn with<const COLUMNS: usize>(
        mut self,
        rows: impl IntoIterator<Item = [String; COLUMNS]>,
    ) -> Self {
        rows.into_iter().for_each(|row| self.row(row));
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.layout.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_without_trailing_space() {
        let rows = [["a", "v1"], ["a-long-one", ""]].map(|row| row.map(str::to_owned));
        let table = Table::new(["PATH", "VERSION"]).with(rows);
        assert_eq!(
            table.to_string(),
            "PATH        VERSION\na           v1\na-long-one  -\n"
        );
    }
}
