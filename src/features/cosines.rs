//! The orthonormal cosine transform, which turns a log-mel frame into its cepstrum.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Transforms by count and bands. A learned block asks for one at every track, and its cosines took
/// longer than the product with them.
static KNOWN: LazyLock<Mutex<Transforms>> = LazyLock::new(Mutex::default);

type Transforms = HashMap<(usize, usize), Arc<[f32]>>;

/// The first `count` rows of the orthonormal DCT-II over `bands` values, row after row:
/// s(i) cos(π i (b + ½) / B) with s(0) = √(1/B), else √(2/B).
pub(crate) fn cosines(count: usize, bands: usize) -> Arc<[f32]> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry((count, bands)).or_insert_with(|| worked_out(count, bands)))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn worked_out(count: usize, bands: usize) -> Arc<[f32]> {
    let scale = |i| if i == 0 { (1.0 / bands as f64).sqrt() } else { (2.0 / bands as f64).sqrt() };
    let cosine = |i, b| scale(i) * (PI * i as f64 * (b as f64 + 0.5) / bands as f64).cos();
    (0..count).flat_map(|i| (0..bands).map(move |b| cosine(i, b) as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::cosines;
    use crate::features::product::dot;

    #[test]
    fn the_basis_is_orthonormal() {
        let basis = cosines(20, 128);
        for (i, a) in basis.chunks_exact(128).enumerate() {
            for (j, b) in basis.chunks_exact(128).enumerate() {
                assert!((dot(a, b) - f32::from(u8::from(i == j))).abs() < 1e-5);
            }
        }
    }
}
