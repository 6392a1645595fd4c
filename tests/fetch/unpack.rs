//! What an archive can do to a folder.

use std::fs;

use tar::EntryType;

use crate::archives::{header, manifest, md5, of, raw, tarball, tracks, zipped};
use crate::common::{err, out};
use crate::{fetch, files, folder};

/// Takes an archive by `--from`; gives the exit code and what was said.
fn taken(folder: &std::path::Path, archive: &[u8]) -> (Option<i32>, String) {
    manifest(folder, archive, &[], 12);
    fs::write(folder.join("archive"), archive).unwrap();
    let output = fetch(folder, &["--from", "archive"]);
    (output.status.code(), out(&output) + &err(&output))
}

#[test]
fn what_leads_out_of_the_folder_or_is_no_file_is_refused_and_nothing_is_written() {
    let clip = &tracks()[0].1;
    let special = |kind: EntryType, target: &str| {
        let mut header = header(0);
        header.set_entry_type(kind);
        if !target.is_empty() {
            header.set_link_name(target).unwrap();
        }
        header
    };
    let plain = || header(clip.len());
    let link = "genres/blues/blues.00061.wav";
    let hostile = [
        ("../../blues/blues.00061.wav", plain(), "leads out of its folder"),
        ("genres/../../blues/blues.00061.wav", plain(), "leads out of its folder"),
        ("/tmp/blues/blues.00061.wav", plain(), "leads out of its folder"),
        ("C:\\blues\\blues.00061.wav", plain(), "leads out of its folder"),
        ("..\\blues\\blues.00061.wav", plain(), "leads out of its folder"),
        (link, special(EntryType::Symlink, "/etc/passwd"), "is a link"),
        (link, special(EntryType::Link, "../../../etc/passwd"), "is a link"),
        ("genres/blues", special(EntryType::Symlink, "/tmp"), "is a link"),
        (link, special(EntryType::Fifo, ""), "is no plain file"),
        (link, special(EntryType::Char, ""), "is no plain file"),
        (link, special(EntryType::GNUSparse, ""), "is no plain file"),
    ];
    for (name, header, reason) in hostile {
        let archive = tarball(|tar| {
            // Harmless entries come first, and must not stay either.
            for (path, bytes) in &tracks()[1..3] {
                raw(tar, path, crate::archives::header(bytes.len()), bytes);
            }
            let content = if header.entry_type() == EntryType::Regular { &clip[..] } else { &[] };
            raw(tar, name, header, content);
        });
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("deep/deeper");
        fs::create_dir_all(&folder).unwrap();
        let (code, said) = taken(&folder, &archive);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(reason) && said.contains(&format!("{name:?}")), "{name}: {said}");
        let left = files(outer.path());
        let own = ["deep/deeper/archive", "deep/deeper/manifest.json"];
        assert_eq!(left, own, "{name}");
    }
    // The same call with a good archive ends well.
    let folder = folder(&[], &[]);
    let (code, said) = taken(folder.path(), &of(&tracks()));
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn names_that_extended_headers_give_are_judged_too() {
    let clip = &tracks()[0].1;
    let long = format!("{}../../blues/blues.00061.wav", "x/".repeat(80));
    let records = |path: &str| {
        let rest = format!(" path={path}\n");
        let mut size = rest.len();
        while size != rest.len() + size.to_string().len() {
            size = rest.len() + size.to_string().len();
        }
        format!("{size}{rest}")
    };
    for (kind, content) in [
        (EntryType::GNULongName, format!("{long}\0")),
        (EntryType::XHeader, records("/etc/blues/blues.00061.wav")),
    ] {
        let archive = tarball(|tar| {
            let mut extended = header(content.len());
            extended.set_entry_type(kind);
            raw(tar, "extended", extended, content.as_bytes());
            raw(tar, "genres/blues/blues.00061.wav", header(clip.len()), clip);
        });
        let folder = folder(&[], &[]);
        let (code, said) = taken(folder.path(), &archive);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("leads out of its folder"), "{said}");
    }
    // A header that never ends is not taken into memory.
    let archive = tarball(|tar| {
        let mut extended = header(1 << 20);
        extended.set_entry_type(EntryType::XHeader);
        raw(tar, "extended", extended, &vec![b' '; 1 << 20]);
    });
    let folder = folder(&[], &[]);
    let (code, said) = taken(folder.path(), &archive);
    assert_eq!(code, Some(2));
    assert!(said.contains("has a header of more than 65536 bytes"), "{said}");
}

