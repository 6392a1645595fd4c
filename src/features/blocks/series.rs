//! Six numbers of each frame's spectrum, of all bands or of runs of them.

use super::LogMel;
use super::abreast::{LANES, turn};
use super::bands::edge;
use crate::vectors::{exponential, larger, wide};

/// Names of the series, as columns have them.
pub const SERIES: [&str; 6] = ["centroid", "spread", "flatness", "level", "rolloff", "flux"];
/// Share of the power that lies below the roll-off.
const ROLLOFF: f64 = 0.85;
/// Powers of e in a decibel of power.
const NEPER: f32 = std::f32::consts::LN_10 / 10.0;
/// The fewest bands a spectrum has a shape with.
pub(super) const LEAST: usize = 2;

/// Six numbers for each frame: frames × 6, in the order of [`SERIES`].
///
/// With the power P(b) = 10^(L(b)/10) of B bands and its shares p = P / Σ P: centroid Σ b·p(b) in
/// bands, 0..B−1; spread √Σ p(b)·(b − centroid)² in bands; flatness mean(L) − 10 log10(mean(P)) in
/// dB, 0 for a flat frame and negative else; level 10 log10(Σ P) in dB; roll-off, the number of bands
/// within the lowest 85 % of the power; flux √Σ (√p(t+1) − √p(t))², 0..√2, towards the next frame,
/// the last one repeated.
pub fn shapes(log_mel: &LogMel<'_>) -> Vec<f32> {
    const COUNT: usize = SERIES.len();
    let (frames, bands) = (log_mel.frames(), log_mel.bands());
    let mut series = vec![0.0; frames * COUNT];
    let (mut levels, mut roots) = (vec![[0.0; LANES]; bands], vec![[0.0; LANES + 1]; bands]);
    let parts = log_mel.values().chunks(LANES * bands).zip(series.chunks_mut(LANES * COUNT));
    for (part, values) in parts {
        turn(part, &mut levels);
        let mut sums = Sums::default();
        sum(&levels, &mut roots, &mut sums);
        for (frame, values) in values.chunks_exact_mut(COUNT).enumerate() {
            let level = f64::from(sums.top[frame]) + 10.0 * sums.total[frame].log10();
            let mean = sums.levels[frame] / bands as f64;
            let found = [
                sums.centroid[frame],
                sums.variance[frame].sqrt(),
                mean - (level - 10.0 * (bands as f64).log10()),
                level,
                sums.below[frame],
                sums.change[frame].sqrt(),
            ];
            values.iter_mut().zip(found).for_each(|(place, value)| *place = value as f32);
        }
    }
    // The change was that from the frame before; of the first there is none.
    for frame in 0..frames {
        let next = (frame + 1).min(frames - 1) * COUNT + COUNT - 1;
        series[frame * COUNT + COUNT - 1] = if frames > 1 { series[next] } else { 0.0 };
    }
    series
}

/// What [`shapes`] are made of, for frames side by side.
#[derive(Default)]
struct Sums {
    /// The highest level.
    top: [f32; LANES],
    /// Σ L.
    levels: [f64; LANES],
    /// Σ P, relative to the loudest band, so that no level is too low or too high for a power.
    total: [f64; LANES],
    centroid: [f64; LANES],
    variance: [f64; LANES],
    /// How many bands are within the roll-off.
    below: [f64; LANES],
    /// Σ (√p(t) − √p(t−1))².
    change: [f64; LANES],
}

