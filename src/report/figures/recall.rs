//! How much of each genre every contender finds.

use super::canvas::{Anchor, LEADING, MARGIN, NOTE, PLAIN, Sheet, TEXT};
use super::heatmap::{Cell, Grid, SCALE_WIDTH, scale, width_for};
use super::{Drawing, Material, font};
use crate::report::format::MISSING;
use crate::report::table::Row;

const NAMES: f64 = 190.0;
/// Space between the genres and their mean.
const GAP: f64 = 10.0;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let table = material.table;
    let rows: Vec<&Row> = table.ranking().into_iter().map(|row| &table.rows[row]).collect();
    let names: Vec<Vec<String>> =
        rows.iter().map(|row| font::wrap(&row.name, NAMES, TEXT, false)).collect();
    let most = names.iter().map(Vec::len).max().unwrap_or(1);
    #[allow(clippy::cast_precision_loss)]
    let (genres, lines, count) = (table.genres.len() as f64, most as f64, rows.len() as f64);
    let wide = width_for(&table.genres, (500.0 / genres).clamp(30.0, 60.0).floor(), 540.0);
    let cell = [wide, (lines * TEXT * LEADING + 6.0).max(28.0).ceil()];
    let widest = names.iter().flatten().map(|line| PLAIN.width(line)).fold(40.0, f64::max);
    let left = MARGIN + widest + 10.0;
    let width =
        (left + (genres + 1.0) * cell[0] + GAP + 16.0 + SCALE_WIDTH + MARGIN).max(460.0).ceil();
    let title = "Recall of each genre";
    let small_print = [
        material.record.protocol.name.clone(),
        "Per cent of the tracks of a genre that were named rightly; mean: over genres (balanced \
         accuracy)."
            .replace("tracks", material.units()),
    ];
    let sheet = Sheet { width, title, dataset: material.dataset(), small_print: &small_print };
    let measure = Grid { origin: [left, 0.0], cell };
    let below = measure.height_of_names(&table.genres);
    let svg = sheet.draw(count * cell[1] + below, |canvas, top| {
        let grid = Grid { origin: [left, top], cell };
        let mean = Grid { origin: [left + genres * cell[0] + GAP, top], cell };
        for (line, row) in rows.iter().enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let mut y =
                grid.centre(0, line)[1] - (names[line].len() as f64 - 1.0) / 2.0 * TEXT * LEADING;
            for part in &names[line] {
                canvas.centred([left - 10.0, y], part, PLAIN.anchored(Anchor::End));
                y += TEXT * LEADING;
            }
            let recalls = row.scores.as_ref().map(|scores| &scores.recall);
            for genre in 0..table.genres.len() {
                let share = recalls.and_then(|recalls| recalls[genre]);
                grid.fill(canvas, genre, line, &shaded(share));
            }
            let balanced = row.scores.as_ref().map(|scores| scores.balanced_accuracy);
            mean.fill(canvas, 0, line, &shaded(balanced));
        }
        grid.names_below(canvas, &table.genres, rows.len());
        mean.names_below(canvas, &["mean".to_owned()], rows.len());
        let height = count * cell[1];
        if height >= 90.0 {
            scale(canvas, [left + (genres + 1.0) * cell[0] + GAP + 16.0, top], height);
        } else {
            let place = [width - MARGIN, top + height / 2.0];
            canvas.centred(place, "%", NOTE.anchored(Anchor::End));
        }
    });
    vec![Drawing {
        name: String::new(),
        caption:
            "Share of each genre that was named rightly, contenders with the highest accuracy \
                  first; the last column is the mean over genres."
                .to_owned(),
        alt: "Recall per genre and contender; the numbers stand in the table of recalls".to_owned(),
        svg,
    }]
}

fn shaded(share: Option<f64>) -> Cell {
    let text = share.map_or(MISSING.to_owned(), |share| format!("{:.0}", 100.0 * share));
    Cell { share, text, detail: String::new() }
}
