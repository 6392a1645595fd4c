//! Which of the twelve pitch classes sound.

use super::columns::frames;
use super::panel::{FOOT, HEAD, panel};
use super::{Clip, Drawing, heat};
use crate::report::figures::raster::Raster;

/// Pitch classes as the feature orders them.
const CLASSES: [&str; 12] = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
/// Points of one class.
const ROW: f64 = 18.0;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let chroma = clip.analysis.chroma();
    let small_print = [
        "Shade: power of a pitch class, over octaves, as a share of the frame's strongest.".into(),
        format!(
            "Classes follow the recording's own tuning, {:+.2} semitones from A = 440 Hz.",
            clip.analysis.tuning() + 0.0
        ),
    ];
    let height = ROW * CLASSES.len() as f64;
    let svg = clip.sheet(("Chromagram", &small_print), HEAD + height + FOOT, |canvas, top| {
        let up = (0.0, CLASSES.len() as f64);
        let panel = panel((top + HEAD, height), (0.0, clip.seconds()), up);
        let columns = heat::columns(&panel);
        let frames = frames(clip, columns);
        let raster = Raster::new((columns, CLASSES.len()), |column, row| {
            let frames = frames[column].clone();
            let count = frames.len() as f64;
            let class = CLASSES.len() - 1 - row;
            frames.map(|frame| f64::from(chroma.row(frame)[class])).sum::<f64>() / count
        });
        heat::fill(canvas, &panel, &raster);
        let marks: Vec<(f64, String)> =
            (0..).zip(CLASSES).map(|(at, name)| (f64::from(at) + 0.5, name.to_owned())).collect();
        panel.marked_axis(canvas, &marks, "pitch class");
        heat::scale(canvas, &panel, &[(0.0, "0"), (0.5, "0.5"), (1.0, "1")], "share");
    });
    Drawing {
        name: String::new(),
        caption: "Strength of the twelve pitch classes over time, from C up to B.".to_owned(),
        alt: format!("Chromagram of {}", clip.name),
        svg,
    }
}
