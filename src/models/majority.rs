//! The baseline that looks at labels only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classifier, Context, Error, Fitted, Learner, check};
use crate::dataset::{Samples, Shape};

/// Names the most frequent training genre, whatever it hears; what any model has to beat.
///
/// Its scores are the shares of the genres among the training rows, so that its log loss is the
/// entropy of the labels. Ties go to the first genre. It has no parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Majority {}

impl Learner for Majority {
    fn accepts(&self, _: Shape) -> Result<(), Error> {
        Ok(())
    }

    fn fit(&self, train: &Samples, _: &Context<'_>) -> Result<Fitted, Error> {
        check::training(train)?;
        let shares = genre_shares(train);
        let parameters = shares.len();
        let classifier = Box::new(Shares { shares });
        Ok(Fitted { classifier, history: Vec::new(), parameters })
    }
}

/// Share of each genre among the samples.
#[allow(clippy::cast_precision_loss)]
fn genre_shares(samples: &Samples) -> Vec<f64> {
    let mut counts = vec![0_usize; samples.genres().len()];
    for i in 0..samples.len() {
        counts[samples.label(i)] += 1;
    }
    counts.into_iter().map(|count| count as f64 / samples.len() as f64).collect()
}

/// The fitted baseline: one share a genre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    shares: Vec<f64>,
}

impl Classifier for Shares {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::finite(samples)?;
        Ok(vec![self.shares.clone(); samples.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::Majority;
    use crate::models::testing::{fit, rows};

    #[test]
    fn scores_are_the_shares_of_the_genres() {
        let train = rows(&[(2, &[0.0]), (0, &[1.0]), (2, &[2.0]), (1, &[3.0])], 4);
        let scores = fit(&Majority {}, &train).scores(&train.select(&[0, 3])).unwrap();
        assert_eq!(scores, vec![vec![0.25, 0.25, 0.5, 0.0]; 2]);
    }
}
