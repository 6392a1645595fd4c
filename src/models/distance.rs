//! Sums over two rows, fast enough to be taken between all pairs of rows.

/// How many partial sums are kept at once, so that the processor need not wait for each addition.
const LANES: usize = 8;

/// Σ term(aᵢ, bᵢ) in double precision; the order of the additions is the same everywhere.
fn sum(a: &[f32], b: &[f32], term: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f64 = rest.map(|(a, b)| term(f64::from(*a), f64::from(*b))).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += term(f64::from(a[lane]), f64::from(b[lane]));
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Σ (aᵢ − bᵢ)².
pub(super) fn squared(a: &[f32], b: &[f32]) -> f64 {
    sum(a, b, |a, b| (a - b) * (a - b))
}

/// Σ |aᵢ − bᵢ|.
pub(super) fn absolute(a: &[f32], b: &[f32]) -> f64 {
    sum(a, b, |a, b| (a - b).abs())
}

/// Σ aᵢ bᵢ.
pub(super) fn product(a: &[f32], b: &[f32]) -> f64 {
    sum(a, b, |a, b| a * b)
}

#[cfg(test)]
mod tests {
    use super::{absolute, product, squared};

    #[test]
    fn every_column_counts_once() {
        let a: Vec<f32> = (0..21_u8).map(f32::from).collect();
        let b = vec![1.0; 21];
        assert_eq!(product(&a, &b), 210.0);
        assert_eq!(absolute(&a, &b), 191.0); // 1 + (0 + 1 + … + 19)
        assert_eq!(squared(&a, &b), 2471.0); // 1 + (0² + 1² + … + 19²)
    }
}
