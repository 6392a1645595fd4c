//! How far a recording's pitch lies from A = 440 Hz.

use crate::features::Spectrum;

/// Peaks below and from these frequencies are no pitches, in hertz.
const PITCHES: std::ops::Range<f64> = 150.0..4000.0;
/// A peak must exceed this share of its frame's largest power.
const PROMINENCE: f32 = 0.1;
/// Steps in which the deviation is counted: hundredths of a semitone.
const STEPS: usize = 100;

/// One peak of a power spectrum between its bins.
struct Peak {
    hertz: f32,
    power: f32,
}

/// The deviation that most of the louder spectral peaks share, in semitones, -0.5..0.5.
///
/// Peaks are local maxima of the power, refined by a parabola through three bins; those at least as
/// strong as their median count; the fullest hundredth of a semitone wins (its lower edge, the
/// first of equals). 0 without any peak. Power-spectrum peak picking after Smith (PARSHL, 1987).
pub(crate) fn tuning(spectrum: &Spectrum) -> f64 {
    let peaks = peaks(spectrum);
    let median = median(peaks.iter().map(|peak| peak.power).collect());
    let mut counts = [0_u32; STEPS];
    for peak in peaks.iter().filter(|peak| peak.power >= median) {
        counts[step(f64::from(peak.hertz))] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    match counts.iter().position(|&count| count == most) {
        Some(fullest) if most > 0 => edge(fullest),
        _ => 0.0,
    }
}

/// The lower edge of a step, in semitones.
fn edge(step: usize) -> f64 {
    -0.5 + step as f64 / STEPS as f64
}

/// The step in which the deviation of `hertz` from the nearest semitone lies.
fn step(hertz: f64) -> usize {
    let semitones = 12.0 * (hertz / 27.5).log2();
    let above = semitones - semitones.floor();
    let deviation = if above >= 0.5 { above - 1.0 } else { above };
    let guess = ((deviation + 0.5) * STEPS as f64) as usize;
    // The product may be rounded across an edge.
    let down = guess > 0 && deviation < edge(guess.min(STEPS));
    let up = deviation >= edge(guess + 1);
    (guess + usize::from(up) - usize::from(down)).min(STEPS - 1)
}

fn peaks(spectrum: &Spectrum) -> Vec<Peak> {
    let inside = |bin: &usize| PITCHES.contains(&spectrum.frequency(*bin));
    let first = (1..spectrum.bins() - 1).find(inside).unwrap_or(spectrum.bins());
    let bins = first..(first..spectrum.bins() - 1).find(|bin| !inside(bin)).unwrap_or(first);
    let width = spectrum.frequency(1) as f32;
    let mut peaks = Vec::new();
    let mut power = Vec::with_capacity(spectrum.bins());
    for t in 0..spectrum.frames() {
        spectrum.power_of(t, &mut power);
        let threshold = PROMINENCE * largest(&power);
        let neighbours = &power[first - 1..=bins.end.min(spectrum.bins() - 1)];
        for (bin, around) in bins.clone().zip(neighbours.windows(3)) {
            let (below, here, above) = (around[0], around[1], around[2]);
            // Neighbours under the threshold count as zero; `here` is above it in any case.
            if here > threshold && here > below && here >= above {
                let slope = 0.5 * (above - below);
                let curvature = 2.0 * here - above - below;
                let shift =
                    slope / (curvature + f32::from(u8::from(curvature < f32::MIN_POSITIVE)));
                peaks.push(Peak {
                    hertz: (bin as f32 + shift) * width,
                    power: here + 0.5 * slope * shift,
                });
            }
        }
    }
    peaks
}

fn largest(values: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(0.0, |a, &b| if b > a { b } else { a })
}

/// The median, the mean of the middle two when the number is even; 0 of nothing.
fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if is_even { 0.5 * (upper + below.iter().copied().fold(f32::MIN, f32::max)) } else { upper }
}

#[cfg(test)]
mod tests {
    use super::{edge, median, step, tuning};
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};

    #[test]
    fn a_sine_tells_its_deviation() {
        for cents in [-0.3_f64, -0.05, 0.0, 0.2, 0.45] {
            let hertz = 440.0 * ((cents + 0.005) / 12.0).exp2();
            let signal = synth::sine(hertz, 1.0, RATE);
            let spectrum = Spectrum::of(&signal, (2048, 512), Padding::Reflect, Detail::Full);
            // Parabolas through the power of Hann's window are off by a few cents.
            assert!((tuning(&spectrum) - cents).abs() < 0.08, "{cents}: {}", tuning(&spectrum));
        }
    }

    #[test]
    fn steps_are_closed_below() {
        for wanted in 0..100 {
            let inside = 27.5 * ((12.0 + edge(wanted) + 0.005) / 12.0).exp2();
            assert_eq!(step(inside), wanted);
        }
        assert_eq!((step(440.0), edge(50)), (50, 0.0));
    }

    #[test]
    fn silence_is_in_tune() {
        let spectrum =
            Spectrum::of(&synth::silence(0.2, RATE), (2048, 512), Padding::Reflect, Detail::Full);
        assert_eq!(tuning(&spectrum), 0.0);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
