//! What sounds and what strikes: the two parts that add up to the clip.

use super::panel::{FOOT, HEAD, panel};
use super::{Clip, Drawing, envelope};
use crate::report::figures::colour::{BLUE, VERMILION};

const HEIGHT: f64 = 130.0;
const GAP: f64 = 10.0;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let parts = clip.analysis.parts();
    let (harmonic, percussive) = (energy(&parts.harmonic), energy(&parts.percussive));
    let both = harmonic + percussive;
    let share = if both > 0.0 {
        format!("{:.0} % of the energy of both parts is harmonic.", 100.0 * harmonic / both)
    } else {
        "The clip is silent.".to_owned()
    };
    let small_print = [
        "Pale: least to largest sample; strong: root mean square. The parts add up to the clip."
            .to_owned(),
        share,
    ];
    let title = "Harmonic and percussive part";
    let height = 2.0 * (HEAD + HEIGHT) + GAP + FOOT;
    let svg = clip.sheet((title, &small_print), height, |canvas, top| {
        let up = envelope::axis(parts.harmonic.iter().chain(&parts.percussive));
        let seconds = (0.0, clip.seconds());
        let upper = panel((top + HEAD, HEIGHT), seconds, up);
        let lower = panel((top + 2.0 * HEAD + HEIGHT + GAP, HEIGHT), seconds, up);
        upper.ruled_axis(canvas, "harmonic, full scale = 1");
        lower.ruled_axis(canvas, "percussive, full scale = 1");
        envelope::draw(canvas, clip, (&upper, &parts.harmonic), BLUE);
        envelope::draw(canvas, clip, (&lower, &parts.percussive), VERMILION);
        lower.time_axis(canvas);
    });
    Drawing {
        name: String::new(),
        caption: "The harmonic part (what continues in time) and the percussive part (what is \
                  spread over frequency), on one scale."
            .to_owned(),
        alt: format!("Harmonic and percussive part of {} over time", clip.name),
        svg,
    }
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
