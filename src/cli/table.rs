//! The comparison on a terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement};

use crate::experiment::Record;
use crate::report::Table;
use crate::report::grid::{Grid, summary};

/// The comparison as aligned text.
pub fn text(record: &Record, table: &Table) -> String {
    format!(
        "{}\n{} · {}\n\n{}\n",
        record.experiment.question,
        record.dataset.title,
        record.protocol.name,
        lay_out(&summary(table))
    )
}

/// A grid as aligned text.
pub fn lay_out(grid: &Grid) -> String {
    let cell = |at: usize, text: &str| {
        let number = grid.columns[at].number;
        let side = if number { CellAlignment::Right } else { CellAlignment::Left };
        Cell::new(text).set_alignment(side)
    };
    let mut laid_out = comfy_table::Table::new();
    laid_out.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let heads = grid.columns.iter().enumerate();
    laid_out.set_header(heads.map(|(at, column)| cell(at, &column.title)));
    for line in &grid.rows {
        laid_out.add_row(line.cells.iter().enumerate().map(|(at, text)| cell(at, text)));
    }
    let lines: Vec<String> = laid_out.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
