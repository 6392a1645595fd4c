//! Rows and soft targets of one batch.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::options::Training;
use super::view::{Curves, View};
use crate::dataset::Samples;

/// Numbers of one batch, row after row.
pub(super) struct Rows {
    /// What goes into the net.
    pub(super) values: Vec<f32>,
    /// What should come out, as a share for each genre.
    pub(super) targets: Vec<f32>,
}

impl Rows {
    /// Windows of the samples at `picks`, as training draws and varies them; a share of each target
    /// is spread over all genres.
    pub(super) fn drawn(
        samples: &Samples,
        picks: &[usize],
        training: &Training,
        curves: &Curves,
        stream: &mut ChaCha8Rng,
    ) -> Self {
        let view = &training.view;
        let mut values = Vec::with_capacity(picks.len() * view.size(samples));
        for &pick in picks {
            view.draw(samples, pick, curves, stream, &mut values);
        }
        Self { values, targets: targets(samples, picks, training.label_smoothing) }
    }

    /// The middle windows of the samples at `picks`, as they are.
    pub(super) fn as_they_are(samples: &Samples, picks: &[usize], view: &View) -> Self {
        let values = picks.iter().flat_map(|&pick| view.middle(samples, pick)).copied().collect();
        Self { values, targets: targets(samples, picks, 0.0) }
    }

    /// Mixes each row with another of the batch, its target likewise (Zhang et al. 2018).
    ///
    /// The share is drawn from Beta(`shape`, `shape`) for each row; the larger part stays its own.
    pub(super) fn mix(&mut self, rows: usize, shape: f64, stream: &mut ChaCha8Rng) {
        let mut partners: Vec<usize> = (0..rows).collect();
        partners.shuffle(stream);
        let shares: Vec<f32> = (0..rows)
            .map(|_| beta(shape, stream))
            .map(|share| share.max(1.0 - share) as f32)
            .collect();
        self.values = mixed(&self.values, &partners, &shares);
        self.targets = mixed(&self.targets, &partners, &shares);
    }
}

/// One row of shares for each pick.
fn targets(samples: &Samples, picks: &[usize], smoothing: f64) -> Vec<f32> {
    let genres = samples.genres().len();
    let spread = (smoothing / genres as f64) as f32;
    let mut targets = vec![spread; picks.len() * genres];
    for (row, &pick) in picks.iter().enumerate() {
        targets[row * genres + samples.label(pick)] += (1.0 - smoothing) as f32;
    }
    targets
}

/// Each row times its share plus its partner times the rest.
fn mixed(values: &[f32], partners: &[usize], shares: &[f32]) -> Vec<f32> {
    let width = values.len() / partners.len();
    let mut mixed = Vec::with_capacity(values.len());
    for (row, (&partner, &share)) in partners.iter().zip(shares).enumerate() {
        let own = &values[row * width..][..width];
        let other = &values[partner * width..][..width];
        mixed.extend(own.iter().zip(other).map(|(own, other)| share * own + (1.0 - share) * other));
    }
    mixed
}

/// A draw from Beta(`shape`, `shape`) by Jöhnk's rejection, which is quick up to 1.
fn beta(shape: f64, stream: &mut ChaCha8Rng) -> f64 {
    loop {
        let [first, second] =
            [stream.random::<f64>(), stream.random::<f64>()].map(|drawn| drawn.powf(1.0 / shape));
        let sum = first + second;
        if sum > 0.0 && sum <= 1.0 {
            return first / sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn beta_draws_have_the_mean_and_variance_of_the_distribution() {
        let mut stream = Seed::new(3).stream();
        let draws: Vec<f64> = (0..20_000).map(|_| beta(0.4, &mut stream)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.01);
        assert!((variance - 0.25 / 1.8).abs() < 0.005); // 1 / (4 (2 · shape + 1))
    }

    #[test]
    fn a_mixed_row_keeps_the_larger_part_of_itself_and_its_target_sums_to_one() {
        let mut rows = Rows { values: vec![0.0, 1.0], targets: vec![1.0, 0.0, 0.0, 1.0] };
        rows.mix(2, 0.4, &mut Seed::new(5).stream());
        assert!(rows.values[0] <= 0.5 && rows.values[1] >= 0.5);
        for target in rows.targets.chunks_exact(2) {
            assert!((target[0] + target[1] - 1.0).abs() < 1e-6);
        }
    }
}