#[test]
fn a_bomb_is_stopped_early_in_either_kind_of_archive() {
    let much = vec![0; 200 << 20];
    let beside = tarball(|tar| raw(tar, "genres/readme.txt", header(much.len()), &much));
    let clip = ("genres/blues/blues.00061.wav".to_owned(), vec![0; 40 << 20]);
    for (archive, reason) in [
        (beside, "it unpacks to more than"),
        (of(std::slice::from_ref(&clip)), "unpacks to more than 32 MiB"),
        (zipped(&[clip]), "unpacks to more than 32 MiB"),
    ] {
        assert!(archive.len() < 4_000_000, "{}", archive.len());
        let folder = folder(&[], &[]);
        let (code, said) = taken(folder.path(), &archive);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(files(&folder.path().join("data")).is_empty());
    }
}

#[test]
fn damaged_and_foreign_archives_are_named() {
    let whole = of(&tracks());
    let cut = &whole[..whole.len() / 2];
    let mut checksum = whole.clone();
    let end = checksum.len() - 6;
    checksum[end] ^= 1;
    let zip = zipped(&tracks());
    for (archive, reason) in [
        (cut, "damaged or cut off"),
        (&checksum[..], "damaged or cut off"),
        (&zip[..zip.len() / 2], "damaged or cut off"),
        (&b"<html>no such file</html>"[..], "neither a .tar.gz nor a .zip"),
        (&b""[..], "neither a .tar.gz nor a .zip"),
        (&of(&[("a/b.wav".to_owned(), vec![1])])[..], "no track of the index"),
    ] {
        let folder = folder(&[], &[]);
        let (code, said) = taken(folder.path(), archive);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn another_archive_is_taken_only_when_told_to_and_wherever_its_tracks_lie() {
    let mut other = tracks();
    other.pop();
    for (path, _) in &mut other {
        *path = path.replace("genres/", "gtzan-main/Data/genres_original/");
    }
    for name in
        ["Data/features_30_sec.csv", "Data/genres_original/blues/._blues.00061.wav", "a.wav"]
    {
        other.push((name.to_owned(), b"something".to_vec()));
    }
    let folder = folder(&of(&tracks()), &[]);
    fs::write(folder.path().join("kaggle.zip"), zipped(&other)).unwrap();
    let output = fetch(folder.path(), &["--from", "kaggle.zip"]);
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(
        said.contains("this is not the published archive") && said.contains("--unverified"),
        "{said}"
    );
    let output = fetch(folder.path(), &["--from", "kaggle.zip", "--unverified"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(err(&output).contains("fault: this copy has 11 of 12 tracks"), "{}", err(&output));
    let sound = files(&folder.path().join("data/gtzan/genres"));
    assert_eq!(sound.len(), 12, "eleven clips and the index: {sound:?}");
    assert!(folder.path().join("kaggle.zip").exists(), "what is not ours is left");
    // The same length, another content.
    let archive = of(&tracks());
    let mut bent = archive.clone();
    bent[20] ^= 1;
    fs::write(folder.path().join("bent.tar.gz"), &bent).unwrap();
    manifest(folder.path(), &archive, &[], 12);
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    let output = fetch(folder.path(), &["--from", "bent.tar.gz"]);
    let awaited = format!("its MD5 is {}, not {}", md5(&bent), md5(&archive));
    assert!(err(&output).contains(&awaited), "{}", err(&output));
}

#[test]
fn a_clip_that_cannot_be_decoded_is_named_and_laid_aside() {
    let mut copy = tracks();
    copy.pop();
    copy.push(("genres/jazz/jazz.00054.wav".to_owned(), b"nothing to hear".to_vec()));
    let folder = folder(&[], &[]);
    let (code, said) = taken(folder.path(), &of(&copy));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("as in many copies, jazz.00054.wav cannot be decoded"), "{said}");
    let place = folder.path().join("data/gtzan");
    assert_eq!(files(&place.join("unreadable")), ["jazz.00054.wav"]);
    assert!(!fs::read_to_string(place.join("genres/index.csv")).unwrap().contains("jazz"));
    assert!(!fs::read_to_string(place.join("features_extracted.csv")).unwrap().contains("jazz"));
    // The recordings are told from those whose features come with the program.
    let mut copy = tracks();
    copy[0].0 = "genres/blues/blues.00000.wav".to_owned();
    let folder = crate::folder(&[], &[]);
    let (code, said) = taken(folder.path(), &of(&copy));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("fault: 1 of 1 tracks sound otherwise"), "{said}");
}
