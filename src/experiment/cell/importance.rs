//! What each family of columns is worth to a fitted model. Breiman 2001, section 10.

use rand::seq::SliceRandom;

use super::super::Error;
use super::super::contender::Entry;
use super::super::record::FamilyFacts;
use super::super::run::round;
use super::{Desk, Heard, failed};
use crate::dataset::{Samples, Shape};
use crate::evaluation::first_highest;
use crate::features;

/// Columns of the feature table stand under this name among the parts of a feature set.
const TABLE: &str = "columns";

impl Desk<'_> {
    /// The share of tested units that are no longer named rightly when the columns of a family are
    /// taken from other tested units. Models of sequences have no columns, and none are given.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn importance(&self, heard: &Heard, cell: &str) -> Result<Vec<FamilyFacts>, Error> {
        let plan = self.plan;
        let Some(asked) = plan.experiment.importance else { return Ok(Vec::new()) };
        let Entry::Model { features, .. } = &plan.experiment.contenders[heard.contender].entry
        else {
            unreachable!("an ensemble is made of models");
        };
        let test = &plan.folds[self.cell.fold].test;
        let samples = plan.features[*features].describe(&heard.describer, test);
        if !matches!(samples.shape(), Shape::Row { .. }) {
            return Ok(Vec::new());
        }
        let right = |samples: &Samples| -> Result<f64, Error> {
            let scores = heard.fitted.classifier.scores(samples);
            let scores = scores.map_err(|source| failed(cell, source))?;
            let right = scores
                .iter()
                .enumerate()
                .filter(|(at, said)| first_highest(said) == samples.label(*at));
            Ok(right.count() as f64)
        };
        let (whole, shuffles) = (right(&samples)?, asked.shuffles.get());
        let mut found = Vec::new();
        for (family, columns) in families(&samples) {
            let mut left = 0.0;
            for shuffle in 0..shuffles {
                if self.watch.stop() {
                    return Err(Error::Stopped);
                }
                let mut from: Vec<usize> = (0..samples.len()).collect();
                let seed = self.of_fold("importance").derive(&family).derive(shuffle);
                from.shuffle(&mut seed.stream());
                left += right(&samples.with_columns_from(&columns, &from))? / shuffles as f64;
            }
            let drop = round((whole - left) / test.len() as f64);
            found.push(FamilyFacts { family, columns: columns.len(), drop });
        }
        Ok(found)
    }
}

/// Families of columns in order of first appearance: those of the feature table by what they
/// measure, blocks by their names.
fn families(samples: &Samples) -> Vec<(String, Vec<usize>)> {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for part in samples.parts() {
        for at in part.columns.clone() {
            let column = samples.columns()[at].as_str();
            let name = if part.name != TABLE {
                &part.name
            } else if let Some(family) = features::family_of(column) {
                family
            } else {
                let stem = column.strip_suffix("_mean").or(column.strip_suffix("_var"));
                stem.unwrap_or(column)
            };
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, columns)) => columns.push(at),
                None => found.push((name.to_owned(), vec![at])),
            }
        }
    }
    found
}
