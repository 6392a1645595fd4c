//! Missing, altered and unlisted, told apart.

use std::fs;

use crate::archives::{of, tracks};
use crate::common::{err, out};
use crate::{fetch, folder, run};

#[test]
fn missing_altered_and_unlisted_are_three_words_and_a_fetch_mends_the_first_two() {
    let archive = of(&tracks());
    let folder = folder(&archive, &[]);
    let path = folder.path();
    let verify = |more: &[&str]| {
        run(path, &[&["data", "verify", "gtzan", "--manifest", "manifest.json"], more].concat())
    };
    let output = verify(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("`crossfold data fetch gtzan` gets it"), "{}", err(&output));
    fs::write(path.join("archive.tar.gz"), &archive).unwrap();
    let from = ["--from", "archive.tar.gz"];
    assert_eq!(fetch(path, &from).status.code(), Some(0));
    let output = verify(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let right = "data/gtzan/genres: 12 as listed, 0 missing, 0 altered, 0 unlisted";
    assert!(out(&output).contains(right), "{}", out(&output));
    let sound = path.join("data/gtzan/genres");
    fs::remove_file(sound.join("blues/blues.00061.wav")).unwrap();
    let altered = sound.join("blues/blues.00062.wav");
    let mut bytes = fs::read(&altered).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&altered, &bytes).unwrap();
    fs::write(sound.join("blues/mine.wav"), "mine").unwrap();
    let output = verify(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    for line in [
        "10 as listed, 1 missing, 1 altered, 1 unlisted",
        "  missing: blues/blues.00061.wav",
        "  altered: blues/blues.00062.wav",
        "  unlisted: blues/mine.wav",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let json: serde_json::Value = serde_json::from_str(&out(&verify(&["--json"]))).unwrap();
    assert_eq!(json["holds"], false);
    assert_eq!(json["found"][0]["altered"][0], "blues/blues.00062.wav");
    let output = fetch(path, &from);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("2 of 12 listed files are missing"), "{}", err(&output));
    let said = out(&verify(&[]));
    assert!(said.contains("12 as listed, 0 missing, 0 altered, 1 unlisted"), "{said}");
    assert_eq!(fs::read_to_string(sound.join("blues/mine.wav")).unwrap(), "mine");
}

#[test]
fn sound_from_elsewhere_is_held_to_the_names_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["blues/blues.00000.wav", "blues/other.wav"] {
        let path = folder.path().join("data/genres").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let output = run(folder.path(), &["data", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    assert!(said.contains("1 as listed, 999 missing, 0 altered, 1 unlisted"), "{said}");
    assert!(said.contains("whether a file is altered cannot be told"), "{said}");
}

#[test]
fn status_says_what_is_here_and_what_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["data", "status"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(out(&output));
    let archive = of(&tracks());
    let folder = crate::folder(&archive, &[]);
    fs::write(folder.path().join("archive.tar.gz"), &archive).unwrap();
    assert!(fetch(folder.path(), &["--from", "archive.tar.gz"]).status.success());
    insta::assert_snapshot!(out(&run(folder.path(), &["data", "status"])));
    let json = out(&run(folder.path(), &["data", "status", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["sets"][0]["clips"], &json["sets"][0]["listed"]), (&12.into(), &12.into()));
}
