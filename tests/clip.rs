//! Commands about one clip, as a user types them: `inspect` and `plot`.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A WAV of 16 bits.
fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data = u32::try_from(2 * samples.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

/// A folder with a square wave, silence in stereo, and a text that calls itself WAV.
fn bench() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let square: Vec<i16> =
        (0..22_050).map(|at| if at / 50 % 2 == 0 { 16_384 } else { -16_384 }).collect();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("square.wav", &wav(22_050, 1, &square));
    write("silence.wav", &wav(22_050, 2, &[0; 2206]));
    write("letter.wav", b"Dear listener, this is no sound.");
    folder
}

fn crossfold(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossfold"));
    command.args(arguments).current_dir(folder).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn inspect_shows_each_clip_in_a_line() {
    let folder = bench();
    let output = crossfold(folder.path(), &["inspect", "square.wav", "silence.wav"]);
    assert!(output.status.success(), "{}", err(&output));
    insta::assert_snapshot!(out(&output), @r"
    clip         format  rate, Hz  channels  length, s    peak  dBFS     RMS  clipped  silence
    square.wav   wave       22050         1      1.000  0.5000  -6.0  0.5000        0    0.0 %
    silence.wav  wave       22050         2      0.050  0.0000  -inf  0.0000        0  100.0 %
    ");
}

#[test]
fn inspect_shows_the_others_before_it_refuses_a_bad_clip() {
    let folder = bench();
    let clips = ["inspect", "letter.wav", "absent.wav", "square.wav"];
    let output = crossfold(folder.path(), &clips);
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).contains("square.wav"));
    insta::assert_snapshot!(err(&output), @r"
    error: letter.wav is no WAV, AU, FLAC, MP3, Ogg Vorbis, or AAC/M4A file (judged by its content, whatever its extension); convert it to one of these
    error: cannot read absent.wav: No such file or directory (os error 2)
    ");
}

#[test]
fn inspect_as_json_is_one_object() {
    let folder = bench();
    let output = crossfold(folder.path(), &["inspect", "silence.wav", "letter.wav", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let said: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(said["clips"][0]["channels"], 2);
    assert_eq!(said["clips"][0]["silent_share"], 1.0);
    assert!(said["clips"][0]["peak_dbfs"].is_null());
    assert_eq!(said["failed"][0]["clip"], "letter.wav");
}

#[test]
fn plot_leaves_the_files_it_names() {
    let folder = bench();
    let output = crossfold(folder.path(), &["plot", "square.wav"]);
    assert!(output.status.success(), "{}", err(&output));
    let files = out(&output);
    assert_eq!(files.lines().count(), 16);
    assert!(files.starts_with("plots/square/waveform.svg\nplots/square/waveform.png\n"));
    for file in files.lines() {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    let output = crossfold(folder.path(), &["plot", "square.wav", "-o", "here", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(said["files"].as_array().unwrap().len(), 16);
    assert!(folder.path().join("here/zero-crossings.svg").is_file());
}

#[test]
fn plot_refuses_a_text_that_calls_itself_wav() {
    let folder = bench();
    let output = crossfold(folder.path(), &["plot", "letter.wav"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(err(&output).trim(), @"error: letter.wav is no WAV, AU, FLAC, MP3, Ogg Vorbis, or AAC/M4A file (judged by its content, whatever its extension); convert it to one of these");
    assert!(!folder.path().join("plots").exists());
}
