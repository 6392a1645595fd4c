//! Whether an experiment file still asks what its record answers: in meaning, not in words.
//!
//! Comments, order of keys and notation may change. So may the words about a model, as when a default
//! is written out, as long as every parameter comes to the value in the record.

use serde_json::{Map, Value};

use super::described::{Said, said};
use super::parse::Experiment;
use super::record::{ContenderFacts, Record};

/// How a file differs from the one a record was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// It means the same, whatever the words.
    Same,
    /// Its models are said in other words; [`restated`] tells whether they are the same models.
    Models,
    /// It asks something else.
    Other,
}

/// Compares the texts of two experiment files.
pub fn wording(before: &str, now: &str) -> Wording {
    let (Some((before, models_before)), Some((now, models_now))) = (parted(before), parted(now))
    else {
        return Wording::Other;
    };
    match (before == now, models_before == models_now) {
        (true, true) => Wording::Same,
        (true, false) => Wording::Models,
        (false, _) => Wording::Other,
    }
}

/// What a file says, and what of it is about models; `None` where it is no map.
fn parted(text: &str) -> Option<(Value, Option<Value>)> {
    let mut all: Value = serde_yaml::from_str(text).ok()?;
    let models = all.as_object_mut()?.remove("models");
    Some((all, models))
}

/// Whether an experiment asks what a record answers.
pub fn asks_the_same(record: &Record, now: &Experiment) -> bool {
    match wording(&record.experiment.text, &now.file.text) {
        Wording::Same => true,
        Wording::Models => restated(record, now).is_empty(),
        Wording::Other => false,
    }
}

/// What an experiment no longer says of contenders as its record does, each in a sentence.
pub fn restated(before: &Record, now: &Experiment) -> Vec<String> {
    let was: Vec<&str> = before.contenders.iter().map(|it| it.name.as_str()).collect();
    let is: Vec<&str> = now.contenders.iter().map(|it| it.name.as_str()).collect();
    if was != is {
        let [was, is] = [was, is].map(|names| names.join(", "));
        return vec![format!("the contenders changed: {was} in the record, {is} now")];
    }
    let pairs = before.contenders.iter().zip(&now.contenders);
    pairs.filter_map(|(was, is)| changed(was, &said(now, is))).collect()
}

/// The first thing that differs of a contender.
fn changed(was: &ContenderFacts, is: &Said) -> Option<String> {
    let name = &was.name;
    let differs = |what: &str, was: &str, is: &str| {
        (was != is).then(|| format!("{name}: {what} is {is} now, and {was} in the record"))
    };
    let empty = Map::new();
    let [before, now] =
        [&was.parameters, &is.parameters].map(|it| it.as_object().unwrap_or(&empty));
    let parameter = |key: &String| {
        let of = |map: &Map<String, Value>| {
            map.get(key).map_or_else(|| "not there".to_owned(), ToString::to_string)
        };
        differs(&format!("`{key}`"), &of(before), &of(now))
    };
    differs("its model", &was.model, &is.model)
        .or_else(|| differs("its feature set", &was.features, &is.features))
        .or_else(|| before.keys().chain(now.keys()).find_map(parameter))
}

#[cfg(test)]
mod tests {
    use super::{Wording, wording};

    #[test]
    fn comments_order_and_notation_do_not_matter_and_all_else_does() {
        let file = "seed: 1\nmodels:\n  - knn: { k: 1 }\n";
        let same = "# Why.\nmodels: [knn: {k: 1}]\nseed: 1\n";
        assert_eq!(wording(file, same), Wording::Same);
        assert_eq!(wording(file, &file.replace("k: 1", "k: 2")), Wording::Models);
        assert_eq!(wording(file, &file.replace("seed: 1", "seed: 2")), Wording::Other);
        assert_eq!(wording(file, "- no experiment"), Wording::Other);
    }
}
