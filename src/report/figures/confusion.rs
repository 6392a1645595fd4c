//! What a contender called each genre, as shares of the true genre.

use super::canvas::{Anchor, MARGIN, NOTE, PLAIN, SMALL, Sheet, TEXT};
use super::heatmap::{Cell, Grid, SCALE_WIDTH, scale, widest, width_for};
use super::{Drawing, Material};
use crate::evaluation::Confusion;
use crate::report::format::{count, percent};
use crate::report::markdown::code;
use crate::report::table::Row;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    material
        .table
        .rows
        .iter()
        .filter_map(|row| Some(one(material, row, &row.scores.as_ref()?.confusion)))
        .collect()
}

fn one(material: &Material<'_>, row: &Row, confusion: &Confusion) -> Drawing {
    let genres = &material.table.genres;
    #[allow(clippy::cast_precision_loss)]
    let number = genres.len() as f64;
    let high = (540.0 / number).clamp(30.0, 64.0).floor();
    let wide = width_for(genres, high, 560.0);
    let totals: Vec<String> = (0..genres.len())
        .map(|genre| format!("n = {}", count(confusion.of_truth(genre))))
        .collect();
    let names =
        widest(genres, PLAIN).max(totals.iter().map(|it| NOTE.width(it)).fold(0.0, f64::max));
    let left = MARGIN + 22.0 + names + 8.0;
    let width = (left + number * wide + 16.0 + SCALE_WIDTH + MARGIN).max(460.0).ceil();
    let title = format!("Confusion of {}", row.name);
    let repeats = material.table.repeats;
    let small_print = [
        material.record.protocol.name.clone(),
        format!(
            "Per cent of each true genre, and below it the count{}. Rows sum to 100 %.",
            if repeats > 1 { format!(" over {repeats} repeats") } else { String::new() }
        ),
    ];
    let sheet =
        Sheet { width, title: &title, dataset: material.dataset(), small_print: &small_print };
    let measure = Grid { origin: [left, 0.0], cell: [wide, high] };
    let below = measure.height_of_names(genres);
    let svg = sheet.draw(number * high + below + 24.0, |canvas, top| {
        let grid = Grid { origin: [left, top], ..measure };
        for truth in 0..genres.len() {
            let [_, y] = grid.centre(0, truth);
            let end = NOTE.anchored(Anchor::End);
            let name = PLAIN.anchored(Anchor::End);
            canvas.centred([left - 8.0, y - 0.5 * TEXT], &genres[truth], name);
            canvas.centred([left - 8.0, y + 0.75 * SMALL], &totals[truth], end);
            for named in 0..genres.len() {
                grid.fill(canvas, named, truth, &cell(confusion, truth, named));
            }
        }
        grid.names_below(canvas, genres, genres.len());
        let (across, up) = (number * wide, number * high);
        let middle = PLAIN.anchored(Anchor::Middle);
        canvas.upwards([MARGIN + 6.0, top + up / 2.0], "true genre", middle);
        canvas.text([left + across / 2.0, top + up + below + 18.0], "named genre", middle);
        scale(canvas, [left + across + 16.0, top], up);
    });
    Drawing {
        name: row.name.clone(),
        caption: format!(
            "What {} called the units of each genre: rows are the true genre, columns the genre \
             named.",
            code(&row.name)
        ),
        alt: alt(row, genres, confusion),
        svg,
    }
}

fn cell(confusion: &Confusion, truth: usize, named: usize) -> Cell {
    let counted = confusion.count(truth, named);
    if confusion.of_truth(truth) == 0 {
        return Cell { share: None, text: "–".to_owned(), detail: String::new() };
    }
    let share = confusion.share(truth, named);
    let text = match 100.0 * share {
        per_cent if counted > 0 && per_cent < 0.5 => "<1".to_owned(),
        per_cent => format!("{per_cent:.0}"),
    };
    let detail = if counted == 0 { String::new() } else { count(counted) };
    Cell { share: Some(share), text, detail }
}

fn alt(row: &Row, genres: &[String], confusion: &Confusion) -> String {
    let recalls: Vec<String> = genres
        .iter()
        .enumerate()
        .filter_map(|(genre, name)| Some(format!("{name} {} %", percent(confusion.recall(genre)?))))
        .collect();
    format!("Confusion matrix of {}; named rightly: {}", row.name, recalls.join(", "))
}
