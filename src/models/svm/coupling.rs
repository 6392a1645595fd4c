//! From decision values of machines to one value a genre.

use super::machines::Machines;

/// How steeply a decision value becomes the probability of a pair: at the margin, where it is 1, a
/// pair is 98 % sure. On GTZAN 3 to 8 are equally accurate; below, near pairs outvote clear ones,
/// and far above, it is a count of votes, which says little of how sure the machines were.
const STEEPNESS: f64 = 4.0;

/// One value for each genre present; the largest names the label.
///
/// Between pairs: Σ ln P(genre rather than the other) over its pairs. Against the rest: the
/// decision value.
pub(super) fn genre_values(machines: &Machines, decisions: &[f64]) -> Vec<f64> {
    let place = |genre: usize| {
        let found = machines.present.binary_search(&genre);
        found.expect("machines are fitted for genres that are present")
    };
    let mut values = vec![0.0; machines.present.len()];
    for (machine, &decision) in machines.borders.iter().zip(decisions) {
        match machine.against {
            None => values[place(machine.genre)] = decision,
            Some(against) => {
                values[place(machine.genre)] += log_logistic(STEEPNESS * decision);
                values[place(against)] += log_logistic(-STEEPNESS * decision);
            }
        }
    }
    values
}

/// ln(1 / (1 + exp(−x))), without overflow.
fn log_logistic(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::log_logistic;

    #[test]
    fn the_logistic_does_not_overflow() {
        assert!((log_logistic(0.0) - 0.5_f64.ln()).abs() < 1e-12);
        assert!((log_logistic(-1000.0) + 1000.0).abs() < 1e-12);
        assert!(log_logistic(1000.0).abs() < 1e-12);
    }
}
