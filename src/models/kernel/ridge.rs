//! Ridge regression in the space of a kernel, solved exactly.

use crate::matrix::{Cholesky, View, product};

/// What a fit of n rows to g genres gives.
pub(super) struct Ridge {
    /// Weight of each training row, genre after genre: g × n.
    pub(super) weights: Vec<f64>,
    /// What each genre's value is without any likeness: its share of what the training rows count.
    pub(super) shares: Vec<f64>,
    /// Each training row's values under a fit from which its group was left out: n × g.
    pub(super) left_out: Vec<f64>,
}

impl Ridge {
    /// Regresses indicators of genres, less their means, on the kernel, where row i counts w(i) times:
    /// (K + ridge·diag(1/w))⁻¹ (Y − b), b = Σ w·Y / Σ w.
    ///
    /// `labels` are below `genres`, `counts` is w, above zero, and `groups` names the rows that are
    /// left out together. `None` when the matrix is not positive definite.
    pub(super) fn fit(
        mut kernel: Vec<f64>,
        ridge: f64,
        labels: &[usize],
        genres: usize,
        counts: &[f64],
        groups: &[usize],
    ) -> Option<Self> {
        let count = labels.len();
        let diagonal = kernel.iter_mut().step_by(count + 1);
        diagonal.zip(counts).for_each(|(value, count)| *value += ridge / count);
        let factor = Cholesky::of(&kernel, count)?;
        let whole: f64 = counts.iter().sum();
        let mut shares = vec![0.0; genres];
        labels.iter().zip(counts).for_each(|(&genre, count)| shares[genre] += count / whole);
        let mut targets = Vec::with_capacity(genres * count);
        for (genre, share) in shares.iter().enumerate() {
            targets.extend(labels.iter().map(|label| f64::from(u8::from(*label == genre)) - share));
        }
        let weights = factor.solve(&targets);
        let left_out = left_out(&factor, &weights, labels, genres, groups)?;
        Some(Self { weights, shares, left_out })
    }

    /// Values of rows, given the kernel of the training rows with them: rows × g.
    pub(super) fn values(weights: &[f64], shares: &[f64], kernel: &[f64]) -> Vec<f64> {
        let count = weights.len() / shares.len();
        let kernel = View::of(kernel, kernel.len() / count).transposed();
        let mut values = product(kernel, View::of(weights, count).transposed());
        for values in values.chunks_exact_mut(shares.len()) {
            values.iter_mut().zip(shares).for_each(|(value, share)| *value += share);
        }
        values
    }
}

