//! How frames change: central differences beside the frames themselves.

/// Frames whose neighbours are there on both sides, with their differences.
///
/// Of frames x(0)…x(T−1) of `width` values: for t = 1…T−2 the values [x(t)], with `orders` ≥ 1 also
/// [x(t+1) − x(t−1)], with 2 also [x(t+1) − 2 x(t) + x(t−1)]: (T−2) × width·(1+orders). Needs three
/// frames to give one.
pub(super) fn with_deltas(frames: &[f32], width: usize, orders: usize) -> Vec<f32> {
    let count = (frames.len() / width).saturating_sub(2);
    let mut rows = Vec::with_capacity(count * width * (1 + orders));
    for at in 0..count {
        let three = &frames[at * width..(at + 3) * width];
        let (before, now, after) = (&three[..width], &three[width..2 * width], &three[2 * width..]);
        rows.extend_from_slice(now);
        if orders >= 1 {
            rows.extend(before.iter().zip(after).map(|(before, after)| after - before));
        }
        if orders >= 2 {
            let around = before.iter().zip(after).map(|(before, after)| before + after);
            rows.extend(around.zip(now).map(|(around, now)| around - 2.0 * now));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::with_deltas;

    #[test]
    fn a_parabola_has_a_rising_slope_and_a_constant_bend() {
        let squares = [0.0, 1.0, 4.0, 9.0, 16.0];
        assert_eq!(with_deltas(&squares, 1, 2), [1.0, 4.0, 2.0, 4.0, 8.0, 2.0, 9.0, 12.0, 2.0]);
        assert_eq!(with_deltas(&squares, 1, 0), [1.0, 4.0, 9.0]);
        assert!(with_deltas(&squares[..2], 1, 1).is_empty());
    }
}
