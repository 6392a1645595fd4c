//! `crossfold accept`: what was meant to change becomes the record, with the reason.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::check::{RERUN, rerun};
use super::lock::Lock;
use super::outcome::{Failure, Outcome, say};
use super::progress::Progress;
use super::report::splice;
use super::{Running, table};
use crate::atomic;
use crate::dataset::Cache;
use crate::experiment::{self, Experiment, Place, Plan, Record};
use crate::report::{self, Format, Table};

/// Arguments of `crossfold accept`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes the rerun that `crossfold check` left, or runs the experiment where there is none. Writes the
record, its report, the tables that FILE has marks for, and a line with the reason under *Changed
accuracies* in the changelog.

Example:
  crossfold accept experiments/ci.yaml --why \"wider second layer\"")]
pub struct Arguments {
    /// The experiment, a YAML file
    experiment: PathBuf,
    #[command(flatten)]
    running: Running,
    /// Why its accuracies changed, in a sentence
    #[arg(long, value_name = "REASON", value_parser = reason)]
    why: String,
    /// The changelog
    #[arg(long, value_name = "FILE", default_value = "CHANGELOG.md")]
    changelog: PathBuf,
    /// The file with tables that must be those of the records
    #[arg(long, value_name = "FILE", default_value = "README.md")]
    readme: PathBuf,
}

fn reason(text: &str) -> Result<String, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { Err("say why, in a sentence".to_owned()) } else { Ok(words.join(" ")) }
}

/// Runs the command.
pub fn accept(arguments: &Arguments) -> Result<Outcome, Failure> {
    let experiment = Experiment::read(&arguments.experiment)?;
    let progress = Progress::new();
    let folder = arguments.running.results.folder.join(&experiment.name);
    let (data, cache) = (arguments.running.folder(), Cache::of_user());
    let place = Place { may_substitute: false, ..arguments.running.place(&data, &cache) };
    let plan = Plan::new(experiment, &place, &progress)?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let _lock = Lock::of(&folder)?;
    let before = Record::read(&folder).ok();
    let after = match Record::read(&folder.join(RERUN)) {
        Ok(record) if is_of(&record, &plan) => record,
        _ => rerun(&plan, &folder, &arguments.running, &progress)?,
    };
    let unchanged = |before: &Record| {
        before.predictions == after.predictions
            && before.experiment == after.experiment
            && before.contenders == after.contenders
    };
    if before.as_ref().is_some_and(unchanged) {
        let _ = std::fs::remove_dir_all(folder.join(RERUN));
        say(&format!("{} holds as it is; nothing to accept", folder.display()))?;
        return Ok(Outcome::Done);
    }
    let line = entry(before.as_ref(), &after, &arguments.why)?;
    let changelog = std::fs::read_to_string(&arguments.changelog).unwrap_or_default();
    after.write(&folder)?;
    report::write(&after, &folder, &[Format::Markdown])?;
    save(&arguments.changelog, &noted(&changelog, &line))?;
    let _ = std::fs::remove_dir_all(folder.join(RERUN));
    for mark in tables(&arguments.readme, &after.experiment.name) {
        let records = report::experiments(&mark)
            .into_iter()
            .map(|name| Record::read(&arguments.running.results.folder.join(name)))
            .collect::<Result<Vec<_>, _>>()?;
        let (name, text) = report::spliced(records)?;
        splice(&arguments.readme, &name, &text)?;
    }
    say(&table::text(&after, &Table::of(&after)?))?;
    say(&format!("{}: {line}", arguments.changelog.display()))?;
    Ok(Outcome::Done)
}

/// Whether a record is what running the plan with this program gives.
fn is_of(record: &Record, plan: &Plan) -> bool {
    let now = experiment::described(plan);
    record.experiment == now.experiment
        && record.dataset == now.dataset
        && record.protocol == now.protocol
        && record.contenders == now.contenders
        && record.provenance.version == now.provenance.version
        && record.provenance.commit == now.provenance.commit
        && !now.provenance.commit.ends_with("-dirty")
}

/// The marks of a file that show an experiment.
fn tables(file: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let shows = |mark: &&str| report::experiments(mark).contains(&name);
    report::marks(&text).into_iter().filter(shows).map(str::to_owned).collect()
}

/// The line of the changelog: what each accuracy was and is, and why.
fn entry(before: Option<&Record>, after: &Record, why: &str) -> Result<String, Failure> {
    let accuracies = |record: &Record| -> Result<Vec<(String, f64)>, Failure> {
        let rows = Table::of(record)?.rows.into_iter();
        Ok(rows.filter_map(|row| Some((row.name, row.scores?.accuracy))).collect())
    };
    let was = before.map(accuracies).transpose()?.unwrap_or_default();
    let is = accuracies(after)?;
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let mut told: Vec<String> = Vec::new();
    for (name, now) in &is {
        match was.iter().find(|(known, _)| known == name) {
            Some((_, then)) if percent(*then) == percent(*now) => {}
            Some((_, then)) => {
                told.push(format!("{name} {} → {} %", percent(*then), percent(*now)));
            }
            None => told.push(format!("{name} {} % (new)", percent(*now))),
        }
    }
    for (name, then) in was.iter().filter(|(name, _)| is.iter().all(|(known, _)| known != name)) {
        told.push(format!("{name} {} % (gone)", percent(*then)));
    }
    if told.is_empty() {
        told.push("no accuracy by as much as a tenth of a point".to_owned());
    }
    let stop = if why.ends_with(['.', '!', '?']) { "" } else { "." };
    Ok(format!("- `{}`: {}. {why}{stop}", after.experiment.name, told.join(", ")))
}

const HEADING: &str = "### Changed accuracies";

/// A changelog with a line more under its first *Changed accuracies*; both made where they are not there.
fn noted(text: &str, line: &str) -> String {
    if let Some((before, rest)) = text.split_once(HEADING) {
        return format!("{before}{HEADING}\n\n{line}\n{}", rest.trim_start_matches('\n'));
    }
    // Above the last released version, which begins with the second heading.
    let released = text.match_indices("\n## ").nth(1).map_or(text.len(), |(at, _)| at + 1);
    let (before, rest) = text.split_at(released);
    let before = if before.trim().is_empty() { "# Changelog\n\n## Unreleased" } else { before };
    let gap = if rest.is_empty() { "" } else { "\n" };
    format!("{}\n\n{HEADING}\n\n{line}\n{gap}{rest}", before.trim_end())
}

fn save(file: &Path, text: &str) -> Result<(), Failure> {
    atomic::write(file, text.as_bytes())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::noted;

    #[test]
    fn a_line_stands_under_its_heading_and_the_rest_stays() {
        let text = "# Changelog\n\n## Unreleased\n\n### Changed accuracies\n\n- old\n\n## 0.1.0\n";
        let expected = text.replace("- old", "- new\n- old");
        assert_eq!(noted(text, "- new"), expected);
    }

    #[test]
    fn a_heading_that_is_missing_is_made_above_the_last_release() {
        let text = "# Changelog\n\n## Unreleased\n\n### Added\n\n- it\n\n## 0.1.0\n\n- all\n";
        let expected = text.replace("- it\n", "- it\n\n### Changed accuracies\n\n- new\n");
        assert_eq!(noted(text, "- new"), expected);
        assert_eq!(
            noted("", "- new"),
            "# Changelog\n\n## Unreleased\n\n### Changed accuracies\n\n- new\n"
        );
    }
}
