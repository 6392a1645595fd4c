//! How fast the level of each band goes up and down.

use std::f64::consts::PI;

use realfft::RealFftPlanner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::descriptor::need;
use super::descriptor::{Descriptor, Encode};
use super::{LogMel, bands};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many broad bands.
    Bands: usize, at_least 1, at_most 256
}

/// Frames that are looked at together: 10 s of 12.9 frames a second.
const WINDOW: usize = 128;
/// Frames from one window to the next: a third.
const HOP: usize = 43;
/// First bin of each modulation band, and the bin after the last; a bin is 1/[`WINDOW`] cycles a
/// frame. From two cycles a window to half the frame rate, ever wider, as hearing is.
const EDGES: [usize; 13] = [2, 3, 4, 5, 6, 8, 11, 15, 20, 27, 36, 48, 64];
/// What is added before the logarithm, in dB: below it no beat is heard.
const QUIET: f64 = 0.01;

/// Modulation spectrum of the bands' levels: how strongly each pulses, at twelve rates.
///
/// Levels of neighbouring bands are averaged to `bands` broad ones. Windows of 128 frames, 43 apart,
/// less their mean, are tapered by a Hann window and transformed; magnitudes are averaged within
/// twelve bands of modulation (0.2 to 6.4 Hz at 12.9 frames a second) and over the windows, of which
/// ln(· + 0.01) is kept: bands × 12 values. Unlearned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Modulation {
    /// How many broad bands the mel bands are averaged to. More of them say little more: neighbours
    /// pulse together.
    pub bands: Bands,
}

impl Default for Modulation {
    fn default() -> Self {
        Self { bands: Bands::literal(32) }
    }
}

impl Descriptor for Modulation {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("modulation", "frames", WINDOW, frames, "leave the clip out")?;
        need("modulation", "mel bands", self.bands.get(), bands, "lower its `bands`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let rates = 1..EDGES.len();
        let name =
            |band| rates.clone().map(move |rate| format!("modulation_band{band}_rate{rate}"));
        (1..=self.bands.get()).flat_map(name).collect()
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Modulation {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let groups = self.bands.get();
        let frames = log_mel.frames();
        let mut series = vec![0.0; groups * frames];
        for (t, levels) in bands::grouped(log_mel, groups).chunks_exact(groups).enumerate() {
            series[t..].iter_mut().step_by(frames).zip(levels).for_each(|(at, level)| *at = *level);
        }
        let taper: Vec<f64> = (0..WINDOW)
            .map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / (WINDOW - 1) as f64).cos())
            .collect();
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(WINDOW);
        let (mut window, mut bins) = (transform.make_input_vec(), transform.make_output_vec());
        let last = frames - WINDOW;
        let count = (last / HOP + 1) as f64;
        let mut means = vec![0.0; groups * (EDGES.len() - 1)];
        for start in (0..=last).step_by(HOP) {
            for (group, means) in means.chunks_exact_mut(EDGES.len() - 1).enumerate() {
                let part = &series[group * frames + start..];
                window.iter_mut().zip(part).for_each(|(value, level)| *value = f64::from(*level));
                let mean = window.iter().sum::<f64>() / WINDOW as f64;
                window.iter_mut().zip(&taper).for_each(|(value, taper)| {
                    *value = (*value - mean) * taper;
                });
                transform
                    .process(&mut window, &mut bins)
                    .expect("both buffers were made by the transform");
                for (mean, edges) in means.iter_mut().zip(EDGES.windows(2)) {
                    let band = &bins[edges[0]..edges[1]];
                    let sum: f64 = band.iter().map(|bin| bin.norm_sqr().sqrt()).sum();
                    *mean += sum / band.len() as f64 / count;
                }
            }
        }
        means.into_iter().map(|mean| (mean + QUIET).ln() as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Modulation, WINDOW};
    use crate::features::blocks::LogMel;
    use crate::features::blocks::descriptor::{Descriptor, Encode};

    #[test]
    fn a_pulse_of_sixteen_cycles_a_window_shows_in_its_own_band_and_rate() {
        let bands = 64;
        let mut levels = vec![-40.0; 300 * bands];
        for (t, frame) in levels.chunks_exact_mut(bands).enumerate() {
            let turn = std::f32::consts::TAU * 16.0 * t as f32 / WINDOW as f32;
            frame[20..22].fill(10.0 * turn.sin());
        }
        let modulation = Modulation::default();
        let found = modulation.describe(&LogMel::new(&levels, bands));
        let largest = (0..found.len()).max_by(|&a, &b| found[a].total_cmp(&found[b])).unwrap();
        // Bin 16 lies in 15..20, the eighth rate; bands 20 and 21 are the eleventh pair.
        assert_eq!(modulation.columns(bands)[largest], "modulation_band11_rate8");
    }
}
