//! Names of contenders as names of files.

/// One file name for each name, without ending: letters, digits, `-`, `_` and `.` only, none twice
/// even where large and small letters are the same.
pub(super) fn file_names(names: &[&str]) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let plain = plain(name);
        let mut candidate = plain.clone();
        let mut number = 2;
        while taken.iter().any(|it| it.eq_ignore_ascii_case(&candidate)) {
            candidate = format!("{plain}-{number}");
            number += 1;
        }
        taken.push(candidate);
    }
    taken
}

fn plain(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars().take(80) {
        if letter.is_ascii_alphanumeric() || "-_.".contains(letter) {
            text.push(letter);
        } else if !text.ends_with('-') {
            text.push('-');
        }
    }
    let text = text.trim_matches(['-', '.']);
    if text.is_empty() { "contender".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::file_names;

    #[test]
    fn names_become_file_names_that_differ() {
        assert_eq!(
            file_names(&["svm", "../etc/passwd", "a b", "A/b", "a-b-2", "日本", "声"]),
            ["svm", "etc-passwd", "a-b", "A-b-2", "a-b-2-2", "contender", "contender-2"]
        );
    }
}
