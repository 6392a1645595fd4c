//! Kernel ridge regression on a mean of kernels, one for each part of the row.

mod ridge;
mod similarity;
mod weigh;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sharpness::{likeliest, softmax};
use super::{Classifier, Context, Error, Fitted, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};
use ridge::Ridge;
use similarity::Similarity;
pub use weigh::Weigh;

bounded! {
    /// What is added to the diagonal of the kernel matrix.
    Penalty: f64, at_least 0.000_001, at_most 1000.0
}
bounded! {
    /// Width of the kernels.
    KernelWidth: f64, above 0.0, at_most 1000.0
}
bounded! {
    /// The largest value.
    Clip: f32, above 0.0, at_most 1_000_000.0
}

/// Rows that are scored at a time, so that their kernel with the training rows stays small.
const CHUNK: usize = 256;

/// Kernel ridge regression on the mean of one RBF kernel for each part of the row.
///
/// Parts are the blocks or groups of columns that a feature set consists of; each counts the same,
/// however many columns it has. Values are clipped to ±`clip`. Within a part, squared distances d²
/// are divided by their median m over all pairs of training rows (each with itself included), and two
/// rows are as alike as the mean over the parts of exp(−gamma · d²/m). On this kernel K, indicators
/// of the genres Y less their means b are regressed: A = (K + ridge·diag(1/w))⁻¹ (Y − b) by Cholesky,
/// where w is how much each training row counts (1, unless `weigh` says otherwise) and b = Σ w·Y / Σ w;
/// a row with kernel k has the values k A + b, and the largest names the label. Scores are these values
/// times one number, through a softmax; that number is the most likely one on the training rows' own
/// values, each under the fit that leaves its group out, which follow from the same inverse. Test
/// rows play no part, and no random number. Scale the features first. Time grows with the cube of the
/// training rows and memory with their square: 900 are a second, 9000 are minutes and 2 GB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Kernel {
    /// What is added to the diagonal of the kernel matrix: large is smoother. Between 0.001 and 0.1
    /// it hardly matters on GTZAN.
    pub ridge: Penalty,
    /// Width of the kernels exp(−gamma · d²/median). Between 0.5 and 1 it hardly matters on GTZAN.
    pub gamma: KernelWidth,
    /// Values beyond ± this are brought back to it: with features of standard deviation 1, what a
    /// hundred-thousandth of normal values exceeds. A smaller one, 2, keeps the far ends of a block's
    /// columns from deciding its distances.
    pub clip: Clip,
    /// What counts the same: each of the training `rows`, or each of the `groups` of a genre and each
    /// genre. A row then counts w = 1/(rows of its group), divided by the sum of that over its genre
    /// and scaled to 1 on average: an artist with many tracks (a track, where artists are not kept
    /// apart) weighs no more than one with a single track.
    pub weigh: Weigh,
}

impl Default for Kernel {
    fn default() -> Self {
        Self {
            ridge: Penalty::literal(0.05),
            gamma: KernelWidth::literal(0.5),
            clip: Clip::literal(5.0),
            weigh: Weigh::Rows,
        }
    }
}

impl Learner for Kernel {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width("kernel", shape).map(drop)
    }

    fn fit(&self, train: &Samples, _: &Context<'_>) -> Result<Fitted, Error> {
        let machine = self.machine(train)?;
        let parameters = machine.rows.len() + machine.weights.len() + machine.shares.len();
        Ok(Fitted { classifier: Box::new(machine), history: Vec::new(), parameters })
    }
}

impl Kernel {
    fn machine(&self, train: &Samples) -> Result<Machine, Error> {
        let width = check::row_width("kernel", train.shape())?;
        check::training(train)?;
        let clip = self.clip.get();
        let rows = clipped(train, 0..train.len(), clip);
        let parts: Vec<Range<usize>> =
            train.parts().iter().map(|part| part.columns.clone()).collect();
        let (similarity, kernel) = Similarity::learn(&rows, width, &parts, self.gamma.get());
        let labels = train.labels();
        let mut present = labels.clone();
        present.sort_unstable();
        present.dedup();
        let places: Vec<usize> =
            labels.iter().map(|label| present.partition_point(|genre| genre < label)).collect();
        let (ridge, groups) = (self.ridge.get(), train.groups());
        let counts = self.weigh.counts(&places, present.len(), &groups);
        let fitted = Ridge::fit(kernel, ridge, &places, present.len(), &counts, &groups);
        let Ridge { weights, shares, left_out } = fitted.ok_or_else(|| Error::Library {
            model: "kernel",
            reason: "the kernel matrix is not positive definite; raise `ridge`".to_owned(),
        })?;
        let sharpness = likeliest(left_out.chunks_exact(present.len()).zip(places));
        let genres = train.genres().len();
        Ok(Machine { clip, similarity, rows, weights, shares, present, genres, sharpness })
    }
}

/// The fitted model: all training rows, and what each weighs for each genre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    clip: f32,
    similarity: Similarity,
    /// The training rows, clipped.
    rows: Vec<f32>,
    /// Weight of each training row, genre after genre, of those present.
    weights: Vec<f64>,
    /// Share of what the training rows count that each genre present has.
    shares: Vec<f64>,
    /// Numbers of the genres that have training rows, rising.
    present: Vec<usize>,
    /// How many genres there are.
    genres: usize,
    sharpness: f64,
}

impl Classifier for Machine {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("kernel", self.similarity.width(), samples)?;
        let mut all = Vec::with_capacity(samples.len());
        for first in (0..samples.len()).step_by(CHUNK) {
            let rows = clipped(samples, first..(first + CHUNK).min(samples.len()), self.clip);
            let kernel = self.similarity.between(&self.rows, &rows);
            let values = Ridge::values(&self.weights, &self.shares, &kernel);
            all.extend(values.chunks_exact(self.present.len()).map(|values| {
                let mut scores = vec![0.0; self.genres];
                for (&genre, score) in self.present.iter().zip(softmax(values, self.sharpness)) {
                    scores[genre] = score;
                }
                scores
            }));
        }
        Ok(all)
    }
}

/// The values of these samples, one after another, none beyond ± `clip`.
fn clipped(samples: &Samples, range: Range<usize>, clip: f32) -> Vec<f32> {
    let mut values = Vec::with_capacity(range.len() * samples.shape().size());
    for i in range {
        values.extend(samples.values(i).iter().map(|value| value.clamp(-clip, clip)));
    }
    values
}

#[cfg(test)]
mod tests;
