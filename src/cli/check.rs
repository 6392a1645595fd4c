//! `crossfold check`: does what was reported still hold?

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Running;
use super::lock::Lock;
use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use super::table::lay_out;
use crate::dataset::fetch::EXTRACTED;
use crate::dataset::{self, Cache, locate};
use crate::experiment::check::{Held, Standing, differences, disappointed, held};
use crate::experiment::wording::{Wording, restated, wording};
use crate::experiment::{self, Cells, Error, Experiment, Manner, Place, Plan, Record};
use crate::report::grid::{Column, Grid, Line};
use crate::report::{self};

/// Arguments of `crossfold check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Data, index and folds are verified first. Then every model is trained again and held to its record:
what is no net must give the same scores on the same processor; nets, and everything on another
processor, must lie inside the interval of the record's own folds, with a paired difference that
chance explains. `expect:` and the tables in README.md are held to the records as well.

Examples:
  crossfold check experiments/ci.yaml                run it again and hold it to results/ci
  crossfold check --from-record                      every record, without training
  crossfold check experiments/ci.yaml --format github    annotations for a pull request

What was meant to change is accepted by
  crossfold accept experiments/ci.yaml --why \"wider second layer\"")]
pub struct Arguments {
    /// Experiments, YAML files [default: all of experiments/ that have a record]
    experiments: Vec<PathBuf>,
    #[command(flatten)]
    running: Running,
    /// Train nothing: hold the records themselves to `expect:`, to the data and to the README
    #[arg(long)]
    from_record: bool,
    /// The file with tables that must be those of the records
    #[arg(long, value_name = "FILE", default_value = "README.md")]
    readme: PathBuf,
    /// How to say it
    #[arg(long, value_enum, default_value = "table", conflicts_with = "json")]
    format: Format,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, and a line for each fault
    Table,
    /// The same, and annotations that GitHub shows beside the files of a change
    Github,
}

/// One experiment held to its record.
struct Checked {
    file: PathBuf,
    name: String,
    held: Vec<Held>,
    faults: Vec<String>,
    /// Whether `accept` would mend it: an expectation that is not met stays so.
    acceptable: bool,
    /// Why nothing could be verified, where the data is not on this machine.
    skipped: Option<String>,
}

impl Checked {
    fn holds(&self) -> bool {
        self.faults.is_empty() && self.held.iter().all(Held::holds)
    }
}

/// The folder of a rerun, beside the record it is held to.
pub(super) const RERUN: &str = "check";

/// Runs the command.
pub fn check(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (files, named) = if arguments.experiments.is_empty() {
        (recorded(&arguments.running.results.folder)?, false)
    } else {
        (arguments.experiments.clone(), true)
    };
    let progress = Progress::new();
    let mut checked = Vec::new();
    for file in files {
        checked.push(one(arguments, file, named, &progress)?);
    }
    let faults = readme(&arguments.readme, &arguments.running.results.folder, &checked)?;
    if arguments.json {
        say(&in_json(&checked, &faults).to_string())?;
    } else {
        tell(&checked, &faults)?;
        if arguments.format == Format::Github {
            annotate(&checked, &faults, &arguments.readme)?;
        }
    }
    let holds = faults.is_empty() && checked.iter().all(Checked::holds);
    Ok(if holds { Outcome::Done } else { Outcome::Unexpected })
}

/// The experiments that have a record.
fn recorded(results: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new("experiments");
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .filter(|path| {
            path.file_stem().is_some_and(|name| results.join(name).join("record.json").is_file())
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::Input(anyhow::anyhow!(
            "no experiment in experiments/ has a record in {}; name one, or run one first: \
             crossfold run experiments/dense.yaml",
            results.display()
        )));
    }
    Ok(files)
}

