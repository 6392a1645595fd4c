//! A copy of the published table, checked and put into its place.

use std::fmt::Write as _;
use std::fs;

use crossfold::dataset::Index;
use crossfold::features::columns;

use crate::common::{err, out};
use crate::run;

/// A table of the published form with other numbers.
fn table() -> String {
    let mut text = format!("filename,length,{},label\n", columns().join(","));
    for (number, track) in Index::gtzan().unwrap().tracks.values().enumerate() {
        write!(text, "{}.wav,661794", track.track).unwrap();
        for at in 0..57 {
            write!(text, ",{}.5", number + at).unwrap();
        }
        writeln!(text, ",{}", track.genre).unwrap();
    }
    text
}

#[test]
fn a_table_is_checked_and_put_where_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let place = |text: &str| {
        fs::write(folder.path().join("mine.csv"), text).unwrap();
        run(folder.path(), &["data", "fetch", "gtzan", "--table", "mine.csv"])
    };
    let whole = table();
    let refused = |text: &str| {
        let output = place(text);
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        err(&output)
    };
    let cut = whole.lines().take(600).collect::<Vec<_>>().join("\n");
    let messages = [
        refused(&cut),
        refused(&whole.replace("tempo", "pace")),
        refused(&whole.replacen("blues.00000.wav", "mine.wav", 1)),
        refused(&whole.replacen("blues.00001.wav", "blues.00000.wav", 1)),
        refused(&whole.replacen(",blues\n", ",jazz\n", 1)),
        refused(&whole.replacen("0.5", "fast", 1)),
        refused(""),
    ];
    insta::assert_snapshot!(messages.concat());
    assert!(!folder.path().join("data").exists(), "nothing is put there before it is right");
    let output = place(&whole);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    insta::assert_snapshot!(out(&output));
    let placed = folder.path().join("data/gtzan/features_30_sec.csv");
    assert_eq!(fs::read_to_string(&placed).unwrap(), whole);
    // The same again is no fault; another one does not replace it.
    assert_eq!(place(&whole).status.code(), Some(0));
    let said = refused(&whole.replacen("0.5", "1.5", 1));
    assert!(said.contains("move it away first"), "{said}");
    assert_eq!(fs::read_to_string(&placed).unwrap(), whole);
    let output = run(folder.path(), &["data", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("altered: the whole file"), "{}", out(&output));
    let output = run(folder.path(), &["data", "fetch", "gtzan-mini", "--table", "mine.csv"]);
    assert!(err(&output).contains("has no published table"), "{}", err(&output));
}
