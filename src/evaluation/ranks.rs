//! Places of values among each other, shared where they tie.

/// Values that lie nearer than this are tied: shares are quotients of counts, and what differs by
/// less differs by rounding.
pub(super) const TIE: f64 = 1e-12;

/// Rank of each value, the smallest being 1; ties share the mean of the ranks they take up.
#[allow(clippy::cast_precision_loss)]
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let tied = order[from..]
            .iter()
            .take_while(|&&value| values[value] - values[order[from]] < TIE)
            .count();
        for &value in &order[from..from + tied] {
            ranks[value] = from as f64 + (tied as f64 + 1.0) / 2.0;
        }
        from += tied;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::ranks;

    #[test]
    fn ties_share_the_mean_rank() {
        assert_eq!(ranks(&[0.3, 0.1, 0.1 + 1e-15, 0.2]), [4.0, 1.5, 1.5, 3.0]);
        assert_eq!(ranks(&[]), Vec::<f64>::new());
    }
}
