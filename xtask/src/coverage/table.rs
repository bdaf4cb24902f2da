//! A table whose cells are filled, or empty with the reason and the remedy.

use std::fmt;

pub(super) struct Table {
    /// The first is the rows' own name.
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) name: String,
    /// One for each column but the first.
    pub(super) cells: Vec<Cell>,
}

pub(super) type Cell = Result<String, Empty>;

/// What is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Empty {
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

impl Empty {
    pub(super) fn new(what: impl Into<String>, remedy: &'static str) -> Self {
        Self { what: what.into(), remedy }
    }

    /// One line that says where, what, and what to do.
    pub(super) fn line(&self, row: &str, column: &str) -> String {
        format!("{row}, {column}: {}: {}", self.what, self.remedy)
    }
}

impl Table {
    /// A line for each empty cell.
    pub(super) fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for row in &self.rows {
            for (column, cell) in self.columns.iter().skip(1).zip(&row.cells) {
                gaps.extend(cell.as_ref().err().map(|empty| empty.line(&row.name, column)));
            }
        }
        gaps
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads: Vec<&str> = self.columns.to_vec();
        let rows = self.rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| cell.as_deref().unwrap_or("EMPTY"));
            std::iter::once(row.name.as_str()).chain(cells).collect()
        });
        let lines: Vec<Vec<&str>> = std::iter::once(heads).chain(rows).collect();
        let width = |column: usize| {
            let lengths = lines.iter().filter_map(|line| line.get(column));
            lengths.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for line in &lines {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_their_head_and_empty_ones_are_named() {
        let filled = |text: &str| Ok(text.to_owned());
        let table = Table {
            columns: &["row", "type", "route"],
            rows: vec![
                Row { name: "a/long".to_owned(), cells: vec![filled("A"), filled("r.rs:1")] },
                Row {
                    name: "b".to_owned(),
                    cells: vec![filled("B"), Err(Empty::new("none", "add it"))],
                },
            ],
        };
        assert_eq!(
            table.to_string(),
            "row     type  route\na/long  A     r.rs:1\nb       B     EMPTY\n"
        );
        assert_eq!(table.gaps(), ["b, route: none: add it"]);
    }
}
