//! Fewer, broader bands.

use super::LogMel;

/// First band of group `group` when `bands` bands are parted evenly into `groups`.
pub(super) fn edge(group: usize, bands: usize, groups: usize) -> usize {
    group * bands / groups
}

/// Means of neighbouring bands' levels in dB: frames × `groups`, frame after frame.
///
/// Needs at least as many bands as groups. 128 bands in 32 groups are means of four.
pub(super) fn grouped(log_mel: &LogMel<'_>, groups: usize) -> Vec<f32> {
    let bands = log_mel.bands();
    match (bands / groups, bands % groups) {
        (2, 0) => return means::<2>(log_mel.values()),
        (4, 0) => return means::<4>(log_mel.values()),
        _ => {}
    }
    let edges: Vec<usize> = (0..=groups).map(|group| edge(group, bands, groups)).collect();
    let mean = |levels: &[f32]| levels.iter().sum::<f32>() / levels.len() as f32;
    let mut means = Vec::with_capacity(log_mel.frames() * groups);
    for levels in log_mel.rows() {
        means.extend(edges.windows(2).map(|edges| mean(&levels[edges[0]..edges[1]])));
    }
    means
}

/// Means of each `N` values; apart, because compilers do better where they know how many.
fn means<const N: usize>(values: &[f32]) -> Vec<f32> {
    let (runs, _) = values.as_chunks::<N>();
    runs.iter().map(|run| run.iter().sum::<f32>() / N as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::grouped;
    use crate::features::blocks::LogMel;

    #[test]
    fn neighbours_are_averaged_and_none_is_left_out() {
        let levels = [1.0, 3.0, 5.0, 7.0, 20.0, 2.0, 2.0, 4.0, 4.0, 9.0];
        let log_mel = LogMel::new(&levels, 5);
        assert_eq!(grouped(&log_mel, 2), [2.0, 32.0 / 3.0, 2.0, 17.0 / 3.0]);
        assert_eq!(grouped(&log_mel, 5), levels);
    }
}
