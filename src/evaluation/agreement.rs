//! How far two contenders say the same.

/// How often two lists of names agree, and how much of that is more than chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Share of units that both gave the same name, in 0..1.
    pub share: f64,
    /// Cohen's kappa: 1 for the same names throughout, 0 for what chance would give.
    pub kappa: f64,
}

/// Agreement of the names that two contenders gave the same units; names are genre numbers below
/// `genres`.
///
/// κ = (p − e) / (1 − e), p being the share of equal names and e the share that two namers of the
/// same habits would reach by chance: Σ over genres of the product of how often each uses it.
/// Where both always say one and the same genre, κ is 1. `None` without units. Cohen 1960.
#[allow(clippy::cast_precision_loss)]
pub fn agreement(genres: usize, first: &[usize], second: &[usize]) -> Option<Agreement> {
    if first.is_empty() || first.len() != second.len() {
        return None;
    }
    let units = first.len() as f64;
    let equal = first.iter().zip(second).filter(|(first, second)| first == second).count();
    let share = equal as f64 / units;
    let uses = |names: &[usize], genre: usize| {
        names.iter().filter(|&&name| name == genre).count() as f64 / units
    };
    let chance: f64 = (0..genres).map(|genre| uses(first, genre) * uses(second, genre)).sum();
    let kappa = if chance < 1.0 { (share - chance) / (1.0 - chance) } else { 1.0 };
    Some(Agreement { share, kappa })
}

#[cfg(test)]
mod tests {
    use super::agreement;

    #[test]
    fn known_answer() {
        // Cohen's kappa of scikit-learn for these two lists is 0.4.
        let of = agreement(2, &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], &[0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
        let of = of.unwrap();
        assert!((of.share - 0.7).abs() < 1e-12 && (of.kappa - 0.4).abs() < 1e-12, "{of:?}");
    }

    #[test]
    fn the_same_names_agree_fully_and_none_say_nothing() {
        assert!((agreement(3, &[2, 2], &[2, 2]).unwrap().kappa - 1.0).abs() < 1e-12);
        assert_eq!(agreement(3, &[], &[]), None);
    }
}
