//! The promise of a split, checked on the split itself.

use super::{Error, Fold};

/// Checks every fold: no unit and no group on both sides, and every unit in at most one of them.
///
/// Run on each split before any model sees it, whoever made the split.
///
/// # Errors
/// [`Error::Leak`], naming the fold and what stands on both sides.
pub fn check(folds: &[Fold], groups: &[usize]) -> Result<(), Error> {
    for fold in folds {
        let leak = |reason: String| Error::Leak { repeat: fold.repeat, fold: fold.fold, reason };
        let mut trained = vec![false; groups.len()];
        let mut trained_groups = vec![false; groups.iter().max().map_or(0, |last| last + 1)];
        for &unit in &fold.train {
            if std::mem::replace(&mut trained[unit], true) {
                return Err(leak(format!("unit {unit} trains twice")));
            }
            trained_groups[groups[unit]] = true;
        }
        if fold.train.is_empty() || fold.test.is_empty() {
            return Err(leak("one side is empty".to_owned()));
        }
        for &unit in &fold.test {
            if trained[unit] {
                return Err(leak(format!("unit {unit} is trained on and tested")));
            }
            if trained_groups[groups[unit]] {
                let group = groups[unit];
                return Err(leak(format!("group {group} of unit {unit} stands on both sides")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::split::Fold;

    fn fold(train: &[usize], test: &[usize]) -> Vec<Fold> {
        vec![Fold {
            repeat: 0,
            fold: 0,
            train: train.to_vec(),
            test: test.to_vec(),
            valid: Vec::new(),
        }]
    }

    #[test]
    fn a_unit_or_a_group_on_both_sides_is_found() {
        assert!(check(&fold(&[0, 1], &[2, 3]), &[0, 0, 1, 1]).is_ok());
        assert!(check(&fold(&[0, 1], &[1, 3]), &[0, 1, 2, 3]).is_err());
        assert!(check(&fold(&[0, 2], &[1, 3]), &[0, 0, 1, 2]).is_err());
        assert!(check(&fold(&[0, 0], &[1]), &[0, 1]).is_err());
        assert!(check(&fold(&[0, 1], &[]), &[0, 1]).is_err());
    }
}
