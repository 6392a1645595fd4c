//! The mel scale: frequency as pitch is heard, and the loudness in its bands.

use std::f64::consts::{LOG10_2, LOG10_E};

use crate::audio::Signal;
use crate::features::powers::powers;
use crate::features::product::dot;
use crate::features::{Grid, Padding, Spectrum};
use crate::vectors::{larger, wide};

/// Below this power a band counts as silent, as in librosa: -100 dB.
const FLOOR: f32 = 1e-10;
/// How far under the loudest band of the whole clip a band may fall, in dB.
pub(crate) const RANGE: f32 = 80.0;

/// Slaney's mel scale (Auditory Toolbox, 1998): linear below 1000 Hz (200/3 Hz a mel), logarithmic
/// above (27 mels for a factor of 6.4).
pub(crate) fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        3.0 * hertz / 200.0
    } else {
        15.0 + 27.0 * (hertz / 1000.0).ln() / 6.4_f64.ln()
    }
}

/// The inverse of [`mel`].
pub(crate) fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { 200.0 * mel / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp() }
}

/// Triangular bands, equally spaced in mel from 0 Hz to half the rate, each of unit area (Slaney's
/// norm: 2 / width in hertz).
pub(crate) struct FilterBank {
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f32>)>,
}

impl FilterBank {
    /// `count` bands over the bins of frames of `frame` samples.
    pub(crate) fn new(count: usize, rate: u32, frame: usize) -> Self {
        let top = mel(f64::from(rate) / 2.0);
        let edges: Vec<f64> =
            (0..count + 2).map(|i| hertz(top * i as f64 / (count + 1) as f64)).collect();
        let bins = frame / 2 + 1;
        let frequency = |bin| super::spectrum::frequency(bin, rate, frame);
        let band = |edges: &[f64]| {
            let (low, centre, high) = (edges[0], edges[1], edges[2]);
            let weight = |f: f64| {
                let triangle = ((f - low) / (centre - low)).min((high - f) / (high - centre));
                (triangle.max(0.0) * 2.0 / (high - low)) as f32
            };
            let first = (0..=frame / 2).find(|&bin| frequency(bin) > low).unwrap_or(0);
            let inside = (first..=frame / 2).take_while(|&bin| frequency(bin) < high).count();
            // Whole vectors, as far as there are bins for them: weights of 0 cost less than a rest.
            let length = inside.next_multiple_of(8).min(bins);
            let first = first.min(bins - length);
            (first, (first..first + length).map(|bin| weight(frequency(bin))).collect())
        };
        Self { bands: edges.windows(3).map(band).collect() }
    }

    /// Power in each band: Σ weight(k) |D(k)|².
    pub(crate) fn apply(&self, power: &[f32], energies: &mut [f32]) {
        weigh(&self.bands, power, energies);
    }
}

wide! {
    /// The sum of each band, of which the first bin and weights are given.
    fn weigh(bands: &[(usize, Vec<f32>)], power: &[f32], energies: &mut [f32]) {
        for (energy, (first, weights)) in energies.iter_mut().zip(bands) {
            *energy = dot(weights, &power[*first..][..weights.len()]);
        }
    }
}

/// Power in `bands` mel bands in decibels: 10 log10 max(1e-10, Σ weight |D|²), then not less than
/// 80 dB under the loudest value of the clip. Frames × bands. Stevens, Volkmann & Newman 1937;
/// Slaney 1998.
pub(crate) fn log_mel(spectrum: &Spectrum, bands: usize) -> Grid {
    let bank = FilterBank::new(bands, spectrum.rate(), spectrum.frame());
    let mut grid = Grid::zeros(spectrum.frames(), bands);
    let mut power = Vec::with_capacity(spectrum.bins());
    for (t, row) in grid.rows_mut().enumerate() {
        spectrum.power_of(t, &mut power);
        bank.apply(&power, row);
    }
    to_decibels(grid.values_mut());
    grid
}

/// [`log_mel`] of a signal's spectrum that is not kept.
pub(crate) fn log_mel_of(
    signal: &Signal,
    (frame, hop): (usize, usize),
    padding: Padding,
    bands: usize,
) -> Grid {
    let bank = FilterBank::new(bands, signal.rate(), frame);
    let mut grid = Grid::zeros(1 + signal.samples().len() / hop, bands);
    let mut rows = grid.rows_mut();
    powers(signal, (frame, hop), padding, |power| {
        bank.apply(power, rows.next().expect("a row for each frame"));
    });
    to_decibels(grid.values_mut());
    grid
}

