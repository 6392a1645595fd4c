//! Where the spectrum lies, how wide it is and how it moves, as statistics over the clip.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode};
use super::series::{LEAST, SERIES, of_runs, run_names};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many runs of neighbouring bands.
    Runs: usize, at_least 1, at_most 16
}

/// Names of the statistics, in the order of the columns.
const STATISTICS: [&str; 6] = ["mean", "deviation", "skewness", "kurtosis", "step", "stride"];
/// What is added to the deviation before dividing by it.
const TINY: f64 = 1e-6;

/// Six numbers of each frame's spectrum, in six statistics over the clip.
///
/// The series are centroid, spread, flatness, level, roll-off and flux of each frame's power over the
/// bands. Of each: mean, standard deviation, skewness, excess kurtosis, and of its change from frame
/// to frame the standard deviation (`step`) and the mean size (`stride`). With `runs` the bands are
/// parted into as many runs of neighbours, each of which has series of its own, made of its own bands
/// alone: runs × 36 values. Unlearned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {
    /// How many runs of neighbouring bands are looked at, each by itself, two bands at least in each.
    /// Several hear bass, voices and cymbals apart.
    pub runs: Runs,
}

impl Default for Shape {
    fn default() -> Self {
        Self { runs: Runs::literal(1) }
    }
}

impl Descriptor for Shape {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("shape", "frames", 2, frames, "leave the clip out")?;
        let runs = self.runs.get();
        let remedy = if runs > 1 && bands >= LEAST {
            "lower its `runs`"
        } else {
            "take a log-mel with more bands"
        };
        need("shape", "mel bands", LEAST * runs, bands, remedy)
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let of_run = |run: String| {
            STATISTICS.into_iter().flat_map(move |statistic| {
                let run = run.clone();
                SERIES.map(|series| format!("shape_{run}{series}_{statistic}"))
            })
        };
        run_names(self.runs.get()).into_iter().flat_map(of_run).collect()
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Shape {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let mut values = Vec::new();
        for run in of_runs(log_mel, self.runs.get()) {
            let all = run.map(|series| statistics(&series));
            for statistic in 0..STATISTICS.len() {
                values.extend(all.iter().map(|of_series| of_series[statistic] as f32));
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
    use super::{Runs, Shape, statistics};
    use crate::features::blocks::LogMel;
    use crate::features::blocks::descriptor::{Descriptor, Encode};

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

    #[test]
    fn runs_are_told_apart_by_name_and_one_run_has_none() {
        let columns = Shape::default().columns(8);
        assert_eq!(columns[0], "shape_centroid_mean");
        let shape = Shape { runs: Runs::literal(2) };
        let columns = shape.columns(8);
        assert_eq!((columns.len(), columns[39].as_str()), (72, "shape_run2of2_level_mean"));
        // The upper half alone is loud: 10 log10(4) dB over each of its bands.
        let mut levels = vec![-90.0; 4 * 8];
        levels.chunks_mut(8).for_each(|frame| frame[4..].fill(-20.0));
        let values = shape.describe(&LogMel::new(&levels, 8));
        let level = -20.0 + 10.0 * 4.0_f32.log10();
        assert!((values[39] - level).abs() < 1e-4, "{}", values[39]);
        assert!((values[3] - level + 70.0).abs() < 1e-4, "{}", values[3]);
        assert!((values[36] - 1.5).abs() < 1e-4, "bands are counted from the run's first");
    }

    #[test]
    fn a_run_of_one_band_is_refused_with_a_remedy() {
        let shape = Shape { runs: Runs::literal(8) };
        assert_eq!(shape.accepts(9, 16), Ok(()));
        let refused = shape.accepts(9, 15).unwrap_err().to_string();
        assert!(refused.ends_with("at least 16 mel bands, but there are 15; lower its `runs`"));
    }
}