fn one(
    arguments: &Arguments,
    file: PathBuf,
    named: bool,
    progress: &Progress,
) -> Result<Checked, Failure> {
    let experiment = Experiment::read(&file)?;
    let name = experiment.name.clone();
    let folder = arguments.running.results.folder.join(&name);
    if !folder.join("record.json").is_file() {
        return Err(Failure::Input(anyhow::anyhow!(
            "{} has no record in {} to be held to; make one by `crossfold run {}`",
            file.display(),
            folder.display(),
            file.display()
        )));
    }
    let record = Record::read(&folder)?;
    let mut checked = Checked {
        file,
        name,
        held: Vec::new(),
        faults: Vec::new(),
        acceptable: false,
        skipped: None,
    };
    match wording(&record.experiment.text, &experiment.file.text) {
        Wording::Same => {}
        Wording::Models => checked.faults.extend(restated(&record, &experiment)),
        Wording::Other => {
            checked.faults.push("the file is not the one its record was made from".to_owned());
        }
    }
    checked.acceptable = !checked.faults.is_empty();
    let expectations = experiment.expectations.clone();
    let (data, cache) = (arguments.running.folder(), Cache::of_user());
    // A stand-in's figures are not those of the record.
    let place = Place { may_substitute: false, ..arguments.running.place(&data, &cache) };
    let plan = match Plan::new(experiment, &place, progress) {
        Ok(plan) => plan,
        Err(Error::Data(error @ dataset::Error::Absent { .. }))
            if arguments.from_record || !named =>
        {
            checked.skipped = Some(error.to_string());
            if arguments.from_record {
                checked.faults.extend(disappointed(&expectations, &record));
            }
            return Ok(checked);
        }
        Err(error) => return Err(error.into()),
    };
    let changed = differences(&record, &experiment::described(&plan));
    // Features that this program extracted stand in for a table that is not here: no record is wrong
    // because of them.
    let extracted = plan.dataset.name == "gtzan"
        && locate::gtzan_table(&data).is_ok_and(|table| locate::is_extracted(&table));
    if extracted && !changed.is_empty() && (arguments.from_record || !named) {
        checked.skipped = Some(format!(
            "the record was made from another table than {EXTRACTED}, which is all there is in {}",
            data.display()
        ));
        if arguments.from_record {
            checked.faults.extend(disappointed(&expectations, &record));
        }
        return Ok(checked);
    }
    let same_ground = changed.is_empty();
    checked.acceptable |= !same_ground;
    checked.faults.extend(changed);
    if arguments.from_record {
        checked.faults.extend(disappointed(&expectations, &record));
    } else if same_ground {
        let again = rerun(&plan, &folder, &arguments.running, progress)?;
        checked.held = held(&record, &again);
        checked.acceptable |= !checked.held.iter().all(Held::holds);
        checked.faults.extend(disappointed(&expectations, &again));
        if checked.holds() {
            // What holds leaves nothing behind; what does not is there to be accepted.
            let _ = std::fs::remove_dir_all(folder.join(RERUN));
        }
    }
    Ok(checked)
}

/// Runs a plan again, beside its record.
pub(super) fn rerun(
    plan: &Plan,
    folder: &Path,
    running: &Running,
    progress: &Progress,
) -> Result<Record, Failure> {
    let folder = folder.join(RERUN);
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let _lock = Lock::of(&folder)?;
    let cells = Cells::of(&folder, plan).on(running.device);
    let manner = Manner { jobs: running.jobs(), fail_fast: false, cells: &cells };
    let record = experiment::run(plan, &manner, progress)?;
    record.write(&folder)?;
    Cells::remove(&folder);
    Ok(record)
}

/// Tables in a file that are not those of the records, each in a sentence.
fn readme(file: &Path, results: &Path, checked: &[Checked]) -> Result<Vec<String>, Failure> {
    let Ok(text) = std::fs::read_to_string(file) else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    for mark in report::marks(&text) {
        let names = report::experiments(mark);
        if !names.iter().any(|name| checked.iter().any(|it| it.name == *name)) {
            continue;
        }
        let folders: Vec<PathBuf> = names.iter().map(|name| results.join(name)).collect();
        let records =
            folders.iter().map(|folder| Record::read(folder)).collect::<Result<Vec<_>, _>>()?;
        let (name, content) = report::spliced(records)?;
        if report::splice(&text, &name, &content).as_deref() != Some(&text) {
            let [first, others @ ..] = folders.as_slice() else { continue };
            let beside: String =
                others.iter().map(|folder| format!(" --beside {}", folder.display())).collect();
            faults.push(format!(
                "the table `{mark}` in {file} is not that of its records; put it there by \
                 `crossfold report {}{beside} --splice {file}`",
                first.display(),
                file = file.display(),
            ));
        }
    }
    Ok(faults)
}

fn tell(checked: &[Checked], faults: &[String]) -> Result<(), Failure> {
    if checked.iter().any(|it| !it.held.is_empty()) {
        say(&lay_out(&grid(checked)))?;
        say("")?;
    }
    let skipped = checked.iter().filter(|it| it.skipped.is_some());
    let names: Vec<&str> = skipped.clone().map(|it| it.name.as_str()).collect();
    if let Some(reason) = skipped.clone().find_map(|it| it.skipped.as_ref()) {
        let (mark, names) = (notice_label(), names.join(", "));
        eprintln!("{mark} the data of {names} is not here and was not verified: {reason}");
    }
    for it in checked {
        for fault in &it.faults {
            say(&format!("{}: {fault}", it.file.display()))?;
        }
    }
    for fault in faults {
        say(fault)?;
    }
    let holds = checked.iter().filter(|it| it.holds()).count();
    say(&match (holds == checked.len(), checked.len()) {
        (true, 1) => "the record holds".to_owned(),
        (true, count) => format!("all {count} records hold"),
        (false, count) => format!("{holds} of {count} records hold"),
    })?;
    for it in checked.iter().filter(|it| it.acceptable) {
        let file = it.file.display();
        say(&format!("if this was meant: crossfold accept {file} --why \"…\""))?;
    }
    Ok(())
}

