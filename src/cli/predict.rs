//! `crossfold predict`: the genres of sound files.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::model;
use super::outcome::{Failure, Outcome, error_label, notice_label, say};
use super::progress::Progress;
use super::table::lay_out;
use crate::audio::{self, Limit};
use crate::dataset::clips;
use crate::experiment::{Opinion, Trained};
use crate::report::grid::{Column, Grid, Line};
use crate::watch::{Event, Watch as _};
use crate::workers::{self, Then};

/// Arguments of `crossfold predict`.
#[derive(Debug, Args)]
#[command(after_help = "\
Probabilities are calibrated on tracks that the model had not heard; it says `unsure` where its highest
probability is below the threshold that its card states.

Examples:
  crossfold predict song.mp3
  crossfold predict ~/music --model best.cfm --csv > genres.csv
  crossfold predict song.flac --timeline
  ffmpeg -i film.mkv -f wav - | crossfold predict -")]
pub struct Arguments {
    /// Sound files, folders of them, or - for stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A model that `crossfold train` wrote [default: the small one that comes with the program]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Also say the genre of every three seconds
    #[arg(long)]
    timeline: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print one line of CSV a clip
    #[arg(long)]
    csv: bool,
    /// Refuse clips longer than this
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = seconds)]
    max_seconds: f64,
    /// How many clips are heard at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (1.0..=36000.0).contains(&seconds) => Ok(seconds),
        _ => Err("give seconds from 1 to 36000".to_owned()),
    }
}

/// A clip and what was said of it, or why nothing could be.
struct Heard {
    name: String,
    opinion: Result<Opinion, String>,
}

/// Runs the command.
pub fn predict(arguments: &Arguments) -> Result<Outcome, Failure> {
    let trained = match &arguments.model {
        Some(file) => model::read(file)?,
        None => {
            eprintln!(
                "{} no `--model` was given: this is the small model that comes with the program, \
                 trained on 100 tracks",
                notice_label()
            );
            Trained::embedded()
        }
    };
    let (stdin, paths): (Vec<&PathBuf>, Vec<&PathBuf>) =
        arguments.files.iter().partition(|path| path.as_os_str() == "-");
    let mut files: Vec<Option<PathBuf>> = stdin.iter().take(1).map(|_| None).collect();
    if !paths.is_empty() {
        let paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
        let found = clips::find(&paths).map_err(anyhow::Error::from)?;
        files.extend(found.into_iter().map(Some));
    }
    let progress = Progress::new();
    progress.event(&Event::StageStarted { what: "clips", total: files.len() });
    let limit = Limit::of_seconds(arguments.max_seconds);
    let heard = workers::answers(
        files.len(),
        super::jobs(arguments.jobs),
        || progress.stop(),
        |at| {
            let heard = one(&trained, files[at].as_deref(), limit);
            progress.event(&Event::StageAdvanced);
            (heard, Then::GoOn)
        },
    );
    progress.event(&Event::StageEnded);
    let heard: Vec<Heard> = heard.into_iter().collect::<Option<_>>().ok_or(Failure::Stopped)?;
    if arguments.json {
        say(&in_json(&trained, &heard, arguments.timeline).to_string())?;
    } else if arguments.csv {
        say(&in_csv(&trained, &heard, arguments.timeline)?)?;
    } else {
        say(&lay_out(&table(&trained, &heard)))?;
        if arguments.timeline {
            say(&timelines(&trained, &heard))?;
        }
    }
    let mut outcome = Ok(Outcome::Done);
    for it in &heard {
        if let Err(reason) = &it.opinion {
            eprintln!("{} {reason}", error_label());
            outcome = Err(Failure::Told);
        }
    }
    outcome
}

fn one(trained: &Trained, file: Option<&Path>, limit: Limit) -> Heard {
    let name = file.map_or("stdin".to_owned(), |file| file.display().to_string());
    let clip = match file {
        Some(file) => audio::read(file, limit).map_err(|error| chain(&error.into())),
        None => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read stdin");
            read.and_then(|_| audio::read_bytes("stdin", bytes, limit).map_err(Into::into))
                .map_err(|error| chain(&error))
        }
    };
    let opinion = clip
        .and_then(|clip| trained.hear(&clip.signal).map_err(|error| format!("{name}: {error}")));
    Heard { name, opinion }
}

