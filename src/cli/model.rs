//! `crossfold model show`: the card of a trained model.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::outcome::{Failure, Outcome, say};
use super::table::lay_out;
use crate::experiment::{Card, Trained};
use crate::report::grid::{Column, Grid, Line};

/// Arguments of `crossfold model`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what a model is, how it was tested and how well it did
    Show {
        /// The file [default: the small model that comes with the program]
        file: Option<PathBuf>,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn model(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Command::Show { file, json } = &arguments.command;
    let trained = file.as_deref().map_or_else(|| Ok(Trained::embedded()), read)?;
    if *json {
        let card = serde_json::to_string(trained.card()).context("a card is plain data")?;
        say(&card)?;
    } else {
        say(&card(trained.card()))?;
    }
    Ok(Outcome::Done)
}

/// Reads a model.
pub fn read(file: &Path) -> Result<Trained, Failure> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Trained::read(&file.display().to_string(), &bytes)?)
}

/// A card as text.
pub fn card(card: &Card) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let interval = card.interval.map_or(String::new(), |[low, high]| {
        format!(" (95 % interval {:.1} to {:.1})", 100.0 * low, 100.0 * high)
    });
    let facts = [
        ("contender", card.name.clone()),
        ("model", card.model.clone()),
        ("question", card.question.clone()),
        ("trained on", card.dataset.clone()),
        ("data", format!("BLAKE3 {}", card.dataset_hash)),
        ("tested by", card.protocol.clone()),
        (
            "accuracy",
            format!("{}{interval}; by chance {}", percent(card.accuracy), percent(card.chance)),
        ),
        ("macro F1", percent(card.macro_f1)),
        (
            "log loss",
            format!(
                "{:.3} nats, calibrated (temperature {:.2})",
                card.log_loss,
                1.0 / card.sharpness
            ),
        ),
        (
            "unsure below",
            format!(
                "{}: of the {} of tracks above it, at most {} were named wrongly",
                percent(card.unsure_below),
                percent(card.answered),
                percent(card.error_rate)
            ),
        ),
        ("numbers", card.parameters.to_string()),
        ("trained by", format!("crossfold {}, {}", card.trained_by, card.trained_at)),
    ];
    let mut text = String::new();
    for (name, value) in facts {
        text += &format!("{name:<13} {value}\n");
    }
    let column = |title: &str, number| Column { title: title.to_owned(), number };
    let shown =
        |share: Option<f64>| share.map_or("–".to_owned(), |it| format!("{:.1}", 100.0 * it));
    let rows = card.genres.iter().map(|it| Line {
        cells: vec![it.genre.clone(), shown(it.recall), shown(it.precision)],
        emphasised: false,
    });
    let grid = Grid {
        columns: vec![
            column("genre", false),
            column("recall %", true),
            column("precision %", true),
        ],
        rows: rows.collect(),
    };
    text += &format!("\n{}\n\n", lay_out(&grid));
    for limit in &card.limits {
        text += &format!("- {limit}\n");
    }
    text
}
