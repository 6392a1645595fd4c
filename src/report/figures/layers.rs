//! A net layer by layer: what each gives and how many numbers it learns.

use super::canvas::{Anchor, MARGIN, NOTE, PLAIN, Sheet, Stroke};
use super::colour::{BLUE, SOFT};
use super::{Drawing, Material};
use crate::experiment::ContenderFacts;
use crate::report::format::count;
use crate::report::markdown::code;

/// Height of a layer's box.
const HIGH: f64 = 30.0;
/// From one box to the next, room for an arrow and what flows along it.
const GAP: f64 = 26.0;
/// Share of the blue that a box with parameters has.
const TINT: f64 = 0.14;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let contenders = material.record.contenders.iter();
    contenders.filter(|it| !it.layers.is_empty()).map(|it| one(material, it)).collect()
}

fn one(material: &Material<'_>, net: &ContenderFacts) -> Drawing {
    let layers = &net.layers;
    let widest = |of: &dyn Fn(usize) -> f64| (0..layers.len()).map(of).fold(0.0, f64::max);
    let names = widest(&|at| PLAIN.width(&layers[at].name)) + 28.0;
    let notes = widest(&|at| NOTE.width(&learned(layers[at].parameters))).max(60.0);
    let width = (2.0 * MARGIN + names + 14.0 + notes).max(420.0).ceil();
    let total: usize = layers.iter().map(|layer| layer.parameters).sum();
    let title = format!("Layers of {}", net.name);
    let small_print =
        [format!("Along the arrows: what flows on. {} numbers are learned.", count(total))];
    let sheet =
        Sheet { width, title: &title, dataset: material.dataset(), small_print: &small_print };
    #[allow(clippy::cast_precision_loss)]
    let height = layers.len() as f64 * (HIGH + GAP);
    let svg = sheet.draw(height, |canvas, top| {
        let middle = MARGIN + names / 2.0;
        let mut y = top;
        for layer in layers {
            let (from, to) = ([MARGIN, y], [MARGIN + names, y + HIGH]);
            let cover = if layer.parameters > 0 { TINT } else { 0.0 };
            canvas.rectangle(from, to, BLUE.thin(cover));
            let corners = [from, [to[0], from[1]], to, [from[0], to[1]], from].map(|corner| corner);
            canvas.line(&corners, Stroke::solid(BLUE, 1.0));
            canvas.centred([middle, y + HIGH / 2.0], &layer.name, PLAIN.anchored(Anchor::Middle));
            let note = learned(layer.parameters);
            canvas.centred([MARGIN + names + 12.0, y + HIGH / 2.0], &note, NOTE);
            let (tail, head) = ([middle, y + HIGH], [middle, y + HIGH + GAP]);
            canvas.line(&[tail, [middle, head[1] - 4.0]], Stroke::solid(SOFT, 1.0));
            let [x, tip] = head;
            canvas.shape(&[[x - 3.5, tip - 6.0], [x + 3.5, tip - 6.0], [x, tip - 0.5]], SOFT);
            canvas.centred([middle + 8.0, y + HIGH + GAP / 2.0 - 1.0], &layer.output, NOTE);
            y += HIGH + GAP;
        }
    });
    let words: Vec<String> =
        layers.iter().map(|layer| format!("{} gives {}", layer.name, layer.output)).collect();
    Drawing {
        name: net.name.clone(),
        caption: format!(
            "The layers of {}, as the net itself tells them: what each gives, and how many numbers \
             it learns.",
            code(&net.name)
        ),
        alt: format!("Layers of {}: {}", net.name, words.join("; ")),
        svg,
    }
}

fn learned(parameters: usize) -> String {
    if parameters == 0 { String::new() } else { format!("{} learned", count(parameters)) }
}
