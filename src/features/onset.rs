//! Where notes begin: how much louder the spectrum has become since the frame before.

use crate::features::Grid;

/// How the rise in many bands becomes one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// The mean over bands: librosa's `onset_strength`.
    Mean,
    /// The median over bands: what librosa's beat tracker, and so the tempo, is given.
    Median,
}

/// o(t) = aggregate over bands of max(0, L(t) - L(t-1)), with L the log-mel spectrum in dB.
///
/// In dB a frame, from 0; one value a frame, delayed by 1 + N/(2·hop) frames for the width of the
/// window. Böck & Widmer 2013.
pub(crate) fn onset_strength(log_mel: &Grid, delay: usize, aggregate: Aggregate) -> Vec<f32> {
    let mut onset = vec![0.0; log_mel.frames()];
    let mut rises = vec![0.0; log_mel.width()];
    let pairs = log_mel.rows().zip(log_mel.rows().skip(1));
    for (value, (before, now)) in onset.iter_mut().skip(delay).zip(pairs) {
        for ((rise, now), before) in rises.iter_mut().zip(now).zip(before) {
            *rise = (now - before).max(0.0);
        }
        *value = match aggregate {
            Aggregate::Mean => rises.iter().sum::<f32>() / rises.len() as f32,
            Aggregate::Median => median(&mut rises),
        };
    }
    onset
}

/// The median of non-negative numbers, the mean of the middle two when their number is even.
fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    // In most frames of music more than half of the bands do not rise.
    if values.iter().filter(|&&value| value == 0.0).count() > middle {
        return 0.0;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if is_even { 0.5 * (upper + below.iter().fold(0.0, |a: f32, &b| a.max(b))) } else { upper }
}

#[cfg(test)]
mod tests {
    use super::{Aggregate, median, onset_strength};
    use crate::features::Grid;

    #[test]
    fn only_rises_count_and_they_come_late() {
        let mut levels = Grid::zeros(8, 3);
        levels.rows_mut().nth(2).unwrap().copy_from_slice(&[6.0, 3.0, -9.0]);
        let mean = onset_strength(&levels, 3, Aggregate::Mean);
        assert_eq!(mean, [0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 0.0, 0.0]);
        let median = onset_strength(&levels, 3, Aggregate::Median);
        assert_eq!(median, [0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&mut [4.0, 0.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&mut [0.0, 5.0, 0.0]), 0.0);
        assert_eq!(median(&mut [0.0, 5.0]), 2.5);
    }
}
