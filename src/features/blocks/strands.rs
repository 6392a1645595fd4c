//! The log-mel parted into what lasts and what is struck, and what is left of each.

use super::{LogMel, bands};

/// Bands that the mel bands are averaged to before they are parted.
pub(super) const BANDS: usize = 64;
/// How many neighbours, itself included, a level is the median of: 0.7 s of 12.9 frames a second,
/// and as many bands.
pub(super) const WIDTH: usize = 9;
const REACH: usize = WIDTH / 2;
/// Places whose medians are found abreast: one AVX register.
const LANES: usize = 8;

/// Levels of [`BANDS`] bands and their medians, each frames × bands, in dB.
pub(super) struct Strands {
    /// The levels.
    pub(super) levels: Vec<f32>,
    /// Medians over time: what lasts, as tones do. Fitzgerald 2010.
    pub(super) lasting: Vec<f32>,
    /// Medians over bands: what is struck, as drums are.
    pub(super) struck: Vec<f32>,
}

impl Strands {
    /// Needs [`WIDTH`] frames and [`BANDS`] mel bands. Beyond the edges the levels are mirrored.
    pub(super) fn of(log_mel: &LogMel<'_>) -> Self {
        let levels = bands::grouped(log_mel, BANDS);
        let frames = log_mel.frames();
        let row = |frame: usize| &levels[frame * BANDS..(frame + 1) * BANDS];
        let mut lasting = vec![0.0; levels.len()];
        for (frame, medians) in lasting.chunks_exact_mut(BANDS).enumerate() {
            let around = |step| row(mirrored(frame + step, frames));
            medians_of(std::array::from_fn(around), medians);
        }
        let mut struck = vec![0.0; levels.len()];
        let mut padded = [0.0; BANDS + 2 * REACH];
        for (levels, medians) in levels.chunks_exact(BANDS).zip(struck.chunks_exact_mut(BANDS)) {
            for (at, place) in padded.iter_mut().enumerate() {
                *place = levels[mirrored(at, BANDS)];
            }
            medians_of(std::array::from_fn(|step| &padded[step..step + BANDS]), medians);
        }
        Self { levels, lasting, struck }
    }
}

/// The place that stands for `shifted` − [`REACH`] of `count`: itself, or its mirror image.
fn mirrored(shifted: usize, count: usize) -> usize {
    match shifted.checked_sub(REACH) {
        None => REACH - 1 - shifted,
        Some(at) if at < count => at,
        Some(at) => 2 * count - 1 - at,
    }
}

/// The median of nine values at each place, by a network of nineteen exchanges (Devillard 1998).
///
/// Needs whole [`LANES`].
fn medians_of(nine: [&[f32]; WIDTH], medians: &mut [f32]) {
    const EXCHANGES: [(usize, usize); 19] = [
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 1),
        (3, 4),
        (6, 7),
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 3),
        (5, 8),
        (4, 7),
        (3, 6),
        (1, 4),
        (2, 5),
        (4, 7),
        (4, 2),
        (6, 4),
        (4, 2),
    ];
    for (chunk, medians) in medians.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut values: [[f32; LANES]; WIDTH] =
            std::array::from_fn(|row| nine[row].as_chunks().0[chunk]);
        for (low, high) in EXCHANGES {
            // Comparisons, because `f32::min` would also have to look for NaN.
            let (a, b) = (values[low], values[high]);
            values[low] = std::array::from_fn(|at| if a[at] < b[at] { a[at] } else { b[at] });
            values[high] = std::array::from_fn(|at| if a[at] < b[at] { b[at] } else { a[at] });
        }
        *medians = values[REACH];
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::{BANDS, Strands, medians_of, mirrored};
    use crate::features::blocks::LogMel;
    use crate::seed::Seed;

    #[test]
    fn the_network_finds_the_median_of_any_nine() {
        let mut stream = Seed::new(1).stream();
        for _ in 0..500 {
            let rows: [[f32; 8]; 9] =
                std::array::from_fn(|_| std::array::from_fn(|_| stream.random_range(0..12) as f32));
            let mut medians = [0.0; 8];
            medians_of(std::array::from_fn(|row| &rows[row][..]), &mut medians);
            for (at, median) in medians.into_iter().enumerate() {
                let mut column = rows.map(|row| row[at]);
                column.sort_by(f32::total_cmp);
                assert_eq!(median, column[4]);
            }
        }
    }

    #[test]
    fn edges_are_mirrored() {
        let places: Vec<usize> = (0..18).map(|shifted| mirrored(shifted, 10)).collect();
        assert_eq!(places, [3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6]);
    }

    #[test]
    fn a_tone_lasts_and_a_click_is_struck() {
        let mut levels = vec![-60.0; 40 * BANDS];
        levels.iter_mut().skip(30).step_by(BANDS).for_each(|level| *level = 0.0);
        levels[20 * BANDS..21 * BANDS].fill(0.0);
        let strands = Strands::of(&LogMel::new(&levels, BANDS));
        let (tone, click) = (10 * BANDS + 30, 20 * BANDS + 10);
        assert_eq!((strands.lasting[tone], strands.struck[tone]), (0.0, -60.0));
        assert_eq!((strands.lasting[click], strands.struck[click]), (-60.0, 0.0));
    }
}
