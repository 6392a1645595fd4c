//! Six numbers of each frame's spectrum, of all bands or of runs of them.

use super::LogMel;
use super::bands::edge;

/// Names of the series, as columns have them.
pub const SERIES: [&str; 6] = ["centroid", "spread", "flatness", "level", "rolloff", "flux"];
/// Share of the power that lies below the roll-off.
const ROLLOFF: f64 = 0.85;
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
    let bands = log_mel.bands();
    let mut series = vec![0.0; log_mel.frames() * SERIES.len()];
    let (mut shares, mut before) = (vec![0.0; bands], vec![0.0; bands]);
    for (frame, levels) in log_mel.rows().enumerate() {
        std::mem::swap(&mut shares, &mut before);
        // Relative to the loudest band, so that no level is too low or too high for a power.
        let top = f64::from(levels.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        for (share, level) in shares.iter_mut().zip(levels) {
            *share = 10.0_f64.powf((f64::from(*level) - top) / 10.0);
        }
        let total: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= total);
        let centroid: f64 = shares.iter().zip(0..).map(|(p, band)| p * f64::from(band)).sum();
        let variance: f64 =
            shares.iter().zip(0..).map(|(p, band)| p * (f64::from(band) - centroid).powi(2)).sum();
        let mean = levels.iter().map(|level| f64::from(*level)).sum::<f64>() / bands as f64;
        let level = top + 10.0 * total.log10();
        let mut below = 0.0;
        let rolloff = shares.iter().take_while(|share| {
            below += **share;
            below < ROLLOFF
        });
        let rolloff = rolloff.count();
        let values = [
            centroid,
            variance.sqrt(),
            mean - (level - 10.0 * (bands as f64).log10()),
            level,
            rolloff as f64,
        ];
        let place = frame * SERIES.len();
        series[place..].iter_mut().zip(values).for_each(|(place, value)| *place = value as f32);
        if frame > 0 {
            let change = |(a, b): (&f64, &f64)| (a.sqrt() - b.sqrt()).powi(2);
            let flux = shares.iter().zip(&before).map(change).sum::<f64>().sqrt() as f32;
            series[place - 1] = flux;
            series[place + SERIES.len() - 1] = flux; // until the next frame says better
        }
    }
    series
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
            let levels: Vec<f32> =
                log_mel.rows().flat_map(|frame| &frame[first..end]).copied().collect();
            let values = shapes(&LogMel::new(&levels, end - first));
            std::array::from_fn(|at| {
                values
                    .iter()
                    .skip(at)
                    .step_by(SERIES.len())
                    .map(|value| f64::from(*value))
                    .collect()
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
