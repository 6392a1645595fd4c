//! Timbre in twenty numbers a frame, and how each of them moves.

use super::columns::frames;
use super::panel::{FOOT, HEAD, RIGHT, panel};
use super::{Clip, Drawing, heat};
use crate::evaluation::{Spread, spread};
use crate::report::figures::canvas::{Anchor, NOTE};
use crate::report::figures::panel::Panel;
use crate::report::figures::raster::Raster;

/// Points of one coefficient.
const ROW: f64 = 14.0;
/// Room for the means right of the panel.
const MEANS: f64 = 54.0;
/// Standard deviations from the mean to either end of the scale.
const REACH: f64 = 3.0;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let mfcc = clip.analysis.mfcc();
    let count = mfcc.width();
    let spreads: Vec<Spread> = (0..count)
        .map(|at| spread(&mfcc.rows().map(|row| f64::from(row[at])).collect::<Vec<_>>()))
        .collect();
    let small_print = [
        "Shade: distance from the coefficient's own mean over the clip, in standard deviations."
            .to_owned(),
        "Right of each: that mean, in dB·√bands. Coefficient 1 is the overall level.".to_owned(),
    ];
    let height = ROW * count as f64;
    let title = "Mel-frequency cepstral coefficients";
    let svg = clip.sheet((title, &small_print), HEAD + height + FOOT, |canvas, top| {
        let whole = panel((top + HEAD, height), (0.0, clip.seconds()), (0.0, count as f64));
        let panel = Panel { right: RIGHT - MEANS, ..whole };
        let columns = heat::columns(&panel);
        let frames = frames(clip, columns);
        let raster = Raster::new((columns, count), |column, row| {
            let at = count - 1 - row;
            let (frames, spread) = (frames[column].clone(), &spreads[at]);
            let parts = frames.len() as f64;
            let mean = frames.map(|frame| f64::from(mfcc.row(frame)[at])).sum::<f64>() / parts;
            // A coefficient that never moves lies at its mean, up to rounding.
            let unit = spread.sd.max(1e-4);
            0.5 + 0.5 * (mean - spread.mean) / unit / REACH
        });
        heat::fill(canvas, &panel, &raster);
        let marks: Vec<(f64, String)> =
            (0..count).map(|at| (at as f64 + 0.5, (at + 1).to_string())).collect();
        panel.marked_axis(canvas, &marks, "coefficient");
        for (at, spread) in spreads.iter().enumerate() {
            let place = [RIGHT - 6.0, panel.y(at as f64 + 0.5)];
            canvas.centred(place, &format!("{:.1}", spread.mean), NOTE.anchored(Anchor::End));
        }
        canvas.text([RIGHT - 6.0, panel.top - 8.0], "mean", NOTE.anchored(Anchor::End));
        let numbers = [(0.0, "-3"), (1.0 / 3.0, "-1"), (0.5, "0"), (2.0 / 3.0, "+1"), (1.0, "+3")];
        heat::scale(canvas, &panel, &numbers, "sd");
    });
    Drawing {
        name: String::new(),
        caption: "Twenty MFCCs over time, each against its own mean over the clip.".to_owned(),
        alt: format!("MFCCs of {}", clip.name),
        svg,
    }
}
