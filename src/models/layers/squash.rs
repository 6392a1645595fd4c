//! The two squashing functions of gates, made of operations that processors have in vectors.
//!
//! The C library's work on one number at a time, which took a fifth of a recurrent net's time.

use crate::vectors::exponential;

/// 1 / (1 + e⁻ˣ), within 2e-7 of it.
#[inline(always)]
pub(in crate::models) fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + exponential(-value))
}

/// Hyperbolic tangent, within 4e-7 of it.
#[inline(always)]
pub(in crate::models) fn tanh(value: f32) -> f32 {
    2.0 / (1.0 + exponential(-2.0 * value)) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_within_their_bounds_everywhere() {
        for step in -400_000..=400_000 {
            let value = step as f32 / 4000.0;
            let exact = f64::from(value);
            let wrong = f64::from(sigmoid(value)) - 1.0 / (1.0 + (-exact).exp());
            assert!(wrong.abs() < 2e-7, "sigmoid({value}) is {wrong} off");
            let wrong = f64::from(tanh(value)) - exact.tanh();
            assert!(wrong.abs() < 4e-7, "tanh({value}) is {wrong} off");
        }
    }

    #[test]
    fn ends_are_reached_and_what_is_no_number_stays_none() {
        assert!(sigmoid(f32::INFINITY) == 1.0 && sigmoid(f32::NEG_INFINITY) < 1e-30);
        assert!(tanh(f32::INFINITY) == 1.0 && tanh(-f32::MAX) == -1.0);
        assert!(sigmoid(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
    }
}
