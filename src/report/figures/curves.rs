//! How a net's loss and accuracy went, epoch by epoch.

use std::fmt::Write as _;

use super::canvas::{Anchor, Canvas, MARGIN, NOTE, PLAIN, Sheet, Stroke, TEXT};
use super::colour::{BLUE, Colour, VERMILION};
use super::panel::Panel;
use super::ticks::{ticks, widened};
use super::{Drawing, Material};
use crate::evaluation::{Spread, spread};
use crate::models::Epoch;
use crate::report::format::counted;
use crate::report::markdown::code;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 230.0;
/// Room for the numbers left of a panel.
const NUMBERS: f64 = 40.0;

/// One line of a panel: its name, how it looks, and its value in an epoch.
struct Series {
    name: &'static str,
    colour: Colour,
    dashed: bool,
    loss: fn(&Epoch) -> Option<f64>,
    accuracy: fn(&Epoch) -> Option<f64>,
}

const SERIES: [Series; 2] = [
    Series {
        name: "training",
        colour: BLUE,
        dashed: false,
        loss: |epoch| Some(epoch.train_loss),
        accuracy: |epoch| Some(100.0 * epoch.train_accuracy),
    },
    Series {
        name: "held out",
        colour: VERMILION,
        dashed: true,
        loss: |epoch| epoch.validation_loss,
        accuracy: |epoch| epoch.validation_accuracy.map(|share| 100.0 * share),
    },
];

/// Mean and spread over folds, for epochs from 1.
type Course = Vec<(f64, Spread)>;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let record = material.record;
    record
        .contenders
        .iter()
        .enumerate()
        .filter_map(|(number, contender)| {
            let histories: Vec<&[Epoch]> = record
                .cells
                .iter()
                .filter(|cell| cell.contender == number && !cell.history.is_empty())
                .map(|cell| cell.history.as_slice())
                .collect();
            (!histories.is_empty()).then(|| one(material, &contender.name, &histories))
        })
        .collect()
}

fn one(material: &Material<'_>, name: &str, histories: &[&[Epoch]]) -> Drawing {
    let title = format!("Training of {name}");
    let longest = histories.iter().map(|history| history.len()).max().unwrap_or(0);
    let shortest = histories.iter().map(|history| history.len()).min().unwrap_or(0);
    let folds = counted(histories.len(), "fold", "folds");
    let over = if histories.len() > 1 {
        format!("Lines: mean over {folds}; bands: one standard deviation over folds.")
    } else {
        "A single fold.".to_owned()
    };
    let watched = histories.iter().any(|history| history[0].validation_loss.is_some());
    let small_print = [material.record.protocol.name.clone(), over];
    let sheet = Sheet {
        width: WIDTH,
        title: &title,
        dataset: material.dataset(),
        small_print: &small_print,
    };
    let svg = sheet.draw(48.0 + HEIGHT + 32.0, |canvas, top| {
        legend(canvas, top + 6.0, watched, histories.len() > 1);
        let wide = (WIDTH - 2.0 * MARGIN - 2.0 * NUMBERS - 18.0) / 2.0;
        for (place, words, of) in [
            (0.0, "loss, nats", (|series| series.loss) as fn(&Series) -> fn(&Epoch) -> Option<f64>),
            (1.0, "accuracy, %", |series| series.accuracy),
        ] {
            let left = MARGIN + NUMBERS + place * (wide + NUMBERS + 18.0);
            let courses: Vec<Course> =
                SERIES.iter().map(|series| course(histories, of(series))).collect();
            let frame = (left, left + wide, top + 48.0);
            panel(canvas, frame, words, &courses, longest);
        }
    });
    let over = if histories.len() > 1 { "mean and spread over" } else { "in" };
    let mut caption = format!("Training of {}, {over} {folds}.", code(name));
    if watched {
        caption += " Held-out rows were only watched: nothing was chosen by them.";
    }
    caption += " Training values are taken while training, dropout included.";
    if shortest < longest {
        let _ = write!(
            caption,
            " Folds stopped after {shortest} to {longest} epochs; a line goes on while at least \
             half of them train."
        );
    }
    Drawing {
        name: name.to_owned(),
        caption,
        alt: format!("Loss and accuracy of {name} against epoch, training and held-out rows"),
        svg,
    }
}

