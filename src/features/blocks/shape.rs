//! Where the spectrum lies, how wide it is and how it moves, as statistics over the clip.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode};
use crate::features::Error;
use crate::seed::Seed;

/// Names of the series, as their columns have them.
pub const SERIES: [&str; 6] = ["centroid", "spread", "flatness", "level", "rolloff", "flux"];
/// Names of the statistics, in the order of the columns.
const STATISTICS: [&str; 6] = ["mean", "deviation", "skewness", "kurtosis", "step", "stride"];
/// Share of the power that lies below the roll-off.
const ROLLOFF: f64 = 0.85;
/// What is added to the deviation before dividing by it.
const TINY: f64 = 1e-6;

/// Six numbers of each frame's spectrum, in six statistics over the clip.
///
/// The series are those of [`shapes`]. Of each: mean, standard deviation, skewness, excess kurtosis,
/// and of its change from frame to frame the standard deviation (`step`) and the mean size
/// (`stride`). Unlearned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {}

/// Six numbers for each frame: frames × 6, in the order of [`SERIES`].
///
/// With the power P(b) = 10^(L(b)/10) of B bands and its shares p = P / Σ P: centroid Σ b·p(b) in
/// bands, 0..B−1; spread √Σ p(b)·(b − centroid)² in bands; flatness mean(L) − 10 log10(mean(P)) in
/// dB, 0 for a flat frame and negative else; level 10 log10(Σ P) in dB; roll-off, the number of bands
/// within the lowest 85 % of the power; flux √Σ (√p(t+1) − √p(t))², 0..√2, towards the next frame,
/// the last one repeated.
pub fn shapes(log_mel: &LogMel<'_>) -> Vec<f32> {
    let bands = log_mel.bands();
    let mut series = vec![0.0; log_mel.frames() * SERIES.len()];
    let (mut shares, mut before) = (vec![0.0; bands], vec![0.0; bands]);
    for (frame, levels) in log_mel.rows().enumerate() {
        std::mem::swap(&mut shares, &mut before);
        // Relative to the loudest band, so that no level is too low or too high for a power.
        let top = f64::from(levels.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        for (share, level) in shares.iter_mut().zip(levels) {
            *share = 10.0_f64.powf((f64::from(*level) - top) / 10.0);
        }
        let total: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= total);
        let centroid: f64 = shares.iter().zip(0..).map(|(p, band)| p * f64::from(band)).sum();
        let variance: f64 =
            shares.iter().zip(0..).map(|(p, band)| p * (f64::from(band) - centroid).powi(2)).sum();
        let mean = levels.iter().map(|level| f64::from(*level)).sum::<f64>() / bands as f64;
        let level = top + 10.0 * total.log10();
        let mut below = 0.0;
        let rolloff = shares.iter().take_while(|share| {
            below += **share;
            below < ROLLOFF
        });
        let rolloff = rolloff.count();
        let values = [
            centroid,
            variance.sqrt(),
            mean - (level - 10.0 * (bands as f64).log10()),
            level,
            rolloff as f64,
        ];
        let place = frame * SERIES.len();
        series[place..].iter_mut().zip(values).for_each(|(place, value)| *place = value as f32);
        if frame > 0 {
            let change = |(a, b): (&f64, &f64)| (a.sqrt() - b.sqrt()).powi(2);
            let flux = shares.iter().zip(&before).map(change).sum::<f64>().sqrt() as f32;
            series[place - 1] = flux;
            series[place + SERIES.len() - 1] = flux; // until the next frame says better
        }
    }
    series
}

impl Descriptor for Shape {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("shape", "frames", 2, frames, "leave the clip out")?;
        need("shape", "mel bands", 2, bands, "take a log-mel with more bands")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let name = |statistic| SERIES.map(|series| format!("shape_{series}_{statistic}"));
        STATISTICS.into_iter().flat_map(name).collect()
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Shape {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let all = shapes(log_mel);
        let mut values = vec![0.0; SERIES.len() * STATISTICS.len()];
        for at in 0..SERIES.len() {
            let series: Vec<f64> =
                all.iter().skip(at).step_by(SERIES.len()).map(|value| f64::from(*value)).collect();
            for (statistic, value) in statistics(&series).into_iter().enumerate() {
                values[statistic * SERIES.len() + at] = value as f32;
            }
        }
        values
    }
}

/// In the order of [`STATISTICS`].
fn statistics(series: &[f64]) -> [f64; 6] {
    let mean_of = |values: &[f64], power: i32, centre: f64| {
        values.iter().map(|value| (value - centre).powi(power)).sum::<f64>() / values.len() as f64
    };
    let mean = mean_of(series, 1, 0.0);
    let deviation = mean_of(series, 2, mean).sqrt();
    let steps: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let sizes: Vec<f64> = steps.iter().map(|step| step.abs()).collect();
    [
        mean,
        deviation,
        mean_of(series, 3, mean) / (deviation + TINY).powi(3),
        mean_of(series, 4, mean) / (deviation + TINY).powi(4) - 3.0,
        mean_of(&steps, 2, mean_of(&steps, 1, 0.0)).sqrt(),
        mean_of(&sizes, 1, 0.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::{SERIES, shapes, statistics};
    use crate::features::blocks::LogMel;

    #[test]
    fn a_single_band_and_a_flat_frame_by_hand() {
        let mut levels = vec![-200.0; 8];
        levels[5] = 10.0;
        levels.extend([-30.0; 8]);
        let found = shapes(&LogMel::new(&levels, 8));
        let (single, flat) = found.split_at(SERIES.len());
        assert!((single[0] - 5.0).abs() < 1e-5 && single[1] < 1e-3 && single[4] == 5.0);
        assert!((single[3] - 10.0).abs() < 1e-5);
        assert!((flat[0] - 3.5).abs() < 1e-5 && flat[2].abs() < 1e-5 && flat[4] == 6.0);
        assert!((flat[1] - 5.25_f32.sqrt()).abs() < 1e-5, "{flat:?}");
        // √((1 − √⅛)² + 7/8), of both frames.
        let flux = ((1.0 - 0.125_f32.sqrt()).powi(2) + 0.875).sqrt();
        assert!((single[5] - flux).abs() < 1e-5 && single[5] == flat[5]);
    }

    #[test]
    fn statistics_by_hand() {
        let found = statistics(&[0.0, 0.0, 0.0, 4.0]);
        let known = [1.0, 3.0_f64.sqrt(), 2.0 / 3.0_f64.sqrt(), 7.0 / 3.0 - 3.0];
        for (found, known) in found.iter().zip(known) {
            assert!((found - known).abs() < 1e-4, "{found} is not {known}");
        }
        assert!((found[4] - (32.0_f64 / 9.0).sqrt()).abs() < 1e-9);
        assert!((found[5] - 4.0 / 3.0).abs() < 1e-9);
    }
}
