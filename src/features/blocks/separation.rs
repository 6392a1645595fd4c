//! How much lasts and how much is struck in each band.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::descriptor::{Descriptor, Encode, need};
use super::strands::{BANDS, Strands, WIDTH};
use crate::features::Error;
use crate::seed::Seed;

/// Names of the statistics, in the order of the columns.
const STATISTICS: [&str; 4] =
    ["difference_mean", "difference_deviation", "rest_deviation", "rest_size"];

/// Balance of lasting and struck sound in each band.
///
/// The mel bands are averaged to 64. The median of nine frames is what lasts, h, and that of nine
/// bands is what is struck, p. Kept are mean and standard deviation over time of h − p, and standard
/// deviation and mean size of what is left of the levels without h, in dB: 4 × 64 values. The clip's
/// level leaves no trace. Unlearned. After Fitzgerald 2010.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Separation {}

impl Descriptor for Separation {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("separation", "frames", WIDTH, frames, "leave the clip out")?;
        need("separation", "mel bands", BANDS, bands, "take a log-mel with more bands")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let name = |kind| (1..=BANDS).map(move |band| format!("separation_{kind}{band}"));
        STATISTICS.into_iter().flat_map(name).collect()
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Separation {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let Strands { levels, lasting, struck } = Strands::of(log_mel);
        let mut values = vec![0.0; STATISTICS.len() * BANDS];
        let column = |strand: &[f32], band: usize| -> Vec<f64> {
            strand.iter().skip(band).step_by(BANDS).map(|level| f64::from(*level)).collect()
        };
        for band in 0..BANDS {
            let (x, h) = (column(&levels, band), column(&lasting, band));
            let p = column(&struck, band);
            let (difference, spread) = mean_and_deviation(h.iter().zip(&p).map(|(h, p)| h - p));
            let rest = || x.iter().zip(&h).map(|(x, h)| x - h);
            let statistics = [
                difference,
                spread,
                mean_and_deviation(rest()).1,
                mean_and_deviation(rest().map(f64::abs)).0,
            ];
            for (at, statistic) in statistics.into_iter().enumerate() {
                values[at * BANDS + band] = statistic as f32;
            }
        }
        values
    }
}

/// Mean and population standard deviation.
fn mean_and_deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (mean, (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::Separation;
    use crate::features::blocks::LogMel;
    use crate::features::blocks::descriptor::Encode;

    #[test]
    fn a_tone_tips_its_band_to_the_lasting_side() {
        let mut levels = vec![-60.0; 40 * 64];
        levels.iter_mut().skip(30).step_by(64).for_each(|level| *level = 0.0);
        let found = Separation::default().describe(&LogMel::new(&levels, 64));
        assert_eq!(found[30], 60.0);
        assert!(found.iter().enumerate().all(|(at, value)| at == 30 || *value == 0.0));
    }
}