/// Mean and spread in each epoch that at least half of the folds reached.
#[allow(clippy::cast_precision_loss)]
fn course(histories: &[&[Epoch]], value: fn(&Epoch) -> Option<f64>) -> Course {
    (0..histories.iter().map(|history| history.len()).max().unwrap_or(0))
        .map(|epoch| {
            histories
                .iter()
                .filter_map(|history| value(history.get(epoch)?))
                .filter(|value| value.is_finite())
                .collect::<Vec<f64>>()
        })
        .take_while(|values| !values.is_empty() && 2 * values.len() >= histories.len())
        .enumerate()
        .map(|(epoch, values)| ((epoch + 1) as f64, spread(&values)))
        .collect()
}

#[allow(clippy::cast_precision_loss)]
fn panel(
    canvas: &Canvas<'_>,
    (left, right, top): (f64, f64, f64),
    words: &str,
    courses: &[Course],
    epochs: usize,
) {
    let highest = courses.iter().flatten().map(|(_, it)| it.mean + it.sd).fold(0.0, f64::max);
    let per_cent = words.contains('%');
    let (low, high) = if per_cent { (0.0, 100.0) } else { widened(0.0, highest.max(0.1), 5) };
    let panel = Panel {
        left,
        top,
        right,
        bottom: top + HEIGHT,
        across: if epochs > 1 { (1.0, epochs as f64) } else { (0.5, 1.5) },
        up: (low, high),
    };
    let mut across: Vec<f64> = ticks(panel.across.0, panel.across.1, 6);
    across.retain(|tick| tick.fract() == 0.0);
    panel.up_axis(canvas, &ticks(low, high, 5), words);
    panel.across_axis(canvas, &across, "epoch");
    for (series, course) in SERIES.iter().zip(courses) {
        let edge =
            |sign: f64| course.iter().map(move |(epoch, it)| (*epoch, it.mean + sign * it.sd));
        let band: Vec<[f64; 2]> = edge(1.0)
            .chain(edge(-1.0).collect::<Vec<_>>().into_iter().rev())
            .map(|(epoch, value)| panel.place(epoch, value))
            .collect();
        if course.len() > 1 {
            canvas.shape(&band, series.colour.thin(0.16));
        }
    }
    for (series, course) in SERIES.iter().zip(courses) {
        let line: Vec<[f64; 2]> =
            course.iter().map(|(epoch, it)| panel.place(*epoch, it.mean)).collect();
        match line.as_slice() {
            [] => {}
            [only] => canvas.dot(*only, 3.0, series.colour),
            _ => canvas
                .line(&line, Stroke { colour: series.colour, width: 1.8, dashed: series.dashed }),
        }
    }
}

/// Above the panels, so that it covers no line.
fn legend(canvas: &Canvas<'_>, y: f64, watched: bool, bands: bool) {
    let mut x = MARGIN + NUMBERS;
    for series in SERIES.iter().take(if watched { 2 } else { 1 }) {
        if bands {
            canvas.rectangle([x, y - 5.0], [x + 34.0, y + 5.0], series.colour.thin(0.16));
        }
        let stroke = Stroke { colour: series.colour, width: 1.8, dashed: series.dashed };
        canvas.line(&[[x, y], [x + 34.0, y]], stroke);
        canvas.centred([x + 41.0, y], series.name, PLAIN);
        x += 41.0 + PLAIN.width(series.name) + 2.0 * TEXT;
    }
    if !watched {
        let words = "no held-out rows were watched";
        canvas.centred([x, y], words, NOTE.anchored(Anchor::Start));
    }
}
