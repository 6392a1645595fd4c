//! A trained model as a file.
//!
//! Four parts: a line that says what it is and in which version of the format, the BLAKE3 of what
//! follows in hexadecimal on a line of its own, the [`Card`] and the preparation as one line of JSON
//! (so that any editor shows them), and the numbers in postcard's format.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::neighbours::Neighbours;
use super::{Card, Joint, KeptMember, Member, Preparation, Thinning, Trained};
use crate::audio::{RATE, synth};
use crate::experiment::parse::File;
use crate::experiment::{Entry, Error, Experiment};
use crate::features;

/// What a file begins with, before its version.
const MAGIC: &str = "crossfold model ";
/// The version that this program writes and reads.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    card: Card,
    preparation: Preparation,
}

#[derive(Serialize, Deserialize)]
struct Numbers {
    members: Vec<KeptMember>,
    joint: Joint,
    neighbours: Option<Neighbours>,
}

impl Trained {
    /// The model as the bytes of a file.
    ///
    /// # Errors
    /// When memory cannot take it.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let untold = |reason: String| Error::Untrainable { reason };
        let head = serde_json::to_string(&serde_json::json!({
            "card": self.card,
            "preparation": self.preparation,
        }));
        let members = self
            .members
            .iter()
            .map(|member| {
                let saved = member.classifier.save().map_err(|error| untold(error.to_string()))?;
                Ok(KeptMember {
                    contender: member.contender,
                    describer: member.describer.clone(),
                    saved,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let numbers =
            Numbers { members, joint: self.joint.clone(), neighbours: self.neighbours.clone() };
        let numbers = postcard::to_allocvec(&numbers).map_err(|error| untold(error.to_string()))?;
        let mut rest = head.map_err(|error| untold(error.to_string()))?.into_bytes();
        rest.push(b'\n');
        rest.extend(numbers);
        let mut bytes =
            format!("{MAGIC}{VERSION}\n{}\n", blake3::hash(&rest).to_hex()).into_bytes();
        bytes.extend(rest);
        Ok(bytes)
    }

    /// Reads the bytes of a file that errors shall call `name`.
    ///
    /// # Errors
    /// When they are none, are damaged, or are of a later version of the format.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Model { name: name.to_owned(), reason };
        let (first, rest) = line(bytes).ok_or_else(|| wrong(NOT_ONE.to_owned()))?;
        let version = first.strip_prefix(MAGIC).ok_or_else(|| wrong(NOT_ONE.to_owned()))?;
        let version: u32 = version.parse().map_err(|_| wrong(NOT_ONE.to_owned()))?;
        if version != VERSION {
            return Err(wrong(format!(
                "its format is {version}, and this program reads {VERSION}; use the version of \
                 crossfold that wrote it, or a later one, or train it again"
            )));
        }
        let damaged = || wrong("it is damaged; copy it again, or train it again".to_owned());
        let (hash, rest) = line(rest).ok_or_else(damaged)?;
        if hash != blake3::hash(rest).to_hex().as_str() {
            return Err(damaged());
        }
        let (head, numbers) = line(rest).ok_or_else(damaged)?;
        let untrue = |reason: String| wrong(format!("it contradicts itself: {reason}"));
        let head: Head = serde_json::from_str(head).map_err(|error| untrue(error.to_string()))?;
        let numbers: Numbers =
            postcard::from_bytes(numbers).map_err(|error| untrue(error.to_string()))?;
        let Preparation { text, file, .. } = &head.preparation;
        let experiment = Experiment::of(&File { path: file.clone(), text: text.clone() })
            .map_err(|error| untrue(error.to_string()))?;
        let trained = Self {
            members: numbers
                .members
                .into_iter()
                .map(|kept| member(kept, &experiment))
                .collect::<Result<Vec<_>, String>>()
                .map_err(untrue)?,
            card: head.card,
            preparation: head.preparation,
            joint: numbers.joint,
            neighbours: numbers.neighbours,
            experiment,
        };
        trained.consistent().map_err(untrue)?;
        Ok(trained)
    }
}

impl Trained {
    /// Refuses what contradicts itself before anything is indexed by it, then has the model hear a
    /// second of silence.
    fn consistent(&self) -> Result<(), String> {
        let (card, prepared, genres) = (&self.card, &self.preparation, self.card.genres.len());
        let share = |value: f64| (0.0..=1.0).contains(&value);
        if genres < 2 {
            return Err(format!("it tells {genres} genres apart"));
        }
        let numbers = [card.accuracy, card.unsure_below, card.error_rate, card.chance];
        let sharp = card.sharpness > 0.0 && card.sharpness < 1e6;
        if !(sharp && numbers.into_iter().all(share)) {
            return Err("a number of its card is out of range".to_owned());
        }
        if !(0.1..=3600.0).contains(&prepared.seconds) {
            return Err(format!("its training samples were {} s long", prepared.seconds));
        }
        if let Some(Thinning { count, every }) = prepared.frames
            && !((1..=LONGEST).contains(&count) && (1..=LONGEST).contains(&every))
        {
            return Err(format!("it hears {count} frames, one of {every}"));
        }
        let known = |column: &String| features::columns().contains(&column.as_str());
        if let Some(column) = prepared.columns.iter().find(|column| !known(column)) {
            return Err(format!("it needs the column `{column}`, which sound does not give"));
        }
        let members = match &self.joint {
            Joint::Alone => self.members.len() == 1,
            Joint::Vote => !self.members.is_empty(),
            Joint::Stack(stack) => stack.fits(self.members.len(), genres),
        };
        if !members {
            return Err(format!("{} models are not what it joins", self.members.len()));
        }
        let width = prepared.columns.len();
        if self.neighbours.as_ref().is_some_and(|it| width == 0 || !it.fits(width, genres)) {
            return Err("its training tracks have other columns".to_owned());
        }
        let silence = synth::silence(1.0, RATE);
        let heard = catch_unwind(AssertUnwindSafe(|| self.judge(&[silence])))
            .map_err(|_| "its numbers do not belong together".to_owned())?;
        let (said, _) = heard.map_err(|error| error.to_string())?;
        let sums_to_one = (said[0].iter().sum::<f64>() - 1.0).abs() < 1e-3;
        if said[0].len() != genres || !said[0].iter().all(|&it| share(it)) || !sums_to_one {
            return Err("its scores are no shares of its genres".to_owned());
        }
        Ok(())
    }
}

/// More frames than any clip has.
const LONGEST: usize = 100_000;

const NOT_ONE: &str =
    "it is no model of crossfold; make one by `crossfold train EXPERIMENT -o FILE`";

/// The first line, and what follows.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

fn member(kept: KeptMember, experiment: &Experiment) -> Result<Member, String> {
    let entry = experiment.contenders.get(kept.contender).map(|it| &it.entry);
    let Some(Entry::Model { features, .. }) = entry else {
        return Err(format!("contender {} is no model of its experiment", kept.contender));
    };
    if !kept.describer.is_sound() {
        return Err("a dictionary's numbers do not belong together".to_owned());
    }
    Ok(Member {
        contender: kept.contender,
        features: experiment.features[*features].clone(),
        describer: kept.describer,
        classifier: kept.saved.restore().map_err(|error| error.to_string())?,
    })
}
