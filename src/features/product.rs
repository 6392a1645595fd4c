//! Scalar products, which filter banks and the cosine transform consist of.

/// Σ a·b of two slices of the same length, in eight interleaved sums that the compiler vectorises.
#[inline(always)] // callers compile it for wider registers
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    let (low, high) = sums.split_at(4);
    let quads: [f32; 4] = std::array::from_fn(|i| low[i] + high[i]);
    (quads[0] + quads[1]) + (quads[2] + quads[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::dot;

    #[test]
    fn every_element_counts_once() {
        for length in 0..40_u16 {
            let a: Vec<f32> = (0..length).map(f32::from).collect();
            let wanted: u32 = (0..u32::from(length)).map(|i| i * i).sum();
            assert_eq!(dot(&a, &a), wanted as f32);
        }
    }
}