fn chain(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

fn named(trained: &Trained, opinion: &Opinion) -> String {
    trained.card().genres[opinion.answer()].genre.clone()
}

fn table(trained: &Trained, heard: &[Heard]) -> Grid {
    let column = |title: &str, number| Column { title: title.to_owned(), number };
    let columns = vec![
        column("clip", false),
        column("genre", false),
        column("probability %", true),
        column("then", false),
        column("entropy", true),
        column("most like", false),
    ];
    let rows = heard.iter().filter_map(|it| Some((it, it.opinion.as_ref().ok()?)));
    let rows = rows.map(|(it, opinion)| {
        let ranked = ranked(trained, opinion);
        let percent = |share: f64| format!("{:.0}", 100.0 * share);
        let unsure = if opinion.sure { "" } else { " (unsure)" };
        let then = ranked[1..].iter().take(2);
        let then: Vec<String> =
            then.map(|(genre, share)| format!("{genre} {}", percent(*share))).collect();
        Line {
            cells: vec![
                it.name.clone(),
                format!("{}{unsure}", ranked[0].0),
                percent(ranked[0].1),
                then.join(", "),
                format!("{:.2}", opinion.entropy),
                opinion.similar.first().map_or("–".to_owned(), |it| it.track.clone()),
            ],
            emphasised: false,
        }
    });
    Grid { columns, rows: rows.collect() }
}

/// Genres with their probabilities, most likely first.
fn ranked(trained: &Trained, opinion: &Opinion) -> Vec<(String, f64)> {
    let genres = trained.card().genres.iter().map(|it| it.genre.clone());
    let mut ranked: Vec<(String, f64)> =
        genres.zip(opinion.probabilities.iter().copied()).collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked
}

fn timelines(trained: &Trained, heard: &[Heard]) -> String {
    let mut text = String::new();
    for it in heard {
        let Ok(opinion) = &it.opinion else { continue };
        text += &format!("\n{} ({})\n", it.name, named(trained, opinion));
        for part in &opinion.timeline {
            let best = crate::evaluation::first_highest(&part.probabilities);
            text += &format!(
                "  {:>5} to {:>5} s  {:<10} {:>3.0} %\n",
                format!("{:.1}", part.from),
                format!("{:.1}", part.to),
                trained.card().genres[best].genre,
                100.0 * part.probabilities[best]
            );
        }
    }
    text
}

fn in_json(trained: &Trained, heard: &[Heard], timeline: bool) -> serde_json::Value {
    let card = trained.card();
    let clips = heard.iter().map(|it| match &it.opinion {
        Err(reason) => json!({ "clip": it.name, "error": reason }),
        Ok(opinion) => {
            let genres = ranked(trained, opinion).into_iter();
            let mut said = json!({
                "clip": it.name,
                "genre": named(trained, opinion),
                "sure": opinion.sure,
                "genres": genres
                    .map(|(genre, probability)| json!({ "genre": genre, "probability": probability }))
                    .collect::<Vec<_>>(),
                "entropy": opinion.entropy,
                "similar": opinion
                    .similar
                    .iter()
                    .map(|it| json!({ "track": it.track, "genre": it.genre, "distance": it.distance }))
                    .collect::<Vec<_>>(),
            });
            if timeline {
                let parts = opinion.timeline.iter().map(|part| {
                    json!({ "from": part.from, "to": part.to, "probabilities": part.probabilities })
                });
                said["timeline"] = parts.collect();
            }
            said
        }
    });
    json!({
        "model": card.name,
        "demo": card.demo,
        "accuracy": card.accuracy,
        "protocol": card.protocol,
        "unsure_below": card.unsure_below,
        "genres": card.genres.iter().map(|it| it.genre.as_str()).collect::<Vec<_>>(),
        "clips": clips.collect::<Vec<_>>(),
    })
}

/// One line a clip, or with `timeline` one line a part.
fn in_csv(trained: &Trained, heard: &[Heard], timeline: bool) -> Result<String, Failure> {
    let genres = trained.card().genres.iter().map(|it| it.genre.as_str());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads: &[&str] = if timeline {
        &["clip", "from", "to", "genre"]
    } else {
        &["clip", "genre", "sure", "entropy"]
    };
    let mut write = |line: Vec<String>| {
        writer.write_record(&line).context("a line of text can be written to memory")
    };
    write(heads.iter().copied().chain(genres).map(str::to_owned).collect())?;
    for it in heard {
        let Ok(opinion) = &it.opinion else { continue };
        let shares = |shares: &[f64]| shares.iter().map(ToString::to_string).collect::<Vec<_>>();
        if timeline {
            for part in &opinion.timeline {
                let best = crate::evaluation::first_highest(&part.probabilities);
                let genre = trained.card().genres[best].genre.clone();
                let head = [it.name.clone(), part.from.to_string(), part.to.to_string(), genre];
                write(head.into_iter().chain(shares(&part.probabilities)).collect())?;
            }
        } else {
            let genre = named(trained, opinion);
            let head =
                [it.name.clone(), genre, opinion.sure.to_string(), opinion.entropy.to_string()];
            write(head.into_iter().chain(shares(&opinion.probabilities)).collect())?;
        }
    }
    let bytes = writer.into_inner().context("a table can be written to memory")?;
    Ok(String::from_utf8(bytes).context("the table is text")?)
}