wide! {
    /// Powers become decibels against 1, cut [`RANGE`] under the largest.
    pub(crate) fn to_decibels(powers: &mut [f32]) {
        let mut loudest = [f32::NEG_INFINITY; 16];
        for powers in powers.chunks_mut(loudest.len()) {
            for (power, loudest) in powers.iter_mut().zip(&mut loudest) {
                *power = decibels(larger(*power, FLOOR));
                *loudest = larger(*loudest, *power);
            }
        }
        let least = loudest.into_iter().fold(f32::NEG_INFINITY, larger) - RANGE;
        for level in powers {
            *level = larger(*level, least);
        }
    }
}

/// 10 log10 of a normal positive number, within 1e-5: a whole power of two and a rest near 1.
///
/// The C library's takes one number after another, and as long for a clip as the transforms' windows.
#[inline(always)]
fn decibels(power: f32) -> f32 {
    /// The bits of √½: rests lie between it and √2.
    const ROOT: u32 = 0x3f35_04f3;
    const DOUBLE: f32 = (10.0 * LOG10_2) as f32;
    const NATURAL: f32 = (10.0 * LOG10_E) as f32;
    let bits = power.to_bits().wrapping_sub(ROOT);
    let whole = bits.cast_signed() >> 23;
    let rest = f32::from_bits((bits & 0x007f_ffff) + ROOT);
    // The area tangent's series; its next term is at most 8e-9.
    let slope = (rest - 1.0) / (rest + 1.0);
    let square = slope * slope;
    let series = 1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0));
    whole as f32 * DOUBLE + 2.0 * NATURAL * (slope + slope * square * series)
}

#[cfg(test)]
mod tests {
    use super::{FLOOR, FilterBank, decibels, hertz, log_mel, log_mel_of, mel};
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};
    use crate::seed::Seed;

    #[test]
    fn the_scale_is_slaneys() {
        assert!((mel(1000.0) - 15.0).abs() < 1e-12 && (mel(6400.0) - 42.0).abs() < 1e-12);
        for f in [0.0, 60.0, 999.0, 1000.0, 11_025.0] {
            assert!((hertz(mel(f)) - f).abs() < 1e-9);
        }
    }

    #[test]
    fn every_band_has_about_unit_area() {
        let width = f64::from(RATE) / 2048.0;
        for (_, weights) in &FilterBank::new(40, RATE, 2048).bands {
            let area: f64 = weights.iter().map(|&w| f64::from(w) * width).sum();
            assert!((area - 1.0).abs() < 0.05, "{area}");
        }
    }

    #[test]
    fn a_sine_is_loudest_in_its_own_band_and_the_rest_80_db_below() {
        let spectrum = Spectrum::of(
            &synth::sine(1000.0, 1.0, RATE),
            (2048, 512),
            Padding::Reflect,
            Detail::Full,
        );
        let grid = log_mel(&spectrum, 128);
        let row = grid.row(20);
        let loudest = (0..128).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        // Band 0 is centred one step of the scale above 0 Hz.
        assert_eq!(loudest, (129.0 * 15.0 / mel(11_025.0)).round() as usize - 1);
        assert!(row[loudest] - row[127] <= 80.0);
    }

    #[test]
    fn straight_from_the_signal_it_is_the_same_within_single_precision() {
        for (samples, frames) in [(22_050, (2048, 512)), (3000, (512, 100)), (1, (2, 1))] {
            let noise = synth::noise(Seed::new(5), samples as f64 / f64::from(RATE), RATE);
            let spectrum = Spectrum::of(&noise, frames, Padding::Zero, Detail::Full);
            let (whole, straight) =
                (log_mel(&spectrum, 20), log_mel_of(&noise, frames, Padding::Zero, 20));
            assert_eq!(whole.frames(), straight.frames());
            for (a, b) in whole.values().iter().zip(straight.values()) {
                assert!((a - b).abs() < 2e-3, "{a} is not {b}");
            }
        }
    }

    #[test]
    fn decibels_are_ten_logarithms() {
        let mut power = FLOOR;
        while power < 1e9 {
            let wrong = f64::from(decibels(power)) - 10.0 * f64::from(power).log10();
            assert!(wrong.abs() < 1e-5, "of {power}: {wrong} off");
            power *= 1.000_37;
        }
    }

    #[test]
    fn silence_is_at_the_floor() {
        let spectrum =
            Spectrum::of(&synth::silence(0.1, RATE), (2048, 512), Padding::Reflect, Detail::Full);
        assert!(log_mel(&spectrum, 128).values().iter().all(|&level| level == -100.0));
    }
}
