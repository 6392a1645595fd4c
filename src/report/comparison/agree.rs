//! Records that may stand side by side: the same data, the same folds, the same program.

use super::{Error, Settings, Source};
use crate::experiment::Record;
use crate::report::format::short_hash;

/// Refuses records whose contenders were not tested alike, naming the first that differs.
pub(super) fn alike(sources: &[Source], settings: &Settings) -> Result<(), Error> {
    for other in sources.iter().skip(1) {
        same_version(&sources[0], other, settings)?;
        same_data(&sources[0], other)?;
        same_folds(&sources[0], other)?;
    }
    distinct(sources)
}

/// Refuses records of different versions of the program, unless that is allowed.
pub(super) fn same_version(
    first: &Source,
    second: &Source,
    settings: &Settings,
) -> Result<(), Error> {
    let (ours, theirs) = (&first.record.provenance.version, &second.record.provenance.version);
    if settings.any_version || ours == theirs {
        return Ok(());
    }
    Err(Error::Versions {
        first: first.folder.clone(),
        second: second.folder.clone(),
        ours: ours.clone(),
        theirs: theirs.clone(),
    })
}

fn same_data(first: &Source, second: &Source) -> Result<(), Error> {
    let (ours, theirs) = (&first.record.dataset, &second.record.dataset);
    let genres = |of: &[String]| of.join(", ");
    let frames = |of: &Option<String>| of.clone().unwrap_or_default();
    let mut facts = vec![
        ("data sets", ours.name.clone(), theirs.name.clone()),
        ("genres", genres(&ours.genres), genres(&theirs.genres)),
        ("data hashes", short_hash(&ours.hash), short_hash(&theirs.hash)),
        ("index hashes", short_hash(&ours.index_hash), short_hash(&theirs.index_hash)),
    ];
    // Spectrograms only some contenders read are no difference where others did without.
    if ours.frames_hash.is_some() && theirs.frames_hash.is_some() {
        let (ours, theirs) = (frames(&ours.frames_hash), frames(&theirs.frames_hash));
        facts.push(("log-mel hashes", short_hash(&ours), short_hash(&theirs)));
    }
    match facts.into_iter().find(|(_, ours, theirs)| ours != theirs) {
        None => Ok(()),
        Some((what, ours, theirs)) => Err(Error::Data {
            first: first.folder.clone(),
            second: second.folder.clone(),
            what,
            ours,
            theirs,
        }),
    }
}

fn same_folds(first: &Source, second: &Source) -> Result<(), Error> {
    let (ours, theirs) = (&first.record, &second.record);
    // The hash says it all; the folds are looked at because they are counted by.
    if ours.protocol.hash == theirs.protocol.hash && ours.folds == theirs.folds {
        return Ok(());
    }
    let said = |record: &Record| {
        format!("{}, protocol hash {}", record.protocol.name, short_hash(&record.protocol.hash))
    };
    Err(Error::Folds {
        first: first.folder.clone(),
        second: second.folder.clone(),
        ours: said(ours),
        theirs: said(theirs),
    })
}

fn distinct(sources: &[Source]) -> Result<(), Error> {
    for (at, first) in sources.iter().enumerate() {
        for second in &sources[at + 1..] {
            let (ours, theirs) = (&first.record, &second.record);
            if ours.experiment.name != theirs.experiment.name {
                continue;
            }
            let twice = ours
                .contenders
                .iter()
                .find(|one| theirs.contenders.iter().any(|other| other.name == one.name));
            if let Some(contender) = twice {
                return Err(Error::Twice {
                    name: contender.name.clone(),
                    experiment: ours.experiment.name.clone(),
                    first: first.folder.clone(),
                    second: second.folder.clone(),
                });
            }
        }
    }
    Ok(())
}
