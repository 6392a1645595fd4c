//! Where notes begin, and the tempo they repeat with.

use super::columns::{course, largest};
use super::panel::{FOOT, HEAD, panel};
use super::{Clip, Drawing};
use crate::report::figures::canvas::{Anchor, Canvas, NOTE, Stroke};
use crate::report::figures::colour::{BLUE, VERMILION};
use crate::report::figures::panel::Panel;
use crate::report::figures::ticks::widened;

const HEIGHT: f64 = 130.0;
const GAP: f64 = FOOT + 6.0;
/// Columns of the whole clip.
const COLUMNS: usize = 600;
/// Seconds of the part that is shown larger.
const PART: f64 = 6.0;

/// The grid of beats laid over the onsets.
struct Beats {
    /// Seconds from beat to beat.
    period: f64,
    /// When the first one falls.
    first: f64,
}

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let onsets: Vec<f64> = clip.analysis.onset_strength().into_iter().map(f64::from).collect();
    let tempo = clip.analysis.tempo();
    let beats = Beats::of(clip, &onsets, tempo);
    let tempo = match &beats {
        Some(beats) => format!(
            "Tempo {tempo:.1} bpm: a beat every {:.3} s (upright lines), laid where onsets are strongest.",
            beats.period
        ),
        None => "No tempo: nothing ever becomes louder.".to_owned(),
    };
    let rise = "Onset strength: mean rise of 128 mel bands from frame to frame.";
    let small_print = [tempo, rise.to_owned()];
    let part = part(clip, &onsets);
    let panels = if part.is_some() { 2.0 } else { 1.0 };
    let height = panels * (HEAD + HEIGHT) + (panels - 1.0) * GAP + FOOT;
    let svg = clip.sheet(("Onsets and tempo", &small_print), height, |canvas, top| {
        let up = (0.0, widened(0.0, largest(&onsets).max(1.0), 4).1);
        let whole = panel((top + HEAD, HEIGHT), (0.0, clip.seconds()), up);
        let pairs = course(clip, &onsets, COLUMNS, largest);
        one(canvas, &whole, &pairs, beats.as_ref());
        if let Some((from, to)) = part {
            let size = (top + 2.0 * HEAD + HEIGHT + GAP, HEIGHT);
            let near = panel(size, (from, to), up);
            let pairs: Vec<(f64, f64)> = (0..onsets.len())
                .map(|frame| (clip.analysis.time(frame), onsets[frame]))
                .filter(|(second, _)| (from..=to).contains(second))
                .collect();
            one(canvas, &near, &pairs, beats.as_ref());
        }
    });
    Drawing {
        name: String::new(),
        caption: "Onset strength over the clip and, larger, around its strongest onset; the grid \
                  of beats that the tempo gives."
            .to_owned(),
        alt: format!("Onset strength of {} with its beats", clip.name),
        svg,
    }
}

fn one(canvas: &Canvas<'_>, panel: &Panel, pairs: &[(f64, f64)], beats: Option<&Beats>) {
    panel.ruled_axis(canvas, "onset strength, dB a frame");
    if let Some(beats) = beats {
        beats.draw(canvas, panel);
    }
    panel.curve(canvas, pairs, Stroke::solid(BLUE, 1.1));
    panel.time_axis(canvas);
}

/// A part of a long clip around its strongest onset.
fn part(clip: &Clip<'_>, onsets: &[f64]) -> Option<(f64, f64)> {
    let seconds = clip.seconds();
    let strongest = (0..onsets.len()).max_by(|&a, &b| onsets[a].total_cmp(&onsets[b]))?;
    let from = (clip.analysis.time(strongest) - PART / 2.0).clamp(0.0, (seconds - PART).max(0.0));
    (seconds > 1.5 * PART).then(|| (from.floor(), (from.floor() + PART).min(seconds)))
}

impl Beats {
    /// Beats of `tempo`, moved so that as much onset strength as can be falls on them.
    fn of(clip: &Clip<'_>, onsets: &[f64], tempo: f64) -> Option<Self> {
        if tempo <= 0.0 {
            return None;
        }
        let period = 60.0 / tempo;
        // The period is a whole number of frames: tempi are read from lags.
        let frames = (period / clip.analysis.time(1)).round().max(1.0) as usize;
        let strength = |first: usize| onsets.iter().skip(first).step_by(frames).sum::<f64>();
        let first = (0..frames).max_by(|&a, &b| strength(a).total_cmp(&strength(b)))?;
        Some(Self { period, first: clip.analysis.time(first) })
    }

    /// A line for each beat inside the panel, and the length of one above it.
    fn draw(&self, canvas: &Canvas<'_>, panel: &Panel) {
        let (from, to) = panel.across;
        let number = ((from - self.first) / self.period).ceil().max(0.0);
        let beat = |count: f64| self.first + (number + count) * self.period;
        let count = ((to - beat(0.0)) / self.period).floor();
        for x in (0..=count as usize).map(|count| panel.x(beat(count as f64))) {
            canvas.line(
                &[[x, panel.top], [x, panel.bottom]],
                Stroke::solid(VERMILION.thin(0.55), 0.8),
            );
        }
        let stroke = Stroke::solid(VERMILION, 1.6);
        let (x, y) = (panel.right - 40.0, panel.top - 11.0);
        let wide = panel.x(self.period) - panel.x(0.0);
        canvas.line(&[[x, y], [x - wide, y]], stroke);
        for end in [x, x - wide] {
            canvas.line(&[[end, y - 3.0], [end, y + 3.0]], stroke);
        }
        canvas.centred([panel.right, y], "1 beat", NOTE.anchored(Anchor::End));
    }
}
