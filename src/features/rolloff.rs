//! Below which frequency most of the spectrum lies.

use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature, Spectrum};

/// The share of the magnitude that lies at or below the roll-off.
const SHARE: f64 = 0.85;

/// The lowest frequency f with Σ_{g ≤ f} |D(g)| ≥ 0.85 Σ |D|.
///
/// In hertz, a multiple of rate/2048 in 0..=rate/2; one value a frame; silence gives 0.
/// Scheirer & Slaney 1997.
pub(crate) const FEATURE: Feature = Feature {
    name: "rolloff",
    family: Family::Spectral,
    columns: &["rolloff_mean", "rolloff_var"],
    unit: "Hz",
    doc: "frequency below which 85 % of the magnitude lies",
    values: |analysis: &Analysis| mean_and_variance(&analysis.rolloff()).to_vec(),
};

/// The roll-off of every frame, in hertz.
pub(crate) fn rolloff(spectrum: &Spectrum) -> Vec<f64> {
    spectrum.magnitude().rows().map(|row| spectrum.frequency(bin(row))).collect()
}

/// The first bin at which the running sum reaches its share. Sums of blocks come first, so that
/// only one block is walked bin by bin.
fn bin(magnitude: &[f32]) -> usize {
    const BLOCK: usize = 32;
    let block_sum = |block: &[f32]| {
        let mut sums = [0.0_f64; 4];
        for quad in block.chunks(4) {
            for (sum, &m) in sums.iter_mut().zip(quad) {
                *sum += f64::from(m);
            }
        }
        sums.iter().sum::<f64>()
    };
    let blocks: Vec<f64> = magnitude.chunks(BLOCK).map(block_sum).collect();
    let threshold = SHARE * blocks.iter().sum::<f64>();
    let mut below = 0.0;
    let mut start = 0;
    for sum in blocks {
        if below + sum >= threshold {
            break;
        }
        below += sum;
        start += BLOCK;
    }
    for (bin, &m) in magnitude.iter().enumerate().skip(start) {
        below += f64::from(m);
        if below >= threshold {
            return bin;
        }
    }
    // Only rounding of the sums can lead here.
    magnitude.len() - 1
}

#[cfg(test)]
mod tests {
    use super::bin;

    #[test]
    fn a_flat_spectrum_rolls_off_at_85_percent() {
        assert_eq!(bin(&[1.0; 100]), 84);
        assert_eq!(bin(&[1.0; 1025]), 871);
    }

    #[test]
    fn a_line_rolls_off_at_itself_and_silence_at_zero() {
        let mut line = [0.0; 1025];
        line[777] = 1.0;
        assert_eq!(bin(&line), 777);
        assert_eq!(bin(&[0.0; 1025]), 0);
    }
}
