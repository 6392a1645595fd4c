//! A report as one file that needs nothing else: drawings inlined, tables that can be sorted.

use std::fmt::Write as _;

use super::figures::Figure;
use super::format::{percent, short_hash};
use super::grid::Grid;
use super::inline::{self, escape};
use super::sections::{comparison, details, notices, stand_in};
use super::table::Table;
use crate::experiment::Record;

pub(super) const STYLE: &str = include_str!("html.css");
pub(super) const SCRIPT: &str = include_str!("html.js");
/// Cells with more letters take several lines.
const LONG: usize = 24;

/// The report as a page for a browser, in light or dark as the reader's system is.
pub fn html(record: &Record, table: &Table, figures: &[Figure]) -> String {
    let name = escape(&record.experiment.name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n<blockquote>{}</blockquote>\n",
        escape(record.experiment.question.trim())
    );
    let _ = writeln!(
        page,
        "<p>{}; {}, protocol <code>{}</code>. Naming genres blindly reaches {} %.</p>",
        escape(&record.dataset.title),
        escape(&record.protocol.name),
        escape(&short_hash(&record.protocol.hash)),
        percent(record.protocol.chance)
    );
    for warning in stand_in(record).iter().chain(&notices(record, table)) {
        let _ = writeln!(page, "<p class=\"notice\">{}</p>", inline::html(warning));
    }
    for section in comparison(record, table).iter().chain(&details(record, table)) {
        let _ = writeln!(page, "<h2>{}</h2>", inline::html(&section.title));
        page += &section.grid.as_ref().map_or(String::new(), sortable);
        let _ = writeln!(page, "<p class=\"soft\">{}</p>", inline::html(&section.text));
    }
    page += "<h2>Figures</h2>\n";
    for figure in figures {
        let _ = writeln!(
            page,
            "<figure role=\"img\" aria-label=\"{}\">\n{}<figcaption>{}</figcaption>\n</figure>",
            escape(&figure.alt),
            figure.svg,
            inline::html(&figure.caption)
        );
    }
    let _ = writeln!(
        page,
        "<h2>The experiment as it was written</h2>\n<pre>{}</pre>",
        escape(record.experiment.text.trim_end())
    );
    let made = &record.provenance;
    let _ = writeln!(
        page,
        "<footer>crossfold {} {}, {}, seed {}</footer>",
        escape(&made.version),
        escape(&made.commit),
        escape(&made.started),
        record.experiment.seed
    );
    page + "<script>\n" + SCRIPT + "</script>\n</body>\n</html>\n"
}

/// A table whose heads can be clicked.
pub(super) fn sortable(grid: &Grid) -> String {
    let mut text = String::from("<div class=\"wide\"><table>\n<thead><tr>");
    for column in &grid.columns {
        let class = if column.number { " class=\"number\"" } else { "" };
        let _ = write!(text, "<th{class}><button>{}</button></th>", escape(&column.title));
    }
    text += "</tr></thead>\n<tbody>\n";
    for row in &grid.rows {
        text += if row.emphasised { "<tr class=\"emphasised\">" } else { "<tr>" };
        for (cell, column) in row.cells.iter().zip(&grid.columns) {
            let class = match column.number {
                true => " class=\"number\"",
                false if cell.chars().count() > LONG => " class=\"long\"",
                false => "",
            };
            let _ = write!(text, "<td{class}>{}</td>", escape(cell));
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table></div>\n"
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::report::{Table, figures, sample};

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_runs_nobody_elses_script() {
        let mut record = sample::record();
        record.experiment.question = "Is <script>alert(1)</script> a genre?".into();
        record.contenders[1].name = "<img src=x onerror=alert(1)>".into();
        let table = Table::of(&record).unwrap();
        let page = html(&record, &table, &figures(&record, &table));
        assert!(!page.contains("<script>alert") && !page.contains("<img"));
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert_eq!(page.matches("<svg").count(), 7);
        for outside in ["src=\"", "href=\"", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
