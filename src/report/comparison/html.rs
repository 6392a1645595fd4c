//! A comparison as one page that needs nothing else.

use std::fmt::Write as _;

use super::sections::{Dress, sections};
use super::{Across, Comparison};
use crate::report::Figure;
use crate::report::format::{percent, short_hash};
use crate::report::html::{SCRIPT, STYLE, sortable};
use crate::report::inline::escape;

const DRESS: Dress = Dress { name: code, plain: escape };

fn code(name: &str) -> String {
    format!("<code>{}</code>", escape(name))
}

/// A comparison as a page for a browser.
pub(super) fn html(comparison: &Comparison, figures: &[Figure]) -> String {
    let mut body = format!(
        "<p>{}; {}, protocol {}. Baseline: {}. Naming genres blindly reaches {} %.</p>\n",
        escape(&comparison.dataset.title),
        escape(&comparison.protocol.name),
        code(&short_hash(&comparison.protocol.hash)),
        code(&comparison.entrants[comparison.baseline].name),
        percent(comparison.protocol.chance)
    );
    for section in sections(comparison, DRESS) {
        let _ = writeln!(body, "<h2>{}</h2>", section.title);
        body += &section.grid.as_ref().map_or(String::new(), sortable);
        body += &list(&section.list);
        let _ = writeln!(body, "<p>{} {}</p>", section.text, section.bold);
    }
    page("Comparison", &body, figures)
}

/// A comparison over data sets as a page for a browser.
pub(super) fn across(across: &Across, figures: &[Figure]) -> String {
    let mut items = across.sentences(DRESS.name);
    let sets = across.data_sets.iter();
    items.extend(sets.map(|(folder, title)| format!("{}: {}", escape(title), code(folder))));
    items.extend(across.notes.iter().map(|note| escape(note)));
    let body = sortable(&across.grid()) + &list(&items);
    page("Comparison over data sets", &body, figures)
}

fn list(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    format!("<ul>\n{items}</ul>\n")
}

fn page(title: &str, body: &str, figures: &[Figure]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}"
    );
    for figure in figures {
        let _ = writeln!(
            page,
            "<figure role=\"img\" aria-label=\"{}\">\n{}<figcaption>{}</figcaption>\n</figure>",
            escape(&figure.alt),
            figure.svg,
            escape(&figure.caption)
        );
    }
    page + "<script>\n" + SCRIPT + "</script>\n</body>\n</html>\n"
}
