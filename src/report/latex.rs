//! The comparison as a LaTeX table, for `\input` into a paper that loads `booktabs`.

use super::grid::Grid;

/// A `tabular` with rules of `booktabs`; a comment above it says what it needs.
pub fn latex(grid: &Grid) -> String {
    let columns: String =
        grid.columns.iter().map(|column| if column.number { 'r' } else { 'l' }).collect();
    let head: Vec<String> = grid.columns.iter().map(|column| escape(&column.title)).collect();
    let mut text = format!(
        "% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{} \\\\\n\\midrule\n",
        head.join(" & ")
    );
    for row in &grid.rows {
        let mut cells: Vec<String> = row.cells.iter().map(|cell| escape(cell)).collect();
        if let (true, Some(name)) = (row.emphasised, cells.first_mut()) {
            *name = format!("\\textbf{{{name}}}");
        }
        text += &cells.join(" & ");
        text += " \\\\\n";
    }
    text + "\\bottomrule\n\\end{tabular}\n"
}

/// Text whose letters mean themselves.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '–' => escaped.push_str("--"),
            '−' => escaped.push_str("$-$"),
            '→' => escaped.push_str("$\\to$"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escape, latex};
    use crate::report::{Table, grid, sample};

    #[test]
    fn a_table_has_a_line_for_every_row_and_no_bare_sign() {
        let text = latex(&grid::comparison(&Table::of(&sample::record()).unwrap()));
        assert_eq!(text.matches("\\\\\n").count(), 1 + 3 + 1);
        assert!(text.contains("macro F1 \\%"));
        let row = text.lines().find(|line| line.starts_with("\\textbf{forest}")).unwrap();
        assert_eq!(row.matches(" & ").count(), 10);
    }

    #[test]
    fn signs_are_letters() {
        assert_eq!(escape("a_b & 5 % <x> \\"), {
            "a\\_b \\& 5 \\% \\textless{}x\\textgreater{} \\textbackslash{}"
        });
    }
}