fn grid(checked: &[Checked]) -> Grid {
    let word = |title: &str| Column { title: title.to_owned(), number: false };
    let number = |title: &str| Column { title: title.to_owned(), number: true };
    let columns = vec![
        word("experiment"),
        word("contender"),
        number("before %"),
        number("after %"),
        number("points"),
        word("verdict"),
    ];
    let percent = |share: Option<f64>| {
        share.map_or("–".to_owned(), |share| format!("{:.1}", 100.0 * share))
    };
    let rows = checked.iter().flat_map(|it| it.held.iter().map(move |held| (it, held))).map(
        |(it, held)| Line {
            cells: vec![
                it.name.clone(),
                held.contender.clone(),
                percent(held.before),
                percent(held.after),
                points(held).map_or("–".to_owned(), |points| format!("{points:+.1}")),
                verdict(&held.standing),
            ],
            emphasised: false,
        },
    );
    Grid { columns, rows: rows.collect() }
}

fn points(held: &Held) -> Option<f64> {
    Some(100.0 * (held.after? - held.before?))
}

fn verdict(standing: &Standing) -> String {
    match standing {
        Standing::Same => "the same".to_owned(),
        Standing::Rounding => "the same but for rounding".to_owned(),
        Standing::Chance { p } => format!("chance explains it (p {})", p_value(*p)),
        Standing::NotTheSame { renamed: 0, furthest } => {
            format!("CHANGED: scores differ by up to {furthest:.1e}")
        }
        Standing::NotTheSame { renamed, .. } => {
            format!("CHANGED: {renamed} predictions name another genre")
        }
        Standing::Apart { p, interval } => {
            let interval = interval.map_or(String::new(), |it| {
                format!("; its folds say {:.1} to {:.1} %", 100.0 * it.low, 100.0 * it.high)
            });
            format!("CHANGED: more than chance (p {}{interval})", p_value(*p))
        }
        Standing::Failed { reason } => format!("FAILED: {reason}"),
        Standing::New => "NEW: not in the record".to_owned(),
        Standing::Missing => "GONE: only in the record".to_owned(),
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// GitHub's form of a message that it shows beside a file.
fn annotate(checked: &[Checked], faults: &[String], readme: &Path) -> Result<(), Failure> {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let error = |file: &Path, title: &str, text: &str| {
        let file = file.display().to_string().replace(',', "%2C").replace(':', "%3A");
        say(&format!("::error file={file},title={title}::{}", escaped(text)))
    };
    for it in checked {
        for held in it.held.iter().filter(|held| !held.holds()) {
            let points = points(held).map_or(String::new(), |it| format!(" ({it:+.1} points)"));
            let text = format!("{}{points}: {}", held.contender, verdict(&held.standing));
            error(&it.file, "reported accuracy no longer holds", &text)?;
        }
        for fault in &it.faults {
            error(&it.file, "record no longer holds", fault)?;
        }
        if let Some(reason) = &it.skipped {
            say(&format!("::warning title=not verified::{}: {}", it.name, escaped(reason)))?;
        }
    }
    for fault in faults {
        error(readme, "table is not that of the records", fault)?;
    }
    Ok(())
}

fn in_json(checked: &[Checked], faults: &[String]) -> Value {
    let contender = |held: &Held| {
        let p = match held.standing {
            Standing::Chance { p } | Standing::Apart { p, .. } => Some(p),
            _ => None,
        };
        json!({
            "contender": held.contender,
            "before": held.before,
            "after": held.after,
            "p": p,
            "holds": held.holds(),
            "verdict": verdict(&held.standing),
        })
    };
    let experiments: Vec<Value> = checked
        .iter()
        .map(|it| {
            json!({
                "experiment": it.name,
                "file": it.file.display().to_string(),
                "holds": it.holds(),
                "contenders": it.held.iter().map(contender).collect::<Vec<_>>(),
                "faults": it.faults,
                "not_verified": it.skipped,
            })
        })
        .collect();
    let holds = faults.is_empty() && checked.iter().all(Checked::holds);
    json!({ "holds": holds, "experiments": experiments, "tables": faults })
}
