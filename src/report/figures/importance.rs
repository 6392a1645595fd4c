//! What each family of columns is worth to each contender.

use super::canvas::{Anchor, MARGIN, NOTE, PLAIN, Sheet};
use super::heatmap::{Cell, Grid, widest, width_for};
use super::{Drawing, Material};
use crate::evaluation::{Spread, spread};
use crate::report::format::MISSING;

const NAMES: f64 = 60.0;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let record = material.record;
    let mut families: Vec<String> = Vec::new();
    for facts in record.cells.iter().flat_map(|cell| &cell.importance) {
        if !families.contains(&facts.family) {
            families.push(facts.family.clone());
        }
    }
    // The order of the table's accuracies, contenders without columns left out.
    let shown: Vec<usize> = material
        .table
        .ranking()
        .into_iter()
        .filter(|&number| families.iter().any(|family| drop(material, number, family).is_some()))
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> =
        shown.iter().map(|&number| record.contenders[number].name.clone()).collect();
    let drops: Vec<Vec<Option<Spread>>> = families
        .iter()
        .map(|family| shown.iter().map(|&number| drop(material, number, family)).collect())
        .collect();
    let most = drops.iter().flatten().flatten().map(|it| it.mean).fold(1e-9, f64::max);
    #[allow(clippy::cast_precision_loss)]
    let (columns, rows) = (shown.len() as f64, families.len() as f64);
    let cell = [width_for(&names, 62.0, 560.0), 36.0];
    let left = MARGIN + widest(&families, PLAIN).max(NAMES) + 12.0;
    let width = (left + columns * cell[0] + MARGIN).max(520.0).ceil();
    let title = "What families of columns are worth";
    let small_print = [
        record.protocol.name.clone(),
        "Points of accuracy lost when the columns of a family are taken from other test rows; mean and one \
         standard deviation over folds. Families that say the same can stand in for each other, and \
         then both look worthless."
            .to_owned(),
    ];
    let sheet = Sheet { width, title, dataset: material.dataset(), small_print: &small_print };
    let measure = Grid { origin: [left, 0.0], cell };
    let below = measure.height_of_names(&names);
    let svg = sheet.draw(8.0 + rows * cell[1] + below, |canvas, top| {
        let grid = Grid { origin: [left, top + 8.0], cell };
        for (row, family) in families.iter().enumerate() {
            let [_, y] = grid.centre(0, row);
            canvas.centred([left - 10.0, y], family, PLAIN.anchored(Anchor::End));
            for (column, drop) in drops[row].iter().enumerate() {
                let cell = match drop {
                    Some(drop) => Cell {
                        share: Some((drop.mean / most).max(0.0)),
                        text: points(drop.mean),
                        detail: format!("± {:.1}", 100.0 * drop.sd),
                    },
                    None => Cell { share: None, text: MISSING.to_owned(), detail: String::new() },
                };
                grid.fill(canvas, column, row, &cell);
            }
        }
        grid.names_below(canvas, &names, families.len());
        canvas.text([MARGIN, top + 2.0], "points", NOTE);
    });
    let alt: Vec<String> = families
        .iter()
        .zip(&drops)
        .map(|(family, drops)| {
            let each = names
                .iter()
                .zip(drops)
                .filter_map(|(name, drop)| Some(format!("{name} {}", points(drop.as_ref()?.mean))));
            format!("{family}: {}", each.collect::<Vec<_>>().join(", "))
        })
        .collect();
    vec![Drawing {
        name: String::new(),
        caption:
            "Points of accuracy that a fitted model loses on test rows when one family of columns \
                  is shuffled among them (permutation importance, Breiman 2001)."
                .to_owned(),
        alt: format!("Points lost without each family: {}", alt.join("; ")),
        svg,
    }]
}

/// Accuracy lost without a family, over folds.
fn drop(material: &Material<'_>, contender: usize, family: &str) -> Option<Spread> {
    let drops: Vec<f64> = material
        .record
        .cells
        .iter()
        .filter(|cell| cell.contender == contender)
        .flat_map(|cell| &cell.importance)
        .filter(|facts| facts.family == family)
        .map(|facts| facts.drop)
        .collect();
    (!drops.is_empty()).then(|| spread(&drops))
}

/// A share as points; no minus before a zero.
fn points(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    if text == "-0.0" { "0.0".to_owned() } else { text.replace('-', "−") }
}
