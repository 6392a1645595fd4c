//! How features change in time.

use crate::features::{Error, Grid};

/// Frames a slope is fitted to.
const WIDTH: usize = 9;
/// Frames on either side of the middle one.
const REACH: usize = WIDTH / 2;

/// The slope of the straight line (order 1), or the curvature of the parabola (order 2), that fits
/// nine frames best: of each column, per frame and per frame². Frames × width.
///
/// The first and last four frames take the value of the nearest frame with four neighbours on both
/// sides: the fit through the ends. Savitzky & Golay 1964, as in librosa.
///
/// # Errors
/// When there are less than nine frames.
pub(crate) fn delta(grid: &Grid, order: usize) -> Result<Grid, Error> {
    let frames = grid.frames();
    if frames < WIDTH {
        let what = "a delta";
        return Err(Error::TooShort { what, needed: WIDTH, found: frames, unit: "frames" });
    }
    let weight = |i: usize| {
        let k = i as f32 - REACH as f32;
        // Σ k² = 60 and Σ (k² - 60/9)² = 308 over k = -4..=4.
        if order == 1 { k / 60.0 } else { 2.0 * (k * k - 60.0 / 9.0) / 308.0 }
    };
    let mut deltas = Grid::zeros(frames, grid.width());
    for (t, row) in deltas.rows_mut().enumerate() {
        let first = t.clamp(REACH, frames - 1 - REACH) - REACH;
        for i in 0..WIDTH {
            let weight = weight(i);
            for (delta, value) in row.iter_mut().zip(grid.row(first + i)) {
                *delta += weight * value;
            }
        }
    }
    Ok(deltas)
}

#[cfg(test)]
mod tests {
    use super::delta;
    use crate::features::Grid;

    fn grid(frames: u16, value: impl Fn(f32) -> f32) -> Grid {
        let mut grid = Grid::with_room(usize::from(frames), 1);
        (0..frames).for_each(|t| grid.push([value(f32::from(t))].into_iter()));
        grid
    }

    #[test]
    fn the_delta_of_a_line_is_its_slope_and_its_second_is_zero() {
        let line = grid(20, |t| 3.0 * t - 5.0);
        assert!(delta(&line, 1).unwrap().values().iter().all(|d| (d - 3.0).abs() < 1e-5));
        assert!(delta(&line, 2).unwrap().values().iter().all(|d| d.abs() < 1e-5));
    }

    #[test]
    fn the_second_delta_of_a_parabola_is_its_curvature() {
        let parabola = grid(20, |t| 0.5 * t * t);
        assert!(delta(&parabola, 2).unwrap().values().iter().all(|d| (d - 1.0).abs() < 1e-4));
    }

    #[test]
    fn eight_frames_are_too_few() {
        let error = delta(&grid(8, |t| t), 1).unwrap_err().to_string();
        assert_eq!(error, "a delta needs 9 frames, but the signal has 8; leave the clip out");
    }
}
