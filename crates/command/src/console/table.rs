//! Tables that people can read and `awk` can split: aligned columns without rules.

use std::fmt;

use comfy_table::{Table as Layout, presets};

use super::printable;

/// Columns between two cells.
const GAP: usize = 2;

/// The narrowest that a column is cut to, unless its heading is wider.
const NARROW: usize = 8;

/// Rows under a heading.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new<const COLUMNS: usize>(heading: [&str; COLUMNS]) -> Self {
        Self {
            heading: heading.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; an empty cell becomes `-`, so that columns can be counted.
    pub(crate) fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        let cells = cells.map(|cell| match cell.is_empty() {
            true => "-".to_owned(),
            false => printable(&cell),
        });
        self.rows.push(cells.to_vec());
    }

    /// Adds rows.
    pub(crate) fn with<const COLUMNS: usize>(
        mut self,
        rows: impl IntoIterator<Item = [String; COLUMNS]>,
    ) -> Self {
        rows.into_iter().for_each(|row| self.row(row));
        self
    }

    /// Makes each line `width` columns at most, if there is one to fit into.
    ///
    /// What is too much is cut from the right: texts for people are in the last columns, names that
    /// are typed again in the first. A last column of which nothing could be read is left out.
    pub(crate) fn fit(mut self, width: Option<usize>) -> Self {
        let Some(width) = width else {
            return self;
        };
        while self.heading.len() > 1 && self.narrowest() > width {
            self.heading.pop();
            for row in &mut self.rows {
                row.pop();
            }
        }
        let mut widths = self.widths();
        for column in (0..widths.len()).rev() {
            let excess = total(&widths).saturating_sub(width);
            let least = self.least(column, widths[column]);
            widths[column] = widths[column].saturating_sub(excess).max(least);
        }
        // one column alone, or one with a heading wider than all
        let excess = total(&widths).saturating_sub(width);
        if let Some(first) = widths.first_mut() {
            *first = first.saturating_sub(excess).max(1);
        }
        self.cut(&widths);
        self
    }

    /// The width of each column as it is.
    fn widths(&self) -> Vec<usize> {
        let of = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let all = cells.chain(self.heading.get(column));
            all.map(|cell| columns(cell)).max().unwrap_or_default()
        };
        (0..self.heading.len()).map(of).collect()
    }

    /// The least that a column is cut to, of its width: the first, by which a row is named, last.
    fn least(&self, column: usize, width: usize) -> usize {
        let heading = columns(&self.heading[column]);
        match column {
            0 => width.min(2 * NARROW),
            _ => width.min(heading.max(NARROW)),
        }
    }

    /// The width of the table with each column at its least.
    fn narrowest(&self) -> usize {
        let widths = self.widths().into_iter().enumerate();
        let least: Vec<_> = widths
            .map(|(column, width)| self.least(column, width))
            .collect();
        total(&least)
    }

    fn cut(&mut self, widths: &[usize]) {
        let rows = self.rows.iter_mut().chain([&mut self.heading]);
        for (cell, width) in rows.flat_map(|row| row.iter_mut().zip(widths)) {
            if columns(cell) > *width {
                let kept = cell.chars().take(width.saturating_sub(1));
                *cell = kept.chain(['…']).collect();
            }
        }
    }
}

/// How many columns of a terminal a text takes.
fn columns(text: &str) -> usize {
    text.chars().count()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layout = Layout::new();
        layout
            .load_preset(presets::NOTHING)
            .set_header(&self.heading);
        for column in layout.column_iter_mut() {
            column.set_padding((0, 2));
        }
        layout.add_rows(&self.rows);
        writeln!(f, "{}", layout.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn what_does_not_fit_is_cut_from_the_right() {
        let row = [
            "0f9k2m4q8s6t1v3x",
            "running",
            "a reason that is told at some length",
        ];
        let table = || Table::new(["ID", "STATE", "REASON"]).with([row.map(str::to_owned)]);
        assert_eq!(
            table().fit(Some(40)).to_string(),
            "ID                STATE    REASON\n\
             0f9k2m4q8s6t1v3x  running  a reason tha…\n"
        );
        assert_eq!(table().fit(None).to_string(), table().to_string());
        assert_eq!(
            table().fit(Some(30)).to_string(),
            "ID                STATE\n0f9k2m4q8s6t1v3x  running\n"
        );
    }

    proptest! {
        /// Every table is printed this way, whatever is in it.
        #[test]
        fn no_line_is_wider_than_the_terminal(
            cells in proptest::collection::vec("[ -~]{0,200}", 9 * 4), width in 10_usize..200,
        ) {
            let heading = ["LABEL", "LAST SUCCESS", "STATE", "DOCUMENTS", "WRITTEN", "VERSION",
                           "DIGEST", "MESSAGE", "REASON"];
            let rows = cells.chunks(9).map(|row| std::array::from_fn(|at| row[at].clone()));
            let table = Table::new(heading).with::<9>(rows).fit(Some(width)).to_string();
            for line in table.lines() {
                prop_assert!(columns(line) <= width, "{line}");
            }
        }
    }
}
