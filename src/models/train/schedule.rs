//! The learning rate at every step.

use std::f64::consts::PI;

use super::options::{Schedule, Training};

/// The share of the highest learning rate that holds at `step` (from 0) of `steps`.
///
/// It rises in a straight line over the warm-up, then follows the schedule.
pub(super) fn share(training: &Training, step: usize, steps: usize) -> f64 {
    let warm = training.warm_up * steps as f64;
    let now = step as f64;
    if now < warm {
        return (now + 1.0) / warm.max(1.0);
    }
    match training.schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine => 0.5 * (1.0 + (PI * (now - warm) / (steps as f64 - warm)).cos()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::tests::plain;
    use super::*;

    #[test]
    fn cosine_starts_high_halves_in_the_middle_and_ends_near_zero() {
        let training = Training { schedule: Schedule::Cosine, ..plain() };
        assert!((share(&training, 0, 100) - 1.0).abs() < 1e-12);
        assert!((share(&training, 50, 100) - 0.5).abs() < 1e-12);
        assert!(share(&training, 99, 100) < 3e-4);
    }

    #[test]
    fn warm_up_rises_in_a_straight_line_to_the_highest_rate() {
        let training = Training { warm_up: 0.1, ..plain() };
        let first: Vec<f64> = [0, 4, 9, 10, 99].map(|step| share(&training, step, 100)).to_vec();
        assert_eq!(first, [0.1, 0.5, 1.0, 1.0, 1.0]);
    }
}
