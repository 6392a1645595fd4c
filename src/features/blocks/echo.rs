//! How the shape of the spectrum comes back a little later.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::descriptor::{Descriptor, Encode, need};
use super::series::{LEAST, SERIES, of_runs, run_names};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many times the bands are halved.
    Halvings: usize, at_most 4
}

/// Frames from a moment to its echo: 0.08 to 1.2 s at 12.9 frames a second.
const LAGS: [usize; 5] = [1, 2, 4, 8, 16];
/// What is added to the variance before dividing by it.
const TINY: f64 = 1e-6;

/// Autocorrelation of the series of `shape`, in ever finer runs of bands.
///
/// The bands are taken whole, in two runs of neighbours, in four and so on, `halvings` times. Each of
/// the six series s of a run (as in `shape`), less its mean z = s − s̄, gives at lags of 1, 2, 4, 8 and
/// 16 frames r(lag) = mean z(t + lag)·z(t) / (mean z² + 10⁻⁶): near 1 where it comes back, 0 for
/// noise and for what never changes. (2^(halvings + 1) − 1) × 6 × 5 values. Unlearned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Echo {
    /// How many times the bands are halved: 3 is runs of all bands, of halves, quarters and eighths,
    /// 15 together. Each needs two bands.
    pub halvings: Halvings,
}

impl Default for Echo {
    fn default() -> Self {
        Self { halvings: Halvings::literal(3) }
    }
}

impl Echo {
    /// Into how many runs the bands are parted, from one time to the next.
    fn runs(&self) -> impl Iterator<Item = usize> + use<> {
        (0..=self.halvings.get()).map(|halvings| 1 << halvings)
    }
}

impl Descriptor for Echo {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("echo", "frames", LAGS[LAGS.len() - 1] + 1, frames, "leave the clip out")?;
        let remedy =
            if bands >= LEAST { "lower its `halvings`" } else { "take a log-mel with more bands" };
        need("echo", "mel bands", LEAST << self.halvings.get(), bands, remedy)
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let mut names = Vec::new();
        for run in self.runs().flat_map(run_names) {
            for series in SERIES {
                names.extend(LAGS.map(|lag| format!("echo_{run}{series}_lag{lag}")));
            }
        }
        names
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Echo {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let runs = self.runs().flat_map(|count| of_runs(log_mel, count));
        runs.flatten().flat_map(|series| echoes(&series)).map(|value| value as f32).collect()
    }
}

/// Autocorrelations in the order of [`LAGS`], of a series longer than the largest of them.
fn echoes(series: &[f64]) -> [f64; LAGS.len()] {
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let centred: Vec<f64> = series.iter().map(|value| value - mean).collect();
    let product = |lag: usize| {
        let pairs = centred[lag..].iter().zip(&centred);
        pairs.map(|(later, now)| later * now).sum::<f64>() / (centred.len() - lag) as f64
    };
    let variance = product(0) + TINY;
    LAGS.map(|lag| product(lag) / variance)
}

#[cfg(test)]
mod tests {
    use super::{Echo, Halvings, echoes};
    use crate::features::blocks::descriptor::Descriptor;

    #[test]
    fn what_turns_over_every_four_frames_comes_back_after_eight() {
        let series: Vec<f64> = (0..64).map(|t| if t % 8 < 4 { 3.0 } else { -1.0 }).collect();
        let found = echoes(&series);
        // One of four neighbours is of the other half (of 63 pairs 15 are), two of four at lag 2
        // (30 of 62); at lag 4 all are, at 8 and 16 none is.
        let known = [33.0 / 63.0, 2.0 / 62.0, -1.0, 1.0, 1.0];
        for (found, known) in found.iter().zip(known) {
            assert!((found - known).abs() < 1e-6, "{found} is not {known}");
        }
    }

    #[test]
    fn what_never_changes_has_no_echo() {
        assert_eq!(echoes(&[-100.0; 17]), [0.0; 5]);
    }

    #[test]
    fn columns_name_run_series_and_lag() {
        let columns = Echo::default().columns(128);
        assert_eq!(columns.len(), 450);
        assert_eq!(columns[0], "echo_centroid_lag1");
        assert_eq!(columns[30], "echo_run1of2_centroid_lag1");
        assert_eq!(columns[449], "echo_run8of8_flux_lag16");
        assert_eq!(Echo { halvings: Halvings::literal(0) }.columns(128).len(), 30);
    }

    #[test]
    fn a_run_of_one_band_and_a_clip_of_one_lag_are_refused() {
        let refused =
            |frames, bands| Echo::default().accepts(frames, bands).unwrap_err().to_string();
        assert!(refused(16, 16).contains("at least 17 frames, but there are 16; "));
        assert!(refused(17, 15).ends_with("but there are 15; lower its `halvings`"));
    }
}
