//! Everything known about one clip, each thing computed once and only when asked for.
//!
//! Rows are summaries of it; a plot of one clip draws it.

use std::cell::OnceCell;

use crate::audio::Signal;
use crate::features::hpss::{self, Parts};
use crate::features::onset::{Aggregate, onset_strength};
use crate::features::{Detail, Grid, Recipe, Spectrum, bandwidth, centroid, chroma, mel, mfcc};
use crate::features::{rms, rolloff, tempo, zero_crossings};

/// A clip under the eyes of a recipe: its spectrum, and what follows from that.
pub struct Analysis<'a> {
    signal: &'a Signal,
    recipe: Recipe,
    spectrum: Spectrum,
    log_mel: OnceCell<Grid>,
    parts: OnceCell<Parts>,
}

impl<'a> Analysis<'a> {
    /// Looks at all of `signal`; segments of the recipe are the caller's to cut.
    pub fn of(signal: &'a Signal, recipe: &Recipe) -> Self {
        Self {
            signal,
            recipe: *recipe,
            spectrum: Spectrum::of(
                signal,
                (Recipe::FRAME, Recipe::HOP),
                recipe.padding(),
                Detail::Full,
            ),
            log_mel: OnceCell::new(),
            parts: OnceCell::new(),
        }
    }

    /// The signal itself.
    pub fn signal(&self) -> &Signal {
        self.signal
    }

    /// The spectrum that everything is taken from.
    pub fn spectrum(&self) -> &Spectrum {
        &self.spectrum
    }

    /// The middle of a frame, in seconds.
    pub fn time(&self, frame: usize) -> f64 {
        (frame * Recipe::HOP) as f64 / f64::from(self.signal.rate())
    }

    /// The power spectrum in dB under the loudest bin of the clip, -80..=0: frames × bins.
    pub fn spectrogram(&self) -> Grid {
        let mut grid = self.spectrum.magnitude().clone();
        let loudest = grid.values().iter().fold(0.0, |a: f32, &b| a.max(b));
        if loudest > 0.0 {
            grid.values_mut().iter_mut().for_each(|m| *m = (*m / loudest).powi(2));
        }
        mel::to_decibels(grid.values_mut());
        grid
    }

    /// Power in 128 mel bands in dB, at most 80 dB under the loudest: frames × bands.
    pub fn log_mel(&self) -> &Grid {
        self.log_mel.get_or_init(|| mel::log_mel(&self.spectrum, Recipe::BANDS))
    }

    /// Twenty MFCCs: frames × 20.
    pub fn mfcc(&self) -> Grid {
        mfcc::mfcc(self.log_mel(), mfcc::COUNT)
    }

    /// Strength of the pitch classes C, C♯, … B, each frame's largest 1: frames × 12.
    pub fn chroma(&self) -> Grid {
        chroma::chroma(&self.spectrum)
    }

    /// Spectral centroid of each frame in hertz.
    pub fn centroid(&self) -> Vec<f64> {
        centroid::centroid(&self.spectrum)
    }

    /// Spectral bandwidth of each frame in hertz.
    pub fn bandwidth(&self) -> Vec<f64> {
        bandwidth::bandwidth(&self.spectrum)
    }

    /// Spectral roll-off of each frame in hertz.
    pub fn rolloff(&self) -> Vec<f64> {
        rolloff::rolloff(&self.spectrum)
    }

    /// Zero-crossing rate of each frame, a share of its samples.
    pub fn zero_crossing_rate(&self) -> Vec<f64> {
        zero_crossings::zero_crossing_rate(self.signal.samples(), Recipe::FRAME, Recipe::HOP)
    }

    /// Root mean square of each frame.
    pub fn rms(&self) -> Vec<f64> {
        rms::rms(self.signal.samples(), Recipe::FRAME, Recipe::HOP, self.recipe.padding())
    }

    /// The harmonic and the percussive part, as long as the signal.
    pub fn parts(&self) -> &Parts {
        let split = || hpss::split(self.signal.samples(), &self.spectrum, self.recipe.tail());
        self.parts.get_or_init(split)
    }

    /// The share of each bin that is harmonic, 0..=1 (the rest is percussive): frames × bins.
    pub fn harmonic_mask(&self) -> Grid {
        hpss::harmonic_mask(&self.spectrum)
    }

    /// Onset strength of each frame in dB, the mean over mel bands.
    pub fn onset_strength(&self) -> Vec<f32> {
        onset_strength(self.log_mel(), self.spectrum.onset_delay(), Aggregate::Mean)
    }

    /// The onsets that the tempo is read from: the median over mel bands.
    pub fn tempo_onsets(&self) -> Vec<f32> {
        onset_strength(self.log_mel(), self.spectrum.onset_delay(), Aggregate::Median)
    }

    /// The tempo in beats a minute; 0 when nothing ever becomes louder.
    pub fn tempo(&self) -> f64 {
        let frames_per_second = f64::from(self.signal.rate()) / Recipe::HOP as f64;
        tempo::tempo(&self.tempo_onsets(), frames_per_second)
    }

    /// How far the pitch lies from A = 440 Hz, in semitones, -0.5..0.5.
    pub fn tuning(&self) -> f64 {
        super::tuning::tuning(&self.spectrum)
    }
}

#[cfg(test)]
mod tests {
    use super::Analysis;
    use crate::audio::{RATE, synth};
    use crate::features::Recipe;

    #[test]
    fn everything_a_plot_needs_has_a_row_for_every_frame() {
        let signal = synth::chirp(200.0, 4000.0, 1.0, RATE);
        let analysis = Analysis::of(&signal, &Recipe::KAGGLE);
        let frames = 44;
        for grid in [analysis.spectrogram(), analysis.mfcc(), analysis.chroma()] {
            assert_eq!(grid.frames(), frames);
        }
        for values in [analysis.centroid(), analysis.bandwidth(), analysis.rolloff()] {
            assert_eq!(values.len(), frames);
        }
        assert_eq!(analysis.onset_strength().len(), frames);
        assert!((analysis.time(frames - 1) - 0.9985).abs() < 1e-3);
    }

    #[test]
    fn the_spectrogram_lies_between_minus_80_and_0_db() {
        let signal = synth::sine(1000.0, 0.5, RATE);
        let grid = Analysis::of(&signal, &Recipe::KAGGLE).spectrogram();
        assert!(grid.values().iter().all(|level| (-80.0..=0.0).contains(level)));
        assert!(grid.values().contains(&0.0));
        let silence = synth::silence(0.5, RATE);
        let grid = Analysis::of(&silence, &Recipe::KAGGLE).spectrogram();
        assert!(grid.values().iter().all(|&level| level == -100.0));
    }
}
