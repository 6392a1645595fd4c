//! From many frames to two numbers.

/// Mean and population variance (divided by n, as librosa users do) of `values`, summed in double
/// precision in two passes, so that the variance of a constant is exactly zero.
pub(crate) fn mean_and_variance<T: Copy + Into<f64>>(values: &[T]) -> [f64; 2] {
    let count = values.len() as f64;
    let mean = sum(values, |x| x) / count;
    [mean, sum(values, |x| (x - mean) * (x - mean)) / count]
}

/// Σ term(x), in eight interleaved sums: faster than one, and more exact.
pub(crate) fn sum<T: Copy + Into<f64>>(values: &[T], term: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += term(x.into());
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&x| term(x.into())).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::mean_and_variance;

    #[test]
    fn the_variance_is_that_of_the_population() {
        assert_eq!(mean_and_variance(&[1.0, 2.0, 3.0, 4.0]), [2.5, 1.25]);
    }

    #[test]
    fn a_constant_has_no_variance() {
        assert_eq!(mean_and_variance(&[4_000.0_f32; 1293]), [4_000.0, 0.0]);
        assert_eq!(mean_and_variance(&[1.0_f32]), [1.0, 0.0]);
    }
}
