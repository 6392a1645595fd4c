//! Round numbers along an axis.

/// Round numbers from the first at or above `low` to the last at or below `high`, their distance
/// being 1, 2 or 5 times a power of ten; at most `most` of them.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
pub(super) fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let step = step(low, high, most);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|number| number as f64 * step).collect()
}

/// `low` and `high` moved outwards to the next tick.
pub(super) fn widened(low: f64, high: f64, most: usize) -> (f64, f64) {
    let step = step(low, high, most);
    ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step)
}

/// `value` with as many decimals as ticks this far apart need.
pub(super) fn label(value: f64, ticks: &[f64]) -> String {
    let step = if let [first, second, ..] = ticks { second - first } else { 1.0 };
    let decimals = (0..6).find(|&decimals| {
        let scaled = step * 10.0_f64.powi(decimals);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let decimals = usize::try_from(decimals.unwrap_or(6)).unwrap_or(6);
    // No minus before a zero.
    format!("{:.decimals$}", value + 0.0)
}

#[allow(clippy::cast_precision_loss)]
fn step(low: f64, high: f64, most: usize) -> f64 {
    let rough = (high - low).max(1e-9) / most.max(2) as f64;
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::{label, ticks, widened};

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(0.0, 100.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(1.0, 9.0, 4), [2.0, 4.0, 6.0, 8.0]);
        assert_eq!(widened(0.13, 2.31, 5), (0.0, 2.5));
    }

    #[test]
    fn labels_have_the_decimals_their_distance_needs() {
        assert_eq!(label(0.5, &[0.0, 0.5, 1.0]), "0.5");
        assert_eq!(label(2.0, &[0.0, 2.0]), "2");
        assert_eq!(label(-0.0, &[0.0, 2.0]), "0");
    }
}
