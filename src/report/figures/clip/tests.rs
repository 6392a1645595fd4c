//! What holds for the figures of every clip.

use super::{KINDS, figures};
use crate::audio::{RATE, Signal, synth};
use crate::features::{Analysis, Recipe};
use crate::report::Figure;
use crate::report::figures::tests::{size, texts};
use crate::seed::Seed;

fn drawn(signal: &Signal) -> Vec<Figure> {
    figures("a-clip & <its> name", &Analysis::of(signal, &Recipe::KAGGLE))
}

fn hard_cases() -> Vec<(&'static str, Signal)> {
    let loud = vec![Signal::LOUDEST, -Signal::LOUDEST, 0.0, 1.0];
    vec![
        ("silence", synth::silence(1.0, RATE)),
        ("click", synth::click(0.5, 1.0, RATE)),
        ("sine", synth::sine(440.0, 3.0, RATE)),
        ("chirp", synth::chirp(50.0, 10_000.0, 12.0, RATE)),
        ("constant", synth::constant(0.3, 1.0, RATE)),
        ("10 ms", synth::sine(1000.0, 0.01, RATE)),
        ("one sample", Signal::new(vec![0.5], RATE).unwrap()),
        ("very loud", Signal::new(loud, RATE).unwrap()),
        ("very quiet", synth::constant(1e-30, 0.2, RATE)),
    ]
}

#[test]
fn every_signal_has_every_figure_without_a_value_that_is_no_number() {
    for (case, signal) in hard_cases() {
        let figures = drawn(&signal);
        assert_eq!(figures.len(), KINDS.len());
        for figure in figures {
            assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"), "{case}");
            assert!(!figure.caption.is_empty() && !figure.alt.is_empty());
        }
    }
}

#[test]
fn the_same_clip_is_drawn_the_same() {
    let signal = synth::chirp(50.0, 10_000.0, 2.0, RATE);
    assert_eq!(drawn(&signal), drawn(&signal));
}

#[test]
fn no_text_is_cut_off_and_none_lies_on_another() {
    for (case, signal) in hard_cases() {
        for figure in drawn(&signal) {
            let [wide, high] = size(&figure.svg);
            let texts = texts(&figure.svg);
            for (at, (text, a)) in texts.iter().enumerate() {
                let inside = a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= wide && a[3] <= high;
                assert!(inside, "{case}, {}: `{text}` at {a:?}", figure.name);
                for (other, b) in &texts[..at] {
                    let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                    assert!(apart, "{case}, {}: `{text}` on `{other}`", figure.name);
                }
            }
        }
    }
}

#[test]
fn noise_is_the_most_that_a_figure_has_to_hold() {
    for figure in drawn(&synth::noise(Seed::new(1), 30.0, RATE)) {
        assert!(figure.svg.len() < 500_000, "{}: {} bytes", figure.name, figure.svg.len());
        assert!(figure.png().unwrap().starts_with(b"\x89PNG"));
    }
}
