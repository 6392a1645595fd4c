//! `compare.md`: a comparison to be read.

use std::fmt::Write as _;

use super::sections::{Dress, sections};
use super::{Across, Comparison};
use crate::report::Figure;
use crate::report::format::{percent, short_hash};
use crate::report::markdown::{code, escape, pipes};

const DRESS: Dress = Dress { name: code, plain: escape };

/// A comparison as Markdown, its figure beside it.
pub(super) fn markdown(comparison: &Comparison, figures: &[Figure]) -> String {
    let mut text = format!(
        "# Comparison\n\n{}; {}, protocol {}. Baseline: {}. Naming genres blindly reaches {} %.\n",
        escape(&comparison.dataset.title),
        escape(&comparison.protocol.name),
        code(&short_hash(&comparison.protocol.hash)),
        code(&comparison.entrants[comparison.baseline].name),
        percent(comparison.protocol.chance)
    );
    for section in sections(comparison, DRESS) {
        let _ = write!(text, "\n## {}\n\n", section.title);
        if let Some(grid) = &section.grid {
            text += &(pipes(grid) + "\n");
        }
        for item in &section.list {
            let _ = writeln!(text, "- {item}");
        }
        if !section.list.is_empty() && !section.text.is_empty() {
            text.push('\n');
        }
        for below in [section.text.as_str(), section.bold] {
            if !below.is_empty() {
                text += &format!("{below}\n");
            }
        }
    }
    text + &pictures(figures)
}

/// A comparison over data sets as Markdown.
pub(super) fn across(across: &Across, figures: &[Figure]) -> String {
    let mut text = format!("# Comparison over data sets\n\n{}\n", pipes(&across.grid()));
    for sentence in across.sentences(DRESS.name) {
        let _ = writeln!(text, "- {sentence}");
    }
    for (folder, title) in &across.data_sets {
        let _ = writeln!(text, "- {}: {}", escape(title), code(folder));
    }
    for note in &across.notes {
        let _ = writeln!(text, "- {}", escape(note));
    }
    text + &pictures(figures)
}

fn pictures(figures: &[Figure]) -> String {
    let mut text = String::new();
    for figure in figures {
        let (name, alt) = (&figure.name, escape(&figure.alt));
        let _ = write!(text, "\n![{alt}]({name}.svg)\n\n{} ([PNG]({name}.png))\n", figure.caption);
    }
    text
}