wide! {
    /// Sums over bands. `roots` are the √p, the last frame of the part before in front.
    fn sum(levels: &[[f32; LANES]], roots: &mut [[f64; LANES + 1]], sums: &mut Sums) {
        let Sums { top, levels: all, total, centroid, variance, below, change } = sums;
        *top = [f32::NEG_INFINITY; LANES];
        for level in levels {
            top.iter_mut().zip(level).for_each(|(top, level)| *top = larger(*level, *top));
        }
        for root in &mut *roots {
            root[0] = root[LANES];
        }
        // Powers first; they become roots of shares below.
        for (band, (level, root)) in levels.iter().zip(&mut *roots).enumerate() {
            for lane in 0..LANES {
                let power = f64::from(exponential((level[lane] - top[lane]) * NEPER));
                root[lane + 1] = power;
                total[lane] += power;
                centroid[lane] += power * band as f64;
                all[lane] += f64::from(level[lane]);
            }
        }
        for lane in 0..LANES {
            centroid[lane] /= total[lane];
        }
        let mut lower = [0.0; LANES];
        for (band, root) in roots.iter_mut().enumerate() {
            for lane in 0..LANES {
                let share = root[lane + 1] / total[lane];
                let distance = band as f64 - centroid[lane];
                variance[lane] += share * distance * distance;
                lower[lane] += share;
                below[lane] += if lower[lane] < ROLLOFF { 1.0 } else { 0.0 };
                root[lane + 1] = share.sqrt();
            }
            for lane in 0..LANES {
                let step = root[lane + 1] - root[lane];
                change[lane] += step * step;
            }
        }
    }
}

/// The series of `count` runs of neighbouring bands: for each run, [`SERIES`] over time.
///
/// Of B bands, run a has those from a·B/count to before (a + 1)·B/count, and its [`shapes`] are made
/// of these alone: shares are those of its own power, and bands are counted from its first. Needs two
/// bands a run.
pub(super) fn of_runs(log_mel: &LogMel<'_>, count: usize) -> Vec<[Vec<f64>; SERIES.len()]> {
    let bands = log_mel.bands();
    (0..count)
        .map(|run| {
            let (first, end) = (edge(run, bands, count), edge(run + 1, bands, count));
            let mut levels = Vec::with_capacity(log_mel.frames() * (end - first));
            log_mel.rows().for_each(|frame| levels.extend_from_slice(&frame[first..end]));
            let values = shapes(&LogMel::new(&levels, end - first));
            std::array::from_fn(|at| {
                values.chunks_exact(SERIES.len()).map(|frame| f64::from(frame[at])).collect()
            })
        })
        .collect()
}

/// What the columns of each run are called behind their block's name: nothing where there is but one
/// run, `run1of4_` and so on else.
pub(super) fn run_names(count: usize) -> Vec<String> {
    match count {
        1 => vec![String::new()],
        _ => (1..=count).map(|run| format!("run{run}of{count}_")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SERIES, of_runs, shapes};
    use crate::features::blocks::LogMel;

    #[test]
    fn a_single_band_and_a_flat_frame_by_hand() {
        let mut levels = vec![-200.0; 8];
        levels[5] = 10.0;
        levels.extend([-30.0; 8]);
        let found = shapes(&LogMel::new(&levels, 8));
        let (single, flat) = found.split_at(SERIES.len());
        assert!((single[0] - 5.0).abs() < 1e-5 && single[1] < 1e-3 && single[4] == 5.0);
        assert!((single[3] - 10.0).abs() < 1e-5);
        assert!((flat[0] - 3.5).abs() < 1e-5 && flat[2].abs() < 1e-5 && flat[4] == 6.0);
        assert!((flat[1] - 5.25_f32.sqrt()).abs() < 1e-5, "{flat:?}");
        // √((1 − √⅛)² + 7/8), of both frames.
        let flux = ((1.0 - 0.125_f32.sqrt()).powi(2) + 0.875).sqrt();
        assert!((single[5] - flux).abs() < 1e-5 && single[5] == flat[5]);
    }

    #[test]
    fn a_run_is_heard_as_if_there_were_no_other_bands() {
        // Runs of seven bands by three: 0..2, 2..4, 4..7.
        let levels: Vec<f32> = (0..5 * 7).map(|at| -((at * 17 % 29) as f32)).collect();
        let runs = of_runs(&LogMel::new(&levels, 7), 3);
        assert_eq!(runs.len(), 3);
        for (run, (first, end)) in runs.iter().zip([(0, 2), (2, 4), (4, 7)]) {
            let alone: Vec<f32> =
                levels.chunks(7).flat_map(|frame| &frame[first..end]).copied().collect();
            let alone = shapes(&LogMel::new(&alone, end - first));
            for (at, series) in run.iter().enumerate() {
                let known: Vec<f64> =
                    alone.iter().skip(at).step_by(SERIES.len()).map(|it| f64::from(*it)).collect();
                assert_eq!(series, &known);
            }
        }
    }
}
