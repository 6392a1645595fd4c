//! Text and tables as Markdown that is also good to read as it stands.

use super::grid::Grid;

/// A table with aligned pipes.
pub fn pipes(grid: &Grid) -> String {
    let head: Vec<String> = grid.columns.iter().map(|column| escape(&column.title)).collect();
    let body: Vec<Vec<String>> = grid
        .rows
        .iter()
        .map(|row| {
            let mut cells: Vec<String> = row.cells.iter().map(|cell| within(cell)).collect();
            if let (true, Some(name)) = (row.emphasised, cells.first_mut()) {
                *name = format!("**{name}**");
            }
            cells
        })
        .collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = body.iter().map(|row| &row[column]).chain([&head[column]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        })
        .collect();
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            cells
                .iter()
                .zip(&widths)
                .zip(&grid.columns)
                .map(|((cell, &width), column)| {
                    if column.number {
                        format!("{cell:>width$}")
                    } else {
                        format!("{cell:<width$}")
                    }
                })
                .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> = widths
        .iter()
        .zip(&grid.columns)
        .map(|(&width, column)| {
            let dashes = "-".repeat(width - 1);
            if column.number { format!("{dashes}:") } else { format!(":{dashes}") }
        })
        .collect();
    let mut text = line(&head) + &line(&rule);
    for row in &body {
        text += &line(row);
    }
    text
}

/// Text whose letters mean themselves where it begins no line, as in a table: no quote, no list.
fn within(cell: &str) -> String {
    let escaped = escape(cell);
    let opens = cell.starts_with(['>', '+', '-']);
    if opens { escaped[1..].to_owned() } else { escaped }
}

/// Text whose letters mean themselves, on one line.
pub(super) fn escape(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut escaped = String::new();
    for (position, &letter) in letters.iter().enumerate() {
        let word = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric())
        };
        let special = match letter {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => true,
            // Only before these does `<` open a tag.
            '<' => letters
                .get(position + 1)
                .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
            '&' => word(Some(position + 1)) || letters.get(position + 1) == Some(&'#'),
            // Within a word an underscore is only an underscore.
            '_' => !(word(position.checked_sub(1)) && word(Some(position + 1))),
            '#' | '+' | '-' | '=' | '>' => position == 0,
            '.' | ')' => {
                position > 0
                    && letters[..position].iter().all(char::is_ascii_digit)
                    && letters.get(position + 1).is_none_or(|next| next.is_whitespace())
            }
            _ => false,
        };
        if letter.is_control() {
            escaped.push(' ');
            continue;
        }
        if special {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Text between backticks, as many as it takes.
pub(super) fn code(text: &str) -> String {
    let fence = fence(text, 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    format!("{fence}{space}{text}{space}{fence}")
}

/// Lines as they stand, in a block of their own.
pub(super) fn block(language: &str, text: &str) -> String {
    let fence = fence(text, 3);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// A run of backticks longer than any in `text`.
fn fence(text: &str, least: usize) -> String {
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(least.max(longest + 1))
}

#[cfg(test)]
mod tests {
    use super::{block, code, escape};

    #[test]
    fn what_markdown_would_take_for_a_sign_stays_a_letter() {
        assert_eq!(escape("zero_crossings"), "zero_crossings");
        assert_eq!(escape("_bold_ *a* | [x](y) <b> `c`"), {
            "\\_bold\\_ \\*a\\* \\| \\[x\\](y) \\<b> \\`c\\`"
        });
        assert_eq!(escape("# 1"), "\\# 1");
        assert_eq!(escape("75.8"), "75.8");
        assert_eq!(escape("<0.001"), "<0.001");
        assert_eq!(escape("1. one\ntwo"), "1\\. one two");
        assert_eq!(escape("R&B, r & b"), "R\\&B, r & b");
        assert_eq!(escape("ритм-ÅÄÖ"), "ритм-ÅÄÖ");
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(block("yaml", "a: |\n  ```\n"), "````yaml\na: |\n  ```\n````\n");
    }
}
