//! How far the peaks of the log-mel stand out from its valleys, band by band.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::abreast::{LANES, turn};
use super::bands::edge;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;
use crate::vectors::{larger, wide};

bounded! {
    /// How many broad bands.
    Bands: usize, at_least 1, at_most 64
}

/// The fewest mel bands that a broad one may hold, so that a quarter of them is one.
const FEWEST: usize = 4;

/// Contrast of peaks and valleys within broad bands: mean and deviation over the clip.
///
/// The mel bands are parted evenly into `bands` broad ones. In each frame a broad band's valley is
/// the mean level of its lowest quarter of mel bands and its peak that of the highest quarter. Kept
/// are means and standard deviations of peak − valley, and of the valley, in dB: 4 × bands values.
/// Unlearned. After Jiang, Lu, Zhang, Tao & Cai 2002.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contrast {
    /// How many broad bands. Eight of 128 mel bands hold sixteen each.
    pub bands: Bands,
}

impl Default for Contrast {
    fn default() -> Self {
        Self { bands: Bands::literal(8) }
    }
}

/// Peak − valley of each of `broad` bands, then the valley of each, in dB: frames × 2·broad.
pub fn contrasts(log_mel: &LogMel<'_>, broad: usize) -> Vec<f32> {
    let bands = log_mel.bands();
    let mut series = vec![0.0; log_mel.frames() * 2 * broad];
    let mut abreast = vec![[0.0; LANES]; bands];
    let parts = log_mel.values().chunks(LANES * bands).zip(series.chunks_mut(LANES * 2 * broad));
    for (levels, values) in parts {
        turn(levels, &mut abreast);
        for band in 0..broad {
            let levels = &mut abreast[edge(band, bands, broad)..edge(band + 1, bands, broad)];
            sort(levels);
            let quarter = (levels.len() / FEWEST).max(1);
            let mean = |levels: &[[f32; LANES]], frame: usize| {
                levels.iter().map(|level| level[frame]).sum::<f32>() / levels.len() as f32
            };
            for (frame, values) in values.chunks_exact_mut(2 * broad).enumerate() {
                let valley = mean(&levels[..quarter], frame);
                values[band] = mean(&levels[levels.len() - quarter..], frame) - valley;
                values[broad + band] = valley;
            }
        }
    }
    series
}

wide! {
    /// Sorts the rows by what stands in each of their lanes, whatever stands in the others.
    fn sort(rows: &mut [[f32; LANES]]) {
        for sorted in 1..rows.len() {
            let (before, [next, ..]) = rows.split_at_mut(sorted) else { return };
            // What is larger moves on towards the end, lane by lane.
            for row in before {
                for (one, other) in row.iter_mut().zip(&mut *next) {
                    let less = if *one < *other { *one } else { *other };
                    (*one, *other) = (less, larger(*one, *other));
                }
            }
        }
    }
}

impl Descriptor for Contrast {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("contrast", "frames", 1, frames, "leave the clip out")?;
        need("contrast", "mel bands", FEWEST * self.bands.get(), bands, "lower its `bands`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let name = |kind: &'static str| {
            (1..=self.bands.get()).map(move |band| format!("contrast_{kind}{band}"))
        };
        ["mean", "deviation", "valley_mean", "valley_deviation"]
            .into_iter()
            .flat_map(name)
            .collect()
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Contrast {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let broad = self.bands.get();
        let series = contrasts(log_mel, broad);
        let mut values = vec![0.0; 4 * broad];
        for at in 0..2 * broad {
            let column = || series.chunks_exact(2 * broad).map(|frame| f64::from(frame[at]));
            let count = log_mel.frames() as f64;
            let mean = column().sum::<f64>() / count;
            let variance = column().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let place = if at < broad { at } else { at + broad };
            values[place] = mean as f32;
            values[place + broad] = variance.sqrt() as f32;
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::{Contrast, contrasts};
    use crate::features::blocks::LogMel;
    use crate::features::blocks::descriptor::Encode;

    #[test]
    fn one_peak_among_flat_bands() {
        let mut levels = vec![-50.0; 2 * 64];
        levels[64 + 3] = -10.0;
        let log_mel = LogMel::new(&levels, 64);
        let series = contrasts(&log_mel, 8);
        assert_eq!(series[16..18], [20.0, 0.0]); // the highest two of eight: −10 and −50
        let found = Contrast::default().describe(&log_mel);
        assert_eq!((found[0], found[8], found[16], found[24]), (10.0, 10.0, -50.0, 0.0));
    }
}
