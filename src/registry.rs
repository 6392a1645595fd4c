//! Closed sets: looking a name up, and saying what was probably meant.

/// The known name nearest to `given`, if it is near enough to be a slip of the pen.
///
/// Distance is Damerau-Levenshtein; at most a third of the letters may differ.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| {
            (strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase()), name)
        })
        .filter(|(distance, name)| distance * 3 <= name.len().max(given.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A sentence's ending that lists what is known and what was probably meant.
///
/// `expected one of a, b, c; did you mean a?`
pub fn expected<'a>(given: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let names: Vec<&str> = known.clone().into_iter().collect();
    let list = match names.as_slice() {
        [only] => format!("expected {only}"),
        _ => format!("expected one of {}", names.join(", ")),
    };
    match nearest(given, known) {
        Some(name) => format!("{list}; did you mean `{name}`?"),
        None => list,
    }
}

#[cfg(test)]
mod tests {
    use super::{expected, nearest};

    #[test]
    fn a_slip_is_named_and_a_stranger_is_not() {
        assert_eq!(nearest("dropuot", ["dropout", "hidden"]), Some("dropout"));
        assert_eq!(nearest("flute", ["dropout", "hidden"]), None);
        assert_eq!(
            expected("smv", ["svm", "knn"]),
            "expected one of svm, knn; did you mean `svm`?"
        );
    }
}
