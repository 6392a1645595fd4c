//! Every format is decoded, and everything that is wrong with a file is refused in clear words.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a failed step fails the test

use std::path::Path;

use crossfold::audio::{self, Clip, Error, Levels, Limit, RATE, Signal, synth};
use crossfold::features::{self, Recipe};
use crossfold::seed::Seed;

/// The sine in `tests/audio`.
fn sine() -> Signal {
    synth::sine(1000.0, 0.2, RATE)
}

/// How samples stand in a WAV file.
#[derive(Clone, Copy)]
enum Coding {
    Pcm16,
    Float,
}

/// A WAV file of interleaved samples.
fn wav(samples: &[f32], channels: u16, rate: u32, coding: Coding) -> Vec<u8> {
    let data: Vec<u8> = match coding {
        Coding::Pcm16 => {
            let bits = |x: f32| ((x * 32_768.0).round() as i16).to_le_bytes();
            samples.iter().flat_map(|&x| bits(x)).collect()
        }
        Coding::Float => samples.iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    let (tag, width) = match coding {
        Coding::Pcm16 => (1_u16, 2_u16),
        Coding::Float => (3, 4),
    };
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0");
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels * width)).to_le_bytes());
    bytes.extend((channels * width).to_le_bytes());
    bytes.extend((8 * width).to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    std::fs::read(folder.join(name)).expect("the file is in the repository")
}

fn decode(bytes: Vec<u8>) -> Result<Clip, Error> {
    audio::read_bytes("clip", bytes, Limit::default())
}

fn refusal(bytes: Vec<u8>) -> String {
    decode(bytes).expect_err("it is not usable").to_string()
}

/// The largest difference between two signals when `found` starts `delay` samples late.
fn difference(found: &[f32], wanted: &[f32], delay: usize) -> f32 {
    // The ends of lossy codecs fade.
    let pairs = found[delay..].iter().zip(wanted).skip(1500).take(1500);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn every_format_gives_the_sine() {
    let cases = [("sine.flac", 0, 2e-5), ("sine.mp3", 0, 0.05), ("sine.ogg", 0, 0.05)];
    for (name, delay, tolerance) in cases {
        let clip = decode(file(name)).expect(name);
        assert_eq!(clip.signal.samples().len(), 4410, "{name}");
        let error = difference(clip.signal.samples(), sine().samples(), delay);
        assert!(error < tolerance, "{name} is off by {error}");
    }
    // AAC in MP4 keeps the 1024 samples that its encoder puts before the sound.
    let clip = decode(file("sine.m4a")).expect("sine.m4a");
    let error = difference(clip.signal.samples(), sine().samples(), 1024);
    assert!(error < 0.05, "sine.m4a is off by {error}");
}

#[test]
fn sixteen_bit_samples_are_exact() {
    let samples: Vec<f32> = (-32_768..32_768).step_by(7).map(|x| x as f32 / 32_768.0).collect();
    let clip = decode(wav(&samples, 1, RATE, Coding::Pcm16)).expect("a WAV file");
    assert_eq!(clip.signal.samples(), samples);
    assert_eq!((clip.source.rate, clip.source.channels), (RATE, 1));
}

#[test]
fn a_dead_channel_halves_the_level() {
    let stereo: Vec<f32> = sine().samples().iter().flat_map(|&x| [x, 0.0]).collect();
    let clip = decode(wav(&stereo, 2, RATE, Coding::Float)).expect("a WAV file");
    let half: Vec<f32> = sine().samples().iter().map(|x| x / 2.0).collect();
    assert_eq!(clip.signal.samples(), half);
}

#[test]
fn any_rate_becomes_ours() {
    for rate in [8_000, 44_100, 48_000, 96_000] {
        let samples = synth::sine(1000.0, 0.5, rate);
        let clip = decode(wav(samples.samples(), 1, rate, Coding::Pcm16)).expect("a WAV file");
        assert_eq!(clip.signal.rate(), RATE);
        assert!((clip.signal.seconds() - 0.5).abs() < 1e-4);
        assert!((Levels::of(&clip.signal).rms - 0.3535).abs() < 2e-3, "at {rate} Hz");
    }
}

#[test]
fn what_is_wrong_is_said_with_place_and_remedy() {
    let mut nan = sine().samples().to_vec();
    nan[1234] = f32::NAN;
    let flac = file("sine.flac");
    let unrecognised = "clip is no WAV, AU, FLAC, MP3, Ogg Vorbis, or AAC/M4A file \
                        (judged by its content, whatever its extension); convert it to one of these";
    let cases = [
        (Vec::new(), "clip holds no samples; leave it out"),
        (wav(&[], 1, RATE, Coding::Pcm16), "clip holds no samples; leave it out"),
        (b"Just a few words, named .wav.".repeat(100), unrecognised),
        (b"RIFF".to_vec(), unrecognised),
        (wav(&nan, 1, RATE, Coding::Float), "clip: sample 1234 of channel 0 is NaN; samples must"),
        (wav(&[f32::INFINITY], 1, RATE, Coding::Float), "clip: sample 0 of channel 0 is inf"),
        (wav(&[0.0; 9], 1, 100, Coding::Pcm16), "clip has a rate of 100 Hz; rates from 1000"),
        (flac[..flac.len() - 700].to_vec(), "clip is truncated: it announces 4410 frames and ends"),
        (
            wav(sine().samples(), 1, RATE, Coding::Pcm16)[..5000].to_vec(),
            "clip is truncated: it announces 4410 frames and ends after",
        ),
    ];
    for (bytes, words) in cases {
        let message = refusal(bytes);
        assert!(message.starts_with(words), "{message}\nshould start with\n{words}");
    }
}

#[test]
fn a_long_file_is_refused_before_it_is_decoded() {
    // Two hours announced by the header of an AU file of 24 bytes.
    let mut bytes = b".snd".to_vec();
    let size = 2 * 3600 * RATE * 2;
    for word in [24, size, 3, RATE, 1] {
        bytes.extend(word.to_be_bytes());
    }
    let message = refusal(bytes);
    assert!(message.starts_with("clip is longer than the limit of 900 s; cut it"), "{message}");
    let short = Limit::of_seconds(0.1);
    let error = audio::read_bytes("clip", file("sine.flac"), short).expect_err("0.2 s are there");
    assert!(error.to_string().starts_with("clip is longer than the limit of 0.1 s"));
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let read = |path: &str| audio::read(Path::new(path), Limit::default()).unwrap_err().to_string();
    assert!(read("no/such/clip.wav").starts_with("cannot read no/such/clip.wav: "));
    assert_eq!(read("tests"), "cannot read tests: it is not a file");
}

#[test]
fn damaged_files_never_panic_and_what_is_decoded_has_finite_features() {
    use rand::RngExt;
    let mut stream = Seed::new(5).stream();
    let mut whole = ["sine.flac", "sine.mp3", "sine.ogg", "sine.m4a"].map(file).to_vec();
    whole.push(wav(sine().samples(), 1, RATE, Coding::Pcm16));
    for bytes in whole {
        for _ in 0..150 {
            let mut damaged = bytes.clone();
            for _ in 0..stream.random_range(1..12) {
                let at = stream.random_range(0..damaged.len());
                damaged[at] = stream.random();
            }
            damaged.truncate(stream.random_range(1..=2 * bytes.len()));
            if let Ok(clip) = decode(damaged) {
                let row = features::row(&clip.signal, &Recipe::KAGGLE);
                assert!(row.iter().all(|value| value.is_finite()));
            }
        }
    }
}
