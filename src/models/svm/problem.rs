//! Parting two sets of rows, by the solver that was asked for.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_svm::SvmParams;
use ndarray::{Array1, Array2};

use super::gram::Gram;
use super::machines::KernelFunction;
use super::solver::solve;
use super::{Library, Svm};
use crate::dataset::Samples;
use crate::models::Error;

/// What a solver found: Σ weight · kernel(row, ·) − offset.
pub(super) struct Solution {
    /// Training rows that matter, with their signed weights.
    pub(super) weights: Vec<(usize, f64)>,
    pub(super) offset: f64,
}

/// Rows that are to be parted, in one way or several.
pub(super) struct Problem<'a> {
    kernel: KernelFunction,
    train: &'a Samples,
    rows: Vec<usize>,
    /// The kernel between the rows; linfa computes its own.
    gram: Option<Gram>,
}

impl<'a> Problem<'a> {
    /// Of these training rows; `gram` is the kernel between all of them, where it is known.
    pub(super) fn new(
        svm: &Svm,
        kernel: KernelFunction,
        train: &'a Samples,
        rows: Vec<usize>,
        gram: Option<&Gram>,
    ) -> Self {
        let gram = (svm.library == Library::Crossfold).then(|| match gram {
            Some(gram) => gram.among(&rows),
            None => Gram::of(kernel, &rows.iter().map(|&i| train.values(i)).collect::<Vec<_>>()),
        });
        Self { kernel, train, rows, gram }
    }

    /// Parts the rows of genres that are `positive` from the others.
    pub(super) fn solve(
        &self,
        svm: &Svm,
        positive: impl Fn(usize) -> bool,
    ) -> Result<Solution, Error> {
        let sides: Vec<bool> = self.rows.iter().map(|&i| positive(self.train.label(i))).collect();
        let (weights, offset) = match &self.gram {
            Some(gram) => solve(gram, &sides, svm.c.get(), svm.tolerance.get()),
            None => self.solve_with_linfa(svm, sides).map_err(refused)?,
        };
        if !offset.is_finite() || weights.iter().any(|weight| !weight.is_finite()) {
            return Err(refused("the solver left the finite numbers; scale the features".into()));
        }
        let weights = self.rows.iter().copied().zip(weights).filter(|(_, weight)| *weight != 0.0);
        Ok(Solution { weights: weights.collect(), offset })
    }

    fn solve_with_linfa(&self, svm: &Svm, sides: Vec<bool>) -> Result<(Vec<f64>, f64), String> {
        let values = self.rows.iter().flat_map(|&i| self.train.values(i));
        let values = values.map(|value| f64::from(*value)).collect();
        let records = Array2::from_shape_vec((self.rows.len(), self.train.shape().size()), values)
            .expect("every row has as many values as there are columns");
        // linfa's `shrinking` stays off: it gives coefficients back in another order than the rows.
        let parameters = SvmParams::<f64, bool>::new()
            .pos_neg_weights(svm.c.get(), svm.c.get())
            .eps(svm.tolerance.get());
        let parameters = match self.kernel {
            KernelFunction::Linear => parameters.linear_kernel(),
            KernelFunction::Rbf { gamma } => parameters.gaussian_kernel(1.0 / gamma),
        };
        let checked = linfa::ParamGuard::check(parameters).map_err(|error| error.to_string())?;
        let fitted = checked
            .fit(&DatasetBase::new(records, Array1::from(sides)))
            .map_err(|error| error.to_string())?;
        Ok((fitted.alpha, fitted.rho))
    }
}

fn refused(reason: String) -> Error {
    Error::Library { model: "svm", reason }
}
