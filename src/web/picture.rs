//! A clip as two small pictures, and its tempo.
//!
//! A long clip is looked at in parts, because the spectra of a whole one would fill a gigabyte. Parts
//! overlap by what a frame reaches beyond its middle, so that their frames are those of the whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::audio::Signal;
use crate::features::{Analysis, Grid, Recipe};

/// Widest picture, in columns: more than most screens show, and 70 kB of base64.
const COLUMNS: usize = 400;
/// Frames of one part at most: 48 s at 22,050 Hz.
const PART: usize = 2048;
/// Frames that a frame reaches to either side of its middle.
const REACH: usize = Recipe::FRAME / Recipe::HOP / 2;
/// How far under the loudest is black, in dB.
const RANGE: f32 = 80.0;
/// Where silence lies, in dB: a clip that is nowhere louder has no picture.
const SILENCE: f32 = -100.0;

/// What can be seen of a clip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pictures {
    /// Log-mel, frames × 128 bands.
    pub(super) spectrogram: Picture,
    /// Pitch classes, frames × 12.
    pub(super) chromagram: Picture,
    /// Beats a minute; the middle one of the parts.
    pub(super) tempo: Option<f64>,
}

/// Rows × columns bytes in base64, row by row from the lowest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// How many columns.
    pub(super) columns: usize,
    /// How many rows.
    pub(super) rows: usize,
    /// The bytes.
    pub(super) values: String,
}

impl Pictures {
    /// Draws `signal`.
    pub(super) fn of(signal: &Signal) -> Self {
        let Seen { log_mel, chroma, mut tempi } = Seen::of(signal);
        let loudest = log_mel.iter().fold(SILENCE, |a, &b| a.max(b));
        let range = if loudest > SILENCE { RANGE } else { f32::INFINITY };
        let spectrogram = Picture::of(&log_mel, Recipe::BANDS, |level| {
            ((level - (loudest - RANGE)).max(0.0)) / range
        });
        let chromagram = Picture::of(&chroma, 12, |strength| strength);
        tempi.sort_by(f64::total_cmp);
        let tempo = tempi.get(tempi.len() / 2).copied();
        Self { spectrogram, chromagram, tempo }
    }
}

/// What the parts of a clip show, one after another.
struct Seen {
    log_mel: Vec<f32>,
    chroma: Vec<f32>,
    tempi: Vec<f64>,
}

impl Seen {
    fn of(signal: &Signal) -> Self {
        let length = signal.samples().len();
        let frames = 1 + length / Recipe::HOP;
        let parts = frames.div_ceil(PART);
        let mut seen = Self { log_mel: Vec::new(), chroma: Vec::new(), tempi: Vec::new() };
        for part in 0..parts {
            let (first, end) = (part * frames / parts, (part + 1) * frames / parts);
            // From here on frames are counted from `before`.
            let before = first.saturating_sub(REACH);
            let start = before * Recipe::HOP;
            let stop = if part + 1 == parts { length } else { (end - 1 + REACH) * Recipe::HOP };
            let piece = signal.part(start, stop.min(length) - start);
            let piece = piece.expect("a part lies inside its clip, and has at least one sample");
            let look = Analysis::of(&piece, &Recipe::KAGGLE);
            let wanted = first - before..end - before;
            let take = |from: &Grid, to: &mut Vec<f32>| {
                to.extend(wanted.clone().flat_map(|frame| from.row(frame)));
            };
            take(look.log_mel(), &mut seen.log_mel);
            take(&look.chroma(), &mut seen.chroma);
            seen.tempi.extend(Some(look.tempo()).filter(|&tempo| tempo > 0.0));
        }
        seen
    }
}

impl Picture {
    /// Means over neighbouring frames of `values`, which are `rows` numbers for each frame; `shade`
    /// brings a number into 0..=1.
    fn of(values: &[f32], rows: usize, shade: impl Fn(f32) -> f32) -> Self {
        let frames = values.len() / rows;
        let columns = frames.min(COLUMNS);
        let mut bytes = vec![0; rows * columns];
        for column in 0..columns {
            let (first, end) = (column * frames / columns, (column + 1) * frames / columns);
            for row in 0..rows {
                let sum: f32 = (first..end).map(|frame| shade(values[frame * rows + row])).sum();
                let mean = sum / (end - first) as f32;
                // `as` keeps to 0..=255, and makes 0 of what is no number.
                bytes[row * columns + column] = (mean * 255.0).round() as u8;
            }
        }
        Self { columns, rows, values: STANDARD.encode(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::{Picture, Pictures, Seen};
    use crate::audio::{RATE, synth};
    use crate::features::{Analysis, Recipe};
    use crate::seed::Seed;

    #[test]
    fn parts_of_a_long_clip_are_those_of_the_whole() {
        let signal = synth::noise(Seed::new(1), 61.7, RATE);
        let seen = Seen::of(&signal);
        let whole = Analysis::of(&signal, &Recipe::KAGGLE);
        assert_eq!(seen.log_mel.len(), whole.log_mel().values().len());
        let pairs = seen.log_mel.iter().zip(whole.log_mel().values());
        let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest < 1e-3, "{largest} dB");
        assert_eq!(seen.chroma.len(), whole.chroma().values().len());
    }

    #[test]
    fn a_rising_tone_rises_in_its_picture() {
        let pictures = Pictures::of(&synth::chirp(200.0, 8000.0, 20.0, RATE));
        let Picture { columns, rows, values } = &pictures.spectrogram;
        assert_eq!((*columns, *rows), (400, 128));
        let bytes = STANDARD.decode(values).unwrap();
        let loudest = |column: usize| (0..128).max_by_key(|row| bytes[row * 400 + column]).unwrap();
        assert!(loudest(10) < loudest(200) && loudest(200) < loudest(390));
        assert_eq!(pictures.chromagram.rows, 12);
    }

    #[test]
    fn silence_is_black_and_has_no_tempo() {
        let pictures = Pictures::of(&synth::silence(0.01, RATE));
        let bytes = STANDARD.decode(&pictures.spectrogram.values).unwrap();
        assert!(!bytes.is_empty() && bytes.iter().all(|&byte| byte == 0));
        assert_eq!(pictures.tempo, None);
    }
}
