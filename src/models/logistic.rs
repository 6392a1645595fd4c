//! Multinomial logistic regression, by a descent of our own or by smartcore's.

mod descent;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use super::train::softmax;
use super::{Classifier, Context, Error, Fitted, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

bounded! {
    /// How little weights are pulled to zero.
    C: f64, above 0.0
}

/// Logistic regression: shares ∝ exp(w·x + b), one weight vector a genre.
///
/// Minimises the summed log loss + |w|²/2c; the offsets b are free. The linear model that others have
/// to beat: what it reaches, the columns say without bends. The same on every machine; it draws
/// nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Logistic {
    /// How little weights are pulled to zero, above 0. 1 is scikit-learn's default and suits
    /// standardised columns.
    pub c: C,
    /// Whose solver: `crossfold` or `smartcore`. Both walk down the same loss; ours is many times
    /// faster and goes on until it is flat.
    pub library: Library,
}

/// Whose solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Library {
    /// Our own.
    Crossfold,
    /// smartcore's.
    Smartcore,
}

impl Default for Logistic {
    fn default() -> Self {
        Self { c: C::literal(1.0), library: Library::Crossfold }
    }
}

impl Learner for Logistic {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width("logistic", shape).map(drop)
    }

    fn fit(&self, train: &Samples, _: &Context<'_>) -> Result<Fitted, Error> {
        check::training(train)?;
        let width = check::row_width("logistic", train.shape())?;
        let mut present = train.labels();
        present.sort_unstable();
        present.dedup();
        let planes = match self.library {
            Library::Crossfold => descent::planes(train, &present, 1.0 / self.c.get()),
            Library::Smartcore => smartcore_planes(train, present.len(), 1.0 / self.c.get())?,
        };
        let planes: Vec<(usize, Vec<f64>)> = present.into_iter().zip(planes).collect();
        if planes.iter().any(|(_, weights)| weights.iter().any(|weight| !weight.is_finite())) {
            let reason = "its weights left the range of numbers; use `scale: standard`".to_owned();
            return Err(Error::Library { model: "logistic", reason });
        }
        let parameters = planes.len() * (width + 1);
        let genres = train.genres().len();
        let classifier = Box::new(Planes { width, genres, planes });
        Ok(Fitted { classifier, history: Vec::new(), parameters })
    }
}

/// The vectors of the genres present, from the first to the last, as smartcore finds them.
fn smartcore_planes(train: &Samples, present: usize, pull: f64) -> Result<Vec<Vec<f64>>, Error> {
    let failed = |error: smartcore::error::Failed| Error::Library {
        model: "logistic",
        reason: error.to_string(),
    };
    let labels: Vec<u32> = train
        .labels()
        .into_iter()
        .map(|label| u32::try_from(label).expect("genres are few"))
        .collect();
    let parameters = LogisticRegressionParameters::default().with_alpha(pull);
    let fitted = LogisticRegression::fit(&matrix(train).map_err(failed)?, &labels, parameters)
        .map_err(failed)?;
    let (width, of, offsets) = (train.shape().size(), fitted.coefficients(), fitted.intercept());
    let weights = |row: usize| -> Vec<f64> {
        let row_of = (0..width).map(|column| *of.get((row, column)));
        row_of.chain([*offsets.get((row, 0))]).collect()
    };
    // Of two genres smartcore learns one vector: the log-odds of the second.
    Ok(match present {
        2 => vec![vec![0.0; width + 1], weights(0)],
        _ => (0..present).map(weights).collect(),
    })
}

fn matrix(samples: &Samples) -> Result<DenseMatrix<f64>, smartcore::error::Failed> {
    let row = |at: usize| samples.values(at).iter().map(|&value| f64::from(value)).collect();
    let rows: Vec<Vec<f64>> = (0..samples.len()).map(row).collect();
    DenseMatrix::from_2d_vec(&rows)
}

/// The fitted model: for each genre seen in training its number, weights and, behind them, offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planes {
    width: usize,
    genres: usize,
    planes: Vec<(usize, Vec<f64>)>,
}

impl Classifier for Planes {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("logistic", self.width, samples)?;
        let of = |values: &[f32]| {
            // A genre that no training row has gets no share.
            let mut levels = vec![f32::NEG_INFINITY; self.genres];
            for (genre, weights) in &self.planes {
                let (weights, offset) = weights.split_at(self.width);
                let products = weights.iter().zip(values).map(|(w, &x)| w * f64::from(x));
                levels[*genre] = (offset[0] + products.sum::<f64>()) as f32;
            }
            softmax(&levels)
        };
        Ok((0..samples.len()).map(|at| of(samples.values(at))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{C, Library, Logistic};
    use crate::models::testing::{accuracy, blobs, fit, rows};

    #[test]
    fn two_points_are_parted_half_way_as_the_formula_says() {
        // By symmetry b = 0, and 2 ln(1 + e^(-w)) + w²/2 is lowest where w = 2 / (1 + e^w).
        let train = rows(&[(0, &[-1.0]), (1, &[1.0])], 2);
        for library in [Library::Crossfold, Library::Smartcore] {
            let model = fit(&Logistic { library, ..Logistic::default() }, &train);
            let scores = model.scores(&train).unwrap();
            let w = (scores[1][1] / scores[1][0]).ln();
            assert!((w - 2.0 / (1.0 + w.exp())).abs() < 1e-4, "{library:?}: {w}");
            assert!((scores[0][0] - scores[1][1]).abs() < 1e-4);
        }
    }

    #[test]
    fn both_solvers_find_the_same_shares() {
        for (genres, c) in [(2, 1.0), (5, 0.1), (5, 10.0)] {
            let (train, test) = (blobs(genres, 25, 6, 1.0, 3), blobs(genres, 5, 6, 1.0, 4));
            let [own, theirs] = [Library::Crossfold, Library::Smartcore].map(|library| {
                fit(&Logistic { c: C::literal(c), library }, &train).scores(&test).unwrap()
            });
            for (own, theirs) in own.iter().flatten().zip(theirs.iter().flatten()) {
                assert!((own - theirs).abs() < 1e-3, "{genres} genres, {c}: {own} for {theirs}");
            }
        }
    }

    #[test]
    fn blobs_are_told_apart_and_an_unseen_genre_has_no_share() {
        let train = blobs(3, 20, 4, 3.0, 1);
        assert!(accuracy(&*fit(&Logistic::default(), &train), &blobs(3, 20, 4, 3.0, 2)) > 0.95);
        let train = rows(&[(0, &[0.0]), (2, &[1.0]), (0, &[0.1]), (2, &[0.9])], 3);
        let scores = fit(&Logistic::default(), &train).scores(&train).unwrap();
        assert!(scores.iter().all(|scores| scores[1] == 0.0));
    }
}
