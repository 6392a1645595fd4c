//! A table put into a file that people write, between two marks.

use super::{Error, Side, Table, beside, cost_in_words, grid, pipes};
use crate::experiment::Record;

/// `text` with everything between `<!-- crossfold: NAME -->` and `<!-- /crossfold -->` replaced by
/// `content`; `None` where the marks are not there. Doing it twice changes nothing more.
///
/// A README then shows what the program found, and nobody types a number:
///
/// ```
/// let readme = "# Results\n<!-- crossfold: dense -->\nold\n<!-- /crossfold -->\nThe end.\n";
/// let spliced = crossfold::report::splice(readme, "dense", "| new |").unwrap();
/// assert_eq!(
///     spliced,
///     "# Results\n<!-- crossfold: dense -->\n\n| new |\n\n<!-- /crossfold -->\nThe end.\n"
/// );
/// ```
pub fn splice(text: &str, name: &str, content: &str) -> Option<String> {
    let open = format!("<!-- crossfold: {name} -->");
    let (before, rest) = text.split_once(&open)?;
    let from = rest.find("<!-- /crossfold -->")?;
    // A mark that opens before this one closes belongs to another table.
    if rest[..from].contains("<!-- crossfold: ") {
        return None;
    }
    // Markdown takes lines behind a comment for a part of it unless an empty one parts them.
    Some(format!("{before}{open}\n\n{}\n\n{}", content.trim_end(), &rest[from..]))
}

/// The names of all tables that a text has marks for.
pub fn marks(text: &str) -> Vec<&str> {
    let opened = text.split("<!-- crossfold: ").skip(1);
    opened.filter_map(|rest| rest.split_once(" -->").map(|(name, _)| name)).collect()
}

/// The experiments whose records a table shows: one, or several side by side.
pub fn experiments(mark: &str) -> Vec<&str> {
    mark.split(BESIDE).collect()
}

/// What stands between the marks of these records: the table of one, or of several side by side with
/// what parts them in words; and the marks' name.
///
/// # Errors
/// When a record contradicts itself, or the records cannot stand side by side.
pub fn spliced(records: Vec<Record>) -> Result<(String, String), Error> {
    let names: Vec<String> = records.iter().map(|it| it.experiment.name.clone()).collect();
    let text = if let [record] = records.as_slice() {
        pipes(&grid::summary(&Table::of(record)?))
    } else {
        let sides = records.into_iter().map(Side::of).collect::<Result<Vec<_>, _>>()?;
        format!("{}\n{}", pipes(&beside(&sides)?), cost_in_words(&sides))
    };
    Ok((names.join(BESIDE), text))
}

/// Between the names of records that stand side by side.
const BESIDE: &str = " beside ";

#[cfg(test)]
mod tests {
    use super::{experiments, marks, splice};

    #[test]
    fn marks_name_their_experiments() {
        let text = "<!-- crossfold: a -->\n<!-- /crossfold -->\n<!-- crossfold: a beside b -->\n";
        assert_eq!(marks(text), ["a", "a beside b"]);
        assert_eq!(experiments("a beside b"), ["a", "b"]);
    }

    #[test]
    fn only_the_named_place_changes_and_a_second_time_nothing() {
        let text = "a\n<!-- crossfold: x -->\n<!-- /crossfold -->\nb\n<!-- crossfold: y -->\n1\n\
                    <!-- /crossfold -->\nc\n";
        let once = splice(text, "y", "2\n").unwrap();
        assert_eq!(splice(&once, "y", "2\n").unwrap(), once);
        assert!(once.starts_with("a\n<!-- crossfold: x -->\n<!-- /crossfold -->\nb\n"));
        assert!(once.ends_with("\n2\n\n<!-- /crossfold -->\nc\n"));
    }

    #[test]
    fn missing_or_unclosed_marks_are_no_place() {
        assert_eq!(splice("nothing", "x", "1"), None);
        assert_eq!(splice("<!-- crossfold: x -->\n", "x", "1"), None);
        let open = "<!-- crossfold: x -->\n<!-- crossfold: y -->\n<!-- /crossfold -->";
        assert_eq!(splice(open, "x", "1"), None);
    }
}
