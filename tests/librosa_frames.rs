//! Framewise values of two real clips against librosa's arrays.
//!
//! Runs where `CROSSFOLD_DATA` names a folder with `audio/GENRE/CLIP.flac` and `CROSSFOLD_REFERENCE`
//! one with `librosa_framewise_CLIP.npz`; neither may be passed on.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a failed step fails the test

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crossfold::audio::{self, Limit};
use crossfold::features::{Analysis, Grid, Recipe};

/// An array: its shape and its values, row after row.
type Array = (Vec<usize>, Vec<f64>);

/// The arrays of a file that NumPy's `savez` wrote: a ZIP archive without compression, in which every
/// NPY file follows its local header.
fn arrays(path: &Path) -> BTreeMap<String, Array> {
    let bytes = std::fs::read(path).expect("the reference can be read");
    let half = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let mut arrays = BTreeMap::new();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|four| four == b"PK\x03\x04") {
        let header = at + found;
        let name_end = header + 30 + half(header + 26);
        let name = String::from_utf8_lossy(&bytes[header + 30..name_end]).replace(".npy", "");
        at = name_end + half(header + 28);
        arrays.insert(name, array(&bytes[at..]));
    }
    arrays
}

fn array(bytes: &[u8]) -> Array {
    assert!(bytes.starts_with(b"\x93NUMPY\x01"), "an NPY file of version 1");
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..start]);
    let shape = header.split(['(', ')']).nth(1).expect("a shape").split(',');
    let shape: Vec<usize> = shape.filter_map(|part| part.trim().parse().ok()).collect();
    let count = shape.iter().product();
    let values: Vec<f64> = if header.contains("<f4") {
        let values = bytes[start..].as_chunks().0.iter().map(|&four| f32::from_le_bytes(four));
        values.map(f64::from).take(count).collect()
    } else if header.contains("<f8") {
        let values = bytes[start..].as_chunks().0.iter().map(|&eight| f64::from_le_bytes(eight));
        values.take(count).collect()
    } else {
        Vec::new()
    };
    if header.contains("'fortran_order': True") && shape.len() == 2 {
        let at = |i: usize| values[i % shape[1] * shape[0] + i / shape[1]];
        let values = (0..values.len()).map(at).collect();
        return (shape, values);
    }
    (shape, values)
}

/// The largest error against an array of columns × frames, relative to the array's root mean square
/// in each row (an absolute error where `absolute`).
fn error(grid: &Grid, wanted: &Array, first_frame: usize, absolute: bool) -> f64 {
    let (rows, frames) = (wanted.0[0], wanted.0[1]);
    assert_eq!(rows, grid.width());
    let mut worst = 0.0;
    for row in 0..rows {
        let wanted = &wanted.1[row * frames..][..frames];
        let scale = (wanted.iter().map(|x| x * x).sum::<f64>() / frames as f64).sqrt();
        let scale = if absolute { 1.0 } else { scale.max(1e-12) };
        for (t, wanted) in wanted.iter().enumerate() {
            let found = f64::from(grid.row(first_frame + t)[row]);
            worst = f64::max(worst, (found - wanted).abs() / scale);
        }
    }
    worst
}

fn vector_error(found: impl ExactSizeIterator<Item = f64>, wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let scale = (wanted.iter().map(|x| x * x).sum::<f64>() / wanted.len() as f64).sqrt();
    found.zip(wanted).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f64::max)
}

#[test]
fn every_frame_is_librosas() {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(data), Some(reference)) = (folder("CROSSFOLD_DATA"), folder("CROSSFOLD_REFERENCE"))
    else {
        println!("skipped: CROSSFOLD_DATA and CROSSFOLD_REFERENCE name no folders");
        return;
    };
    let mut failures = Vec::new();
    for genre in ["blues", "metal"] {
        let clip = format!("{genre}.00000");
        let arrays = arrays(&reference.join(format!("librosa_framewise_{clip}.npz")));
        let path = data.join("audio").join(genre).join(format!("{clip}.flac"));
        let signal = audio::read(&path, Limit::default()).expect("a clip").signal;
        let look = Analysis::of(&signal, &Recipe::KAGGLE);
        let magnitude = look.spectrum().magnitude();
        let frames = magnitude.frames();
        let doubles = |values: Vec<f64>| values.into_iter();
        let singles = |values: &[f32]| values.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let every = |values: &[f32]| {
            values.iter().step_by(64).map(|&x| f64::from(x)).collect::<Vec<_>>().into_iter()
        };
        let (parts, mask) = (look.parts(), look.harmonic_mask());
        let last = signal.samples().len() - 1024;
        let vector = |name: &str| &*arrays[name].1;
        let errors = [
            ("stft, first", error(magnitude, &arrays["stft_mag_first32"], 0, false)),
            ("stft, last", error(magnitude, &arrays["stft_mag_last4"], frames - 4, false)),
            ("chroma", error(&look.chroma(), &arrays["chroma_stft"], 0, false)),
            ("mfcc", error(&look.mfcc(), &arrays["mfcc"], 0, false)),
            ("mask", error(&mask, &arrays["hpss_mask_harm_first32"], 0, true)),
            ("rms", vector_error(doubles(look.rms()), vector("rms"))),
            ("centroid", vector_error(doubles(look.centroid()), vector("spectral_centroid"))),
            ("bandwidth", vector_error(doubles(look.bandwidth()), vector("spectral_bandwidth"))),
            ("zcr", vector_error(doubles(look.zero_crossing_rate()), vector("zero_crossing_rate"))),
            ("harmonic", vector_error(every(&parts.harmonic), vector("harmonic_every64"))),
            ("percussive", vector_error(every(&parts.percussive), vector("percussive_every64"))),
            (
                "tail",
                vector_error(doubles(singles(&parts.harmonic[last..])), vector("harmonic_tail")),
            ),
            ("onset mean", {
                vector_error(doubles(singles(&look.onset_strength())), vector("onset_mean"))
            }),
            ("onset median", {
                vector_error(doubles(singles(&look.tempo_onsets())), vector("onset_median"))
            }),
            ("tuning", (look.tuning() - vector("tuning")[0]).abs()),
            ("tempo", (look.tempo() - vector("tempo")[0]).abs()),
        ];
        for (name, error) in errors {
            println!("{clip} {name:14} {error:.1e}");
            if error.is_nan() || error > 1e-4 {
                failures.push(format!("{clip} {name}: {error:.1e}"));
            }
        }
        let rolloff = look.rolloff();
        let moved = rolloff.iter().zip(vector("rolloff")).filter(|(a, b)| (*a - *b).abs() > 1e-6);
        let moved = moved.count();
        println!("{clip} roll-off in another bin in {moved} of {frames} frames");
        if moved > 2 {
            failures.push(format!("{clip} roll-off: {moved} frames"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
