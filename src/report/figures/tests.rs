//! What holds for every figure.

use super::{figures, font};
use crate::report::sample::{self, Shape, usual};
use crate::report::{Figure, Table};

/// Every text of a drawing with the box it fills, in units of the drawing.
pub(super) fn texts(svg: &str) -> Vec<(String, [f64; 4])> {
    let lines: Vec<&str> = svg.lines().collect();
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("<text"))
        .map(|(at, line)| {
            let value = |name: &str| {
                let from = line.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
                &line[from..from + line[from..].find('"').unwrap()]
            };
            let number = |name: &str| value(name).parse::<f64>().unwrap();
            let text = lines[at + 1]
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            let size = number("font-size");
            let wide = font::width(&text, size, line.contains("bold"));
            let before = match value("text-anchor") {
                "start" => 0.0,
                "middle" => wide / 2.0,
                _ => wide,
            };
            let (x, y) = (number("x"), number("y"));
            let filled = if line.contains("rotate(270") {
                [x, y - wide + before, x + size, y + before]
            } else {
                [x - before, y, x - before + wide, y + size]
            };
            (text, filled)
        })
        .collect()
}

/// Width and height of a drawing, in its units.
pub(super) fn size(svg: &str) -> [f64; 2] {
    let from = svg.find("viewBox=\"0 0 ").unwrap() + 13;
    let mut numbers = svg[from..].split([' ', '"']).map(|number| number.parse().unwrap());
    [numbers.next().unwrap(), numbers.next().unwrap()]
}

fn drawn(shape: &Shape<'_>) -> Vec<Figure> {
    let mut record = sample::shaped(shape);
    sample::ask_for_more(&mut record);
    figures(&record, &Table::of(&record).unwrap())
}

fn hard_cases() -> Vec<Figure> {
    let long = "dense-without-chroma-and-spectral-contrast-and-rhythm-and-tempo-and-all-else";
    let mut all = drawn(&usual());
    let many: Vec<(String, f64)> =
        (0..12).map(|number| (format!("dense-without-{number}-chroma"), 0.5)).collect();
    let mut many: Vec<(&str, f64)> =
        many.iter().map(|(name, skill)| (name.as_str(), *skill)).collect();
    many.push((long, 0.9));
    all.extend(drawn(&Shape { contenders: &many, ..usual() }));
    all.extend(drawn(&Shape {
        genres: &[
            "a genre with a long name",
            "музыка",
            "b",
            "c",
            "d",
            "e",
            "f",
            "g",
            "h",
            "i",
            "j",
            "k",
            "l",
            "m",
            "n",
            "o",
        ],
        units: 96,
        ..usual()
    }));
    all.extend(drawn(&Shape {
        genres: &["speech", "music"],
        repeats: 1,
        folds: 1,
        epochs: 1,
        ..usual()
    }));
    all
}

#[test]
fn no_text_is_cut_off_at_the_edge() {
    for figure in hard_cases() {
        let [wide, high] = size(&figure.svg);
        for (text, [left, top, right, bottom]) in texts(&figure.svg) {
            assert!(
                left >= 0.0 && top >= 0.0 && right <= wide && bottom <= high,
                "{}: `{text}` fills {left}..{right} × {top}..{bottom} of {wide} × {high}",
                figure.name
            );
        }
    }
}

#[test]
fn no_text_lies_on_another() {
    for figure in hard_cases() {
        let texts = texts(&figure.svg);
        assert!(texts.len() > 10, "{}", figure.name);
        for (at, (text, a)) in texts.iter().enumerate() {
            for (other, b) in &texts[..at] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{}: `{text}` on `{other}`", figure.name);
            }
        }
    }
}

#[test]
fn every_figure_names_data_set_and_protocol_and_asks_for_the_font() {
    for figure in drawn(&usual()) {
        assert!(figure.svg.contains("Made up, 24 tracks"), "{}", figure.name);
        assert!(figure.svg.contains("stratified 3-fold × 2 over tracks"), "{}", figure.name);
        assert!(figure.svg.contains("font-family=\"DejaVu Sans, sans-serif\""));
        assert!(!figure.alt.is_empty() && !figure.caption.is_empty());
    }
}

#[test]
fn letters_that_xml_cannot_hold_do_not_spoil_a_figure() {
    let shape = Shape { contenders: &[("bell\u{7}", 0.5), ("b\u{0}", 0.4)], ..usual() };
    for figure in drawn(&shape) {
        assert!(figure.png().is_ok(), "{}", figure.name);
    }
}