/// Values under fits that leave a group out, without fitting again: with M = (K +
/// ridge·diag(1/w))⁻¹ and the weights A, they miss the truth of a group G by (M_GG)⁻¹ A_G. (The
/// genres' shares and what rows count stay those of all rows.)
fn left_out(
    factor: &Cholesky,
    weights: &[f64],
    labels: &[usize],
    genres: usize,
    groups: &[usize],
) -> Option<Vec<f64>> {
    let count = labels.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&row| (groups[row], row));
    let mut values = vec![0.0; count * genres];
    for group in order.chunk_by(|&a, &b| groups[a] == groups[b]) {
        let of_group = |genre| group.iter().map(move |row| weights[genre * count + row]);
        let columns: Vec<f64> = (0..genres).flat_map(of_group).collect();
        let block = factor.inverse_among(group);
        let missed = Cholesky::of(&block, group.len())?.solve(&columns);
        for (genre, missed) in missed.chunks_exact(group.len()).enumerate() {
            for (&row, missed) in group.iter().zip(missed) {
                values[row * genres + genre] = f64::from(u8::from(labels[row] == genre)) - missed;
            }
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::Ridge;
    use crate::models::kernel::Weigh;

    /// exp(−(i − j)²/8) of seven points on a line.
    fn kernel(rows: &[usize], columns: &[usize]) -> Vec<f64> {
        let like = |a: usize, b: usize| (-(a as f64 - b as f64).powi(2) / 8.0).exp();
        rows.iter().flat_map(|&row| columns.iter().map(move |&column| like(row, column))).collect()
    }

    #[test]
    fn a_regression_of_two_rows_by_hand() {
        // Kernel 1 and ½, ridge ½; targets ±½ in the direction (1, −1), whose eigenvalue is ½ + ½.
        let kernel = vec![1.0, 0.5, 0.5, 1.0];
        let fitted = Ridge::fit(kernel, 0.5, &[0, 1], 2, &[1.0, 1.0], &[0, 1]).unwrap();
        for (found, known) in fitted.weights.iter().zip([0.5, -0.5, -0.5, 0.5]) {
            assert!((found - known).abs() < 1e-12, "{found}");
        }
        let values = Ridge::values(&fitted.weights, &fitted.shares, &[1.0, 0.0, 0.5, 0.0]);
        for (found, known) in values.iter().zip([0.75, 0.25, 0.5, 0.5]) {
            assert!((found - known).abs() < 1e-12, "{found}");
        }
        // Without the other row, a row is (−½ · ½) / 1.5 + ½ of its own genre.
        assert!((fitted.left_out[0] - (0.5 - 0.25 / 1.5)).abs() < 1e-12);
    }

    #[test]
    fn left_out_values_are_those_of_a_fit_without_the_group() {
        let labels = [0, 0, 1, 1, 0, 1, 1];
        let groups = [4, 4, 1, 2, 0, 2, 4];
        let all: Vec<usize> = (0..7).collect();
        for weigh in [Weigh::Rows, Weigh::Groups] {
            let counts = weigh.counts(&labels, 2, &groups);
            let fitted = Ridge::fit(kernel(&all, &all), 0.1, &labels, 2, &counts, &groups).unwrap();
            for &row in &all {
                let kept: Vec<usize> = (0..7).filter(|&it| groups[it] != groups[row]).collect();
                // The shares of all rows stay, so the targets of the rows kept are not centred.
                let factor = {
                    let mut kernel = kernel(&kept, &kept);
                    let diagonal = kernel.iter_mut().step_by(kept.len() + 1);
                    diagonal.zip(&kept).for_each(|(value, &row)| *value += 0.1 / counts[row]);
                    crate::matrix::Cholesky::of(&kernel, kept.len()).unwrap()
                };
                for genre in 0..2 {
                    let share = fitted.shares[genre];
                    let indicator = |other: &usize| f64::from(u8::from(labels[*other] == genre));
                    let targets: Vec<f64> =
                        kept.iter().map(|other| indicator(other) - share).collect();
                    let weights = factor.solve(&targets);
                    let known = Ridge::values(&weights, &[share], &kernel(&kept, &[row]))[0];
                    let found = fitted.left_out[row * 2 + genre];
                    assert!((found - known).abs() < 1e-9, "row {row}: {found} is not {known}");
                }
            }
        }
    }

    #[test]
    fn a_group_of_equal_rows_counts_as_one_of_them() {
        // Points 1 and 4 stand there three times and twice, each among a group of its own.
        let fit = |points: &[usize], ridge: f64| {
            let labels: Vec<usize> = points.iter().map(|point| point % 2).collect();
            let counts = Weigh::Groups.counts(&labels, 2, points);
            let fitted =
                Ridge::fit(kernel(points, points), ridge, &labels, 2, &counts, points).unwrap();
            let all: Vec<usize> = (0..7).collect();
            let values = Ridge::values(&fitted.weights, &fitted.shares, &kernel(points, &all));
            (values, fitted)
        };
        // Rows count 1 on average, so the groups of nine rows count 9/6 times those of six.
        let (once, alone) = fit(&[0, 1, 2, 3, 4, 5], 0.1);
        let (often, among) = fit(&[0, 1, 1, 1, 2, 3, 4, 4, 5], 0.1 * 9.0 / 6.0);
        for (once, often) in once.iter().zip(&often) {
            assert!((once - often).abs() < 1e-9, "{often} is not {once}");
        }
        assert!((alone.shares[1] - 0.5).abs() < 1e-12 && (among.shares[1] - 0.5).abs() < 1e-12);
        assert!((alone.left_out[2] - among.left_out[2]).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_positive_definite_is_no_regression() {
        assert!(
            Ridge::fit(vec![1.0, 9.0, 9.0, 1.0], 0.1, &[0, 1], 2, &[1.0, 1.0], &[0, 1]).is_none()
        );
    }
}
