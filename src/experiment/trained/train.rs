//! A contender fitted on all of its data.

use super::super::cell::Desk;
use super::super::plan::Cell;
use super::super::provenance;
use super::super::record::Record;
use super::super::wording::asks_the_same;
use super::neighbours::Neighbours;
use super::{Card, Entry, Error, Heard, Joint, Member, Plan, Preparation, Thinning, Trained};
use crate::features;
use crate::models::Device;
use crate::models::ensemble::By;
use crate::watch::Watch;

impl Trained {
    /// Trains a contender of a plan on all units; the card comes from the record of the same plan.
    ///
    /// `error_rate` is the share of errors among sure answers that is asked for, 0 to 1.
    ///
    /// # Errors
    /// When there is no such contender, its record is of other data or another experiment, its data
    /// set has columns that cannot be computed from sound, or it cannot be fitted.
    pub fn train(
        plan: &Plan,
        record: &Record,
        contender: &str,
        error_rate: f64,
        device: Device,
        watch: &dyn Watch,
    ) -> Result<Self, Error> {
        let known = plan.experiment.contenders.iter().map(|it| it.name.as_str());
        let number = known.clone().position(|name| name == contender).ok_or_else(|| {
            let expected = crate::registry::expected(contender, known);
            Error::Untrainable {
                reason: format!("no contender is called `{contender}`; {expected}"),
            }
        })?;
        let refused = |reason: String| Error::Untrainable { reason };
        let changed = super::super::check::differences(record, &super::super::described(plan));
        if !asks_the_same(record, &plan.experiment) || !changed.is_empty() {
            return Err(refused(
                "its record is of another experiment or of other data, so nobody knows how \
                 well the model does; run the experiment first"
                    .to_owned(),
            ));
        }
        let unknown = |column: &&String| !features::columns().contains(&column.as_str());
        if let Some(column) = plan.dataset.columns().iter().find(unknown) {
            return Err(refused(format!(
                "its data set has the column `{column}`, which this program cannot compute from sound; \
                 train on the 57 columns or on a folder of sound"
            )));
        }
        if record.predictions_of(number).is_empty() {
            return Err(refused(format!("`{contender}` failed on every fold of its record")));
        }
        let desk = Desk { plan, cell: Cell { contender: number, fold: 0 }, device, watch };
        let (members, joint) = match &plan.experiment.contenders[number].entry {
            Entry::Model { .. } => (vec![number], Joint::Alone),
            Entry::Ensemble { ensemble, members } => {
                let joint = match ensemble.by {
                    By::Vote => Joint::Vote,
                    By::Stack => Joint::Stack(desk.stack_of_all(ensemble, members, contender)?),
                };
                (members.clone(), joint)
            }
        };
        let mut parameters = 0;
        let members = members
            .into_iter()
            .map(|member| {
                let heard = desk.fit_all(member)?;
                parameters += heard.fitted.parameters;
                self::member(plan, heard)
            })
            .collect::<Result<Vec<Member>, Error>>()?;
        let made = provenance::here();
        let trained = Self {
            card: Card {
                parameters,
                trained_by: format!("{} {}", made.version, made.commit).trim().to_owned(),
                trained_at: provenance::now(),
                ..Card::of(record, number, error_rate, plan.dataset.name == "gtzan-mini")
            },
            preparation: preparation(plan),
            members,
            joint,
            neighbours: neighbours(plan),
            experiment: plan.experiment.clone(),
        };
        Ok(trained)
    }
}

fn member(plan: &Plan, heard: Heard) -> Result<Member, Error> {
    let Entry::Model { features, .. } = &plan.experiment.contenders[heard.contender].entry else {
        unreachable!("an ensemble is made of models");
    };
    Ok(Member {
        contender: heard.contender,
        features: plan.experiment.features[*features].clone(),
        describer: heard.describer,
        classifier: heard.fitted.classifier,
    })
}

fn preparation(plan: &Plan) -> Preparation {
    let file = &plan.experiment.file;
    Preparation {
        text: file.text.clone(),
        file: file.path.file_name().map(Into::into).unwrap_or_default(),
        recipe: plan.dataset.recipe,
        columns: plan.dataset.columns().to_vec(),
        seconds: plan.dataset.seconds(),
        frames: plan.frames.map(|count| Thinning { count, every: plan.dataset.every() }),
    }
}

/// The units' columns, where there is a table.
fn neighbours(plan: &Plan) -> Option<Neighbours> {
    let columns: Vec<usize> = (0..plan.dataset.columns().len()).collect();
    if columns.is_empty() {
        return None;
    }
    let samples = plan.dataset.samples(&columns);
    let rows = plan.dataset.units.units.iter().enumerate().map(|(at, unit)| {
        (plan.dataset.tracks[unit.track].clone(), unit.genre, samples.values(at).to_vec())
    });
    Some(Neighbours::of(rows.collect()))
}
