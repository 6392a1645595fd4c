//! Many frames on few columns: what a panel can show, and no more.

use std::ops::Range;

use super::Clip;

/// Items 0..`items` in `count` parts, of which part i lies between the positions `edge(i)` and
/// `edge(i + 1)`; an item is as wide as 1 and centred on its number. A part narrower than an item
/// has the item it lies in, so none is empty.
pub(super) fn parts(items: usize, count: usize, edge: impl Fn(usize) -> f64) -> Vec<Range<usize>> {
    let last = items.saturating_sub(1);
    let item = |part: usize| (edge(part) + 0.5).max(0.0) as usize;
    (0..count)
        .map(|part| {
            let first = item(part).min(last);
            first..item(part + 1).clamp(first + 1, last + 1)
        })
        .collect()
}

/// The frames that each of `count` columns shows, the first column beginning with the clip and the
/// last one ending with it.
pub(super) fn frames(clip: &Clip<'_>, count: usize) -> Vec<Range<usize>> {
    let spectrum = clip.analysis.spectrum();
    let long = clip.analysis.signal().samples().len() as f64 / spectrum.hop() as f64;
    parts(spectrum.frames(), count, |part| long * part as f64 / count as f64)
}

/// Pairs of seconds and value for a line: every frame where they are few, else one value for each
/// of `count` columns, which `summary` takes of the column's frames.
pub(super) fn course(
    clip: &Clip<'_>,
    values: &[f64],
    count: usize,
    summary: fn(&[f64]) -> f64,
) -> Vec<(f64, f64)> {
    if values.len() <= count {
        let place = |(frame, &value)| (clip.analysis.time(frame), value);
        return values.iter().enumerate().map(place).collect();
    }
    let width = clip.seconds() / count as f64;
    let parts = frames(clip, count);
    let place = |(part, frames): (usize, Range<usize>)| {
        ((part as f64 + 0.5) * width, summary(&values[frames]))
    };
    parts.into_iter().enumerate().map(place).collect()
}

/// The mean of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The largest of values that are not negative.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn every_item_is_in_a_part_and_none_in_two() {
        let parts = parts(1293, 400, |part| 1292.6 * part as f64 / 400.0);
        assert_eq!(parts[0].start, 0);
        assert_eq!(parts[399].end, 1293);
        assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    #[test]
    fn few_items_fill_many_parts() {
        assert_eq!(parts(1, 3, |part| 0.4 * part as f64 / 3.0), [0..1, 0..1, 0..1]);
        assert_eq!(parts(2, 4, |part| 0.25 * part as f64), [0..1, 0..1, 1..2, 1..2]);
    }
}
