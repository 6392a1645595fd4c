//! Cepstra of the frames of a log-mel spectrum.

use super::{LogMel, deltas::with_deltas};
use crate::features::cosines::cosines;
use crate::matrix::{View, product};

/// The first `count` coefficients of the orthonormal DCT-II of each frame's levels, with `orders`
/// orders of differences (see [`with_deltas`]): (frames − 2) × count·(1+orders).
pub(super) fn cepstra(log_mel: &LogMel<'_>, count: usize, orders: usize) -> Vec<f32> {
    let bands = log_mel.bands();
    let basis = cosines(count, bands);
    let coefficients =
        product(View::of(log_mel.values(), bands), View::of(&basis, bands).transposed());
    with_deltas(&coefficients, count, orders)
}

#[cfg(test)]
mod tests {
    use super::cepstra;
    use crate::features::blocks::LogMel;

    #[test]
    fn a_flat_spectrum_that_does_not_change_has_only_a_level() {
        let found = cepstra(&LogMel::new(&[-20.0; 5 * 64], 64), 3, 1);
        assert_eq!(found.len(), 3 * 6);
        for frame in found.chunks_exact(6) {
            assert!((frame[0] + 160.0).abs() < 1e-3);
            assert!(frame[1..].iter().all(|value| value.abs() < 1e-3));
        }
    }
}
