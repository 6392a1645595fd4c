//! The page in a browser: what people see who upload a clip, and what they see when it is none.
//!
//! Skipped, with a word, where Chromium is not installed. `CROSSFOLD_SHOTS` names a folder for
//! pictures of what was seen.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

#[path = "../common/mod.rs"]
mod common;
mod devtools;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/sound.rs"]
mod sound;

use std::path::{Path, PathBuf};
use std::process::Command;

use devtools::{Browser, Page};
use server::Server;

/// Widths of a desk's screen and of a small telephone, in CSS pixels.
const WIDTHS: [u32; 2] = [1280, 360];

/// Files for the page, in a folder of their own.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// A browser, unless there is none on this machine.
fn browser() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        println!("skipped: no chromium on this machine");
    }
    browser
}

/// What stands in the page at `selector`, as it is read.
fn words(page: &mut Page<'_>, selector: &str) -> String {
    let words = page.run(&format!("document.querySelector('{selector}').innerText"));
    words.as_str().unwrap().replace(['\u{202f}', '\u{a0}'], " ")
}

/// Uploads `file` and waits until the page is at rest; gives what it says then.
fn upload(page: &mut Page<'_>, file: &Path) -> Seen {
    // What stands there from the last file must not be taken for the answer to this one.
    page.run(
        "document.querySelector('#alert').replaceChildren(); \
         document.querySelector('#result').replaceChildren(); \
         document.querySelector('#file').value = ''; \
         document.body.classList.remove('has-result')",
    );
    page.choose("#file", file);
    page.until(
        "document.body.dataset.mode === 'rest' && (document.body.classList.contains('has-result') \
         || document.querySelector('#alert').innerText !== '')",
    );
    Seen { alert: words(page, "#alert"), result: words(page, "#result") }
}

struct Seen {
    alert: String,
    result: String,
}

impl Seen {
    /// That the page answers, and in full.
    fn answers(&self, name: &str, facts: &[&str]) {
        assert_eq!(self.alert, "", "{name}");
        let parts =
            ["Probabilities", "How far to trust it", "Over the clip", "Spectrogram", "Chromagram"];
        for words in [name].iter().chain(facts).chain(&parts) {
            assert!(self.result.contains(words), "`{words}` is missing in: {}", self.result);
        }
    }

    /// That the page says what is wrong and shows no result.
    fn complains(&self, words: &str) {
        assert!(self.alert.contains(words), "`{words}` is missing in: {}", self.alert);
        assert_eq!(self.result, "");
    }
}

/// That nothing reaches beyond the screen's edge.
fn fits(page: &mut Page<'_>, what: &str) {
    let over = page.run("document.documentElement.scrollWidth - innerWidth");
    assert!(over.as_f64().unwrap() <= 0.0, "{what}: {over} pixels too wide");
}

#[test]
fn clips_are_answered_on_wide_and_narrow_screens() {
    let Some(mut browser) = browser() else { return };
    let server = Server::start(&[]);
    let files = Files::new();
    let wav = files.write("a tune.wav", &sound::song(30.0, 22_050, 2));
    let long = files.write("ten minutes.wav", &sound::song(600.0, 11_025, 1));
    let mp3 = mp3(&wav, &files);
    for width in WIDTHS {
        let mut page = browser.open(&format!("http://{}/", server.address), width);
        page.until("document.querySelector('#allowed').innerText !== ''");
        assert!(words(&mut page, "#allowed").ends_with("up to 50 MB and 15 minutes"));
        fits(&mut page, "start");
        page.shot(&format!("start-{width}"));

        let facts = ["30.0 s", "WAV, 22.05 kHz, stereo", "BPM"];
        upload(&mut page, &wav).answers("a tune.wav", &facts);
        fits(&mut page, "wav");
        let drawn = page.run("[...document.querySelectorAll('canvas')].map((c) => c.width).join()");
        assert_eq!(drawn, "400,400");
        page.shot(&format!("wav-{width}"));

        if let Some(mp3) = &mp3 {
            upload(&mut page, mp3).answers("a tune.mp3", &["MP3, 22.05 kHz, stereo"]);
            fits(&mut page, "mp3");
            page.shot(&format!("mp3-{width}"));
        }

        upload(&mut page, &long).answers("ten minutes.wav", &["10:00 min", "11.025 kHz, mono"]);
        fits(&mut page, "long");
        page.shot(&format!("long-{width}"));
        assert_eq!(page.problems(), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_clip_is_refused_in_words() {
    let Some(mut browser) = browser() else { return };
    let server = Server::start(&["--max-mb", "1", "--max-seconds", "20"]);
    let files = Files::new();
    let empty = files.write("empty.wav", b"");
    let text =
        files.write("text.wav", "Once upon a time there was no sound. ".repeat(100).as_bytes());
    let long = files.write("long.wav", &sound::song(21.0, 8000, 1));
    let short = files.write("short.wav", &sound::song(0.1, 22_050, 1));
    let large = files.write("large.wav", &sound::song(19.0, 44_100, 1));
    let song = files.write("song.wav", &sound::song(5.0, 22_050, 1));
    for width in WIDTHS {
        let mut page = browser.open(&format!("http://{}/", server.address), width);
        page.until("document.querySelector('#allowed').innerText !== ''");
        let refused = [
            ("empty", &empty, "The file is empty."),
            ("text", &text, "The file is not audio in a format known here."),
            ("too-long", &long, "The clip is longer than this server's limit of 20 seconds."),
            ("too-short", &short, ""),
            ("too-large", &large, "large.wav is 1.6 MB large; this server takes up to 1 MB."),
        ];
        for (name, file, error) in refused {
            upload(&mut page, file).complains(error);
            fits(&mut page, name);
            page.shot(&format!("{name}-{width}"));
        }
        // What the page lets through is refused by the server, and the browser hears it.
        page.run("limits = null");
        upload(&mut page, &large).complains("The file is larger than this server's limit of 1 MB.");
        // After all that a clip is answered.
        upload(&mut page, &song).answers("song.wav", &["5.0 s"]);
        assert_eq!(page.problems(), Vec::<String>::new());
    }
}

#[test]
fn the_description_for_programs_can_be_read() {
    let Some(mut browser) = browser() else { return };
    let server = Server::start(&[]);
    for width in WIDTHS {
        let mut page = browser.open(&format!("http://{}/docs", server.address), width);
        page.until("document.readyState === 'complete'");
        assert!(words(&mut page, "main").contains("POST /api/predict"));
        fits(&mut page, "docs");
        page.shot(&format!("docs-{width}"));
        assert_eq!(page.problems(), Vec::<String>::new());
    }
}

/// The same sound as MP3, where a program for it is installed.
fn mp3(wav: &Path, files: &Files) -> Option<PathBuf> {
    let path = files.0.path().join("a tune.mp3");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(wav).args(["-b:a", "128k"]).arg(&path);
    let mut lame = Command::new("lame");
    lame.args(["--quiet", "-b", "128"]).arg(wav).arg(&path);
    let made = [ffmpeg, lame].iter_mut().any(|it| it.status().is_ok_and(|it| it.success()));
    if !made {
        println!("no MP3 is uploaded: neither ffmpeg nor lame is on this machine");
    }
    made.then_some(path)
}
