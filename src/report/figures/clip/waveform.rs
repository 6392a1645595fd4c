//! The sound itself: loud and quiet.

use super::panel::{FOOT, HEAD, panel};
use super::{Clip, Drawing, envelope};
use crate::audio::Levels;
use crate::report::figures::colour::BLUE;

const HEIGHT: f64 = 200.0;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let signal = clip.analysis.signal();
    let levels = Levels::of(signal);
    let small_print = [format!(
        "Pale: least to largest sample; strong: root mean square (RMS). {:.3} s, peak {:.3}{}, \
             RMS {:.3}{}.",
        clip.seconds(),
        levels.peak,
        decibels(levels.peak.into()),
        levels.rms,
        decibels(levels.rms),
    )];
    let svg = clip.sheet(("Waveform", &small_print), HEAD + HEIGHT + FOOT, |canvas, top| {
        let up = envelope::axis(signal.samples());
        let panel = panel((top + HEAD, HEIGHT), (0.0, clip.seconds()), up);
        panel.ruled_axis(canvas, "amplitude, full scale = 1");
        envelope::draw(canvas, clip, (&panel, signal.samples()), BLUE);
        panel.time_axis(canvas);
    });
    Drawing {
        name: String::new(),
        caption: "The samples over time: least to largest, and root mean square.".to_owned(),
        alt: format!("Amplitude of {} over time", clip.name),
        svg,
    }
}

/// A level in decibels under full scale, in brackets; nothing for silence.
fn decibels(level: f64) -> String {
    if level > 0.0 { format!(" ({:.1} dBFS)", 20.0 * level.log10()) } else { String::new() }
}
