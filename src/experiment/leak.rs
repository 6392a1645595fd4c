//! How much of an accuracy is there because the same tracks or artists train and are tested.
//!
//! The same contenders run on three splits of the same data: rows at random, tracks whole, artists
//! apart. What an accuracy loses from one to the next was never knowledge of genres.

use std::path::Path;

use super::cells::Cells;
use super::contender::{Contender, Entry};
use super::parse::Experiment;
use super::plan::{Place, Plan};
use super::protocol::Split;
use super::record::Record;
use super::twins::{Twins, twins};
use super::{Error, Manner, run};
use crate::models::{Device, Model};
use crate::split::Grouping;
use crate::watch::Watch;

/// The splits, from the loosest to the strictest.
const SPLITS: [Grouping; 3] = [Grouping::None, Grouping::Track, Grouping::Artist];

/// Name of the nearest-neighbour contender: it knows nothing but which training row is most alike.
pub const NEAREST: &str = "1-nn";

/// What the three splits gave.
#[derive(Clone, Debug)]
pub struct Leak {
    /// One run for each split, from the loosest to the strictest.
    pub runs: Vec<SplitRun>,
    /// What the experiment keeps together itself: the split its reported accuracy comes from.
    pub reported: Grouping,
    /// Tracks that are suspiciously alike.
    pub twins: Twins,
}

/// One split.
#[derive(Clone, Debug)]
pub struct SplitRun {
    /// What was kept together.
    pub group: Grouping,
    /// The run; or why the data cannot give this split.
    pub record: Result<Record, String>,
}

/// Runs a nearest neighbour and the contender called `other` (else the first that is more than a
/// baseline) on all three splits. Finished cells are kept in a folder for each split under `folder`,
/// named for what is kept together.
///
/// # Errors
/// When the folds of the experiment are laid down, there is no such contender, or a run fails; a
/// split that the data cannot give is no error.
pub fn leak(
    experiment: &Experiment,
    other: Option<&str>,
    place: &Place<'_>,
    jobs: usize,
    device: Device,
    folder: &Path,
    watch: &dyn Watch,
) -> Result<Leak, Error> {
    let Split::Drawn { group: reported, .. } = experiment.protocol.split else {
        return Err(Error::Leak(
            "its folds are laid down, and a leak is measured on folds that are drawn; write \
             `protocol: { folds: 10 }`"
                .to_owned(),
        ));
    };
    let contenders = contenders(experiment, other)?;
    let (mut runs, mut alike) = (Vec::new(), None);
    for group in SPLITS {
        let protocol = experiment.protocol.keeping(group).expect("the folds are drawn");
        let experiment = Experiment {
            protocol,
            contenders: contenders.clone(),
            baseline: 0,
            learning_curve: Vec::new(),
            importance: None,
            expectations: Vec::new(),
            ..experiment.clone()
        };
        let record = match Plan::new(experiment, place, watch) {
            Ok(mut plan) => {
                match alike {
                    None => alike = Some(twins(&plan)?),
                    // What is to be known of the data was said with the first split.
                    Some(_) => plan.dataset.notices.clear(),
                }
                let cells = Cells::of(&folder.join(group.to_string()), &plan).on(device);
                let manner = Manner { jobs, fail_fast: true, cells: &cells };
                Ok(run(&plan, &manner, watch)?)
            }
            Err(Error::Split(error)) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        runs.push(SplitRun { group, record });
    }
    Ok(Leak { runs, reported, twins: alike.unwrap_or_default() })
}

/// The nearest neighbour and one more, both on the features of that one.
fn contenders(experiment: &Experiment, name: Option<&str>) -> Result<Vec<Contender>, Error> {
    let single = |known: &&Contender| matches!(known.entry, Entry::Model { .. });
    let found = experiment.contenders.iter().filter(single).find(|known| match name {
        Some(name) => known.name == name,
        None => !["majority", "knn"].contains(&known.kind()),
    });
    let Some(found) = found else {
        let known: Vec<&str> =
            experiment.contenders.iter().filter(single).map(|it| it.name.as_str()).collect();
        return Err(Error::Leak(match name {
            Some(name) => {
                let expected = crate::registry::expected(name, known);
                format!("it has no model called `{name}`; {expected}")
            }
            None => "it has no model besides baselines; add one, as in `- svm`".to_owned(),
        }));
    };
    let Entry::Model { features, .. } = &found.entry else {
        unreachable!("only models were looked at");
    };
    let nearest = serde_json::from_value(serde_json::json!({ "knn": { "k": 1 } }));
    let model: Model = nearest.expect("a nearest neighbour is a model");
    let entry = Entry::Model { model, features: *features, tune: None };
    let nearest = Contender { name: NEAREST.to_owned(), entry, span: found.span.clone() };
    Ok(vec![nearest, found.clone()])
}
