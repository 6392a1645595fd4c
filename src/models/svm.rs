//! Support vector machines: linfa-svm, or a solver of our own, parts two sets of rows at a time.
//!
//! A solver is asked for its coefficients only. Which genres meet, how decision values become a
//! label and scores, and what is kept of the training rows, is decided here and in the files below.

mod calibration;
mod coupling;
mod gram;
mod machines;
mod problem;
mod solver;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Context, Error, Fitted, Learner, check, choice::word_or_number};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};
use gram::Gram;
pub(super) use machines::Machines;
use machines::{KernelFunction, Machine};
use problem::Problem;

/// Up to so many training rows, 130 MB of kernel values, all problems of a fit share them.
const MOST_SHARED: usize = 4000;

bounded! {
    /// Price of a training row on the wrong side of its margin.
    Penalty: f64, at_least 0.0001, at_most 1_000_000.0
}
bounded! {
    /// Width of the RBF kernel, as a number.
    KernelWidth: f64, above 0.0, at_most 1_000_000.0
}
bounded! {
    /// When the solver stops.
    Tolerance: f64, at_least 0.000_000_01, at_most 0.1
}
word_or_number! {
    /// Width of the RBF kernel exp(−gamma · d²).
    Gamma {
        /// One over (columns × variance of all training values), as in scikit-learn.
        "scale" => Scale,
    } or {
        /// As given.
        Value(KernelWidth)
    }
}

/// Support vector machines on pairs of genres, or of each genre against the rest.
///
/// Label and scores come from the same decision values. Each pair's becomes a probability through
/// a logistic curve of fixed steepness, and a genre's value is the sum of their logarithms over its
/// pairs; against the rest it is the decision value itself. The largest names the label. Scores are
/// these values times one number, through a softmax; that number is the most likely one on a fifth
/// of the training groups, held out from a first fit. Test rows play no part. Scale the features
/// first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Svm {
    /// What makes two rows alike. RBF draws curved borders and is the more accurate on GTZAN.
    pub kernel: Kernel,
    /// Price of a training row on the wrong side of its margin: large fits closer, small smoother.
    /// 10 suits standardised features under RBF; the linear kernel wants less.
    pub c: Penalty,
    /// Width of the RBF kernel exp(−gamma · d²): `scale`, which is one over (columns × variance of
    /// all training values), or a number. The linear kernel has no use for it.
    pub gamma: Gamma,
    /// Which genres meet. Pairs are small problems and many times faster.
    pub multiclass: Multiclass,
    /// When the solver stops: the largest violation of optimality left. 0.001 as in scikit-learn.
    pub tolerance: Tolerance,
    /// Whose solver: `crossfold` or `linfa`. Both find the same borders, up to the tolerance; ours
    /// is many times faster, because it computes the kernel once and abreast.
    pub library: Library,
}

impl Default for Svm {
    fn default() -> Self {
        Self {
            kernel: Kernel::Rbf,
            c: Penalty::literal(10.0),
            gamma: Gamma::Scale,
            multiclass: Multiclass::OneVsOne,
            tolerance: Tolerance::literal(0.001),
            library: Library::Crossfold,
        }
    }
}

/// What makes two rows alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kernel {
    /// exp(−gamma · d²) of their distance d.
    Rbf,
    /// Their inner product.
    Linear,
}

/// Whose solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Library {
    /// Our own.
    Crossfold,
    /// linfa-svm.
    Linfa,
}

/// Which genres meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Multiclass {
    /// Each with each other.
    OneVsOne,
    /// Each with all others together.
    OneVsRest,
}

impl Learner for Svm {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width("svm", shape).map(drop)
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        check::row_width("svm", train.shape())?;
        check::training(train)?;
        let kernel = self.kernel_function(train);
        let gram = self.gram(kernel, train);
        let sharpness = match calibration::split(train, context.seed) {
            Some((fitted, held_out)) => {
                let gram = gram.as_ref().map(|gram| gram.among(&fitted));
                let machines = self.machines(kernel, &train.select(&fitted), gram.as_ref())?;
                calibration::sharpness(&machines, &train.select(&held_out))
            }
            None => calibration::UNTESTED,
        };
        let mut machines = self.machines(kernel, train, gram.as_ref())?;
        machines.sharpness = sharpness;
        let parameters = machines.parameters();
        Ok(Fitted { classifier: Box::new(machines), history: Vec::new(), parameters })
    }
}

impl Svm {
    fn kernel_function(&self, train: &Samples) -> KernelFunction {
        match (self.kernel, self.gamma) {
            (Kernel::Linear, _) => KernelFunction::Linear,
            (Kernel::Rbf, Gamma::Value(gamma)) => KernelFunction::Rbf { gamma: gamma.get() },
            (Kernel::Rbf, Gamma::Scale) => KernelFunction::Rbf { gamma: scale_gamma(train) },
        }
    }

    /// The kernel between all training rows, where our solver asks for it and it is not too large.
    fn gram(&self, kernel: KernelFunction, train: &Samples) -> Option<Gram> {
        let wanted = self.library == Library::Crossfold && train.len() <= MOST_SHARED;
        wanted.then(|| {
            Gram::of(kernel, &(0..train.len()).map(|i| train.values(i)).collect::<Vec<_>>())
        })
    }

    /// Fits all machines, those of a genre without rows left out.
    fn machines(
        &self,
        kernel: KernelFunction,
        train: &Samples,
        gram: Option<&Gram>,
    ) -> Result<Machines, Error> {
        let genres = train.genres().len();
        let mut rows = vec![Vec::new(); genres];
        for i in 0..train.len() {
            rows[train.label(i)].push(i);
        }
        let present: Vec<usize> = (0..genres).filter(|&genre| !rows[genre].is_empty()).collect();
        let mut machines = Vec::new();
        if present.len() < 2 {
            return Ok(Machines::new(kernel, train, present, machines));
        }
        match self.multiclass {
            Multiclass::OneVsOne => {
                for (at, &first) in present.iter().enumerate() {
                    for &second in &present[at + 1..] {
                        let both = [rows[first].as_slice(), &rows[second]].concat();
                        let problem = Problem::new(self, kernel, train, both, gram);
                        let solution = problem.solve(self, |genre| genre == first)?;
                        machines.push(Machine::new(first, Some(second), solution));
                    }
                }
            }
            Multiclass::OneVsRest => {
                let problem = Problem::new(self, kernel, train, (0..train.len()).collect(), gram);
                for &genre in &present {
                    let solution = problem.solve(self, |other| other == genre)?;
                    machines.push(Machine::new(genre, None, solution));
                }
            }
        }
        Ok(Machines::new(kernel, train, present, machines))
    }
}

/// scikit-learn's `gamma="scale"`.
#[allow(clippy::cast_precision_loss)]
fn scale_gamma(train: &Samples) -> f64 {
    let values = || (0..train.len()).flat_map(|i| train.values(i)).map(|value| f64::from(*value));
    let count = values().count() as f64;
    let mean = values().sum::<f64>() / count;
    let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let width = train.shape().size() as f64;
    if variance > 0.0 { 1.0 / (width * variance) } else { 1.0 }
}

#[cfg(test)]
mod tests;
