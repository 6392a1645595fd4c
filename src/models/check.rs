//! What every learner and classifier asks of samples before it works with them.

use super::Error;
use crate::dataset::{Samples, Shape};

/// The width of a row.
///
/// # Errors
/// [`Error::Shape`] for sequences.
pub(super) fn row_width(model: &'static str, shape: Shape) -> Result<usize, Error> {
    match shape {
        Shape::Row { width } => Ok(width),
        Shape::Sequence { .. } => {
            Err(Error::Shape { model, needs: "one row of values for each sample", given: shape })
        }
    }
}

/// Refuses training samples that nothing can be learned from.
///
/// # Errors
/// [`Error::Empty`], [`Error::OneGenre`], or [`Error::NotFinite`] with the first such value.
pub(super) fn training(train: &Samples) -> Result<(), Error> {
    if train.is_empty() {
        return Err(Error::Empty);
    }
    let genre = train.label(0);
    if (1..train.len()).all(|i| train.label(i) == genre) {
        return Err(Error::OneGenre { rows: train.len(), genre: train.genres()[genre].clone() });
    }
    finite(train)
}

/// Refuses samples that a classifier fitted on rows of `width` values cannot score.
///
/// # Errors
/// [`Error::Shape`] or [`Error::NotFinite`].
pub(super) fn scored_rows(
    model: &'static str,
    width: usize,
    samples: &Samples,
) -> Result<(), Error> {
    let given = samples.shape();
    if row_width(model, given)? != width {
        return Err(Error::Shape { model, needs: "rows as wide as those it learned from", given });
    }
    finite(samples)
}

/// Refuses samples with a value that is no number, naming the first.
///
/// # Errors
/// [`Error::NotFinite`].
pub(super) fn finite(samples: &Samples) -> Result<(), Error> {
    for i in 0..samples.len() {
        let values = samples.values(i);
        // Many at once: where the first one stands is asked only if there is one.
        if values.iter().fold(true, |all, value| all & value.is_finite()) {
            continue;
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite {
                value: values[at],
                column: samples.columns()[at % samples.columns().len()].clone(),
                row: samples.unit(i).id.clone(),
            });
        }
    }
    Ok(())
}
