//! Mel-frequency cepstral coefficients: the shape of the spectrum's envelope, coarse to fine.

use crate::features::cosines::cosines;
use crate::features::product::dot;
use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature, Grid};

/// How many coefficients the published table has.
pub(crate) const COUNT: usize = 20;

/// c(i) = s(i) Σ L(b) cos(π i (b + ½) / B) over the bands b, with L the log-mel spectrum in dB, B the
/// number of bands, and s(0) = √(1/B), else √(2/B): the orthonormal DCT-II, first coefficients.
///
/// In dB·√bands, mostly -600..300; frames × 20, of which mean and variance are kept. mfcc1 is
/// coefficient 0, the overall level. Davis & Mermelstein 1980.
pub(crate) const FEATURE: Feature = Feature {
    name: "mfcc",
    family: Family::Mfcc,
    columns: &[
        "mfcc1_mean",
        "mfcc1_var",
        "mfcc2_mean",
        "mfcc2_var",
        "mfcc3_mean",
        "mfcc3_var",
        "mfcc4_mean",
        "mfcc4_var",
        "mfcc5_mean",
        "mfcc5_var",
        "mfcc6_mean",
        "mfcc6_var",
        "mfcc7_mean",
        "mfcc7_var",
        "mfcc8_mean",
        "mfcc8_var",
        "mfcc9_mean",
        "mfcc9_var",
        "mfcc10_mean",
        "mfcc10_var",
        "mfcc11_mean",
        "mfcc11_var",
        "mfcc12_mean",
        "mfcc12_var",
        "mfcc13_mean",
        "mfcc13_var",
        "mfcc14_mean",
        "mfcc14_var",
        "mfcc15_mean",
        "mfcc15_var",
        "mfcc16_mean",
        "mfcc16_var",
        "mfcc17_mean",
        "mfcc17_var",
        "mfcc18_mean",
        "mfcc18_var",
        "mfcc19_mean",
        "mfcc19_var",
        "mfcc20_mean",
        "mfcc20_var",
    ],
    unit: "dB·√bands",
    doc: "shape of the spectral envelope: cosine transform of the log-mel spectrum",
    values: |analysis: &Analysis| {
        let grid = mfcc(analysis.log_mel(), COUNT);
        let column = |c| grid.rows().map(|row| row[c]).collect::<Vec<f32>>();
        (0..COUNT).flat_map(|c| mean_and_variance(&column(c))).collect()
    },
};

/// The first `count` coefficients of each frame of a log-mel spectrum: frames × count.
pub(crate) fn mfcc(log_mel: &Grid, count: usize) -> Grid {
    let bands = log_mel.width();
    let basis = cosines(count, bands);
    let mut grid = Grid::zeros(log_mel.frames(), count);
    for (row, levels) in grid.rows_mut().zip(log_mel.rows()) {
        for (value, cosine) in row.iter_mut().zip(basis.chunks_exact(bands)) {
            *value = dot(cosine, levels);
        }
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::mfcc;
    use crate::features::Grid;

    #[test]
    fn a_flat_spectrum_has_only_a_level() {
        let mut flat = Grid::zeros(1, 128);
        flat.values_mut().fill(-100.0);
        let grid = mfcc(&flat, 20);
        assert!((grid.row(0)[0] + 100.0 * 128.0_f32.sqrt()).abs() < 1e-3);
        assert!(grid.row(0)[1..].iter().all(|c| c.abs() < 1e-3));
    }
}
