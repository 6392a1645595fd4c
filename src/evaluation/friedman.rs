//! Do several contenders differ over several data sets?

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

use super::ranks::ranks;

/// Why contenders cannot be ranked over data sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FriedmanError {
    /// There is one data set, or none.
    #[error(
        "ranks need results on two data sets or more, but there are {0}; folds of one data set \
         share training rows and do not count as several: compare on one data set by the corrected \
         t-test"
    )]
    DataSets(usize),
    /// There are fewer than three contenders.
    #[error(
        "Friedman's test needs three contenders or more, but there are {0}; for two use Wilcoxon's"
    )]
    Contenders(usize),
    /// A data set lacks a contender.
    #[error("data set {number} has {found} results, but there are {expected} contenders")]
    Uneven {
        /// Number of the data set, from 0.
        number: usize,
        /// How many results it has.
        found: usize,
        /// How many contenders there are.
        expected: usize,
    },
}

/// What Friedman's test says of contenders on several data sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Friedman {
    /// Mean rank of each contender; 1 would be the highest result everywhere.
    pub ranks: Vec<f64>,
    /// Friedman's statistic, with contenders − 1 degrees of freedom.
    pub chi_square: f64,
    /// Its p.
    pub chi_square_p: f64,
    /// Iman and Davenport's F, less cautious; infinite where all data sets agree.
    pub f: f64,
    /// Its p.
    pub f_p: f64,
}

/// Friedman's test; `results` holds a list for each data set, in it one result for each contender,
/// higher being better.
///
/// With N data sets, k contenders and mean ranks R: χ² = 12N/(k(k + 1)) · (Σ R² − k(k + 1)²/4), and
/// F = (N − 1)χ² / (N(k − 1) − χ²) with k − 1 and (k − 1)(N − 1) degrees of freedom. Where all data
/// sets rank alike F is infinite, and its p is the chance of that, k! to the power 1 − N. Ties share
/// their mean rank; the statistic is not corrected for them, which makes it cautious. Friedman
/// 1937; Iman & Davenport 1980; Demšar 2006, section 3.2.2.
///
/// # Errors
/// [`FriedmanError`] for one data set, whose folds are not independent, for fewer than three
/// contenders, and for lists of different lengths.
#[allow(clippy::cast_precision_loss)]
pub fn friedman(results: &[Vec<f64>]) -> Result<Friedman, FriedmanError> {
    if results.len() < 2 {
        return Err(FriedmanError::DataSets(results.len()));
    }
    let contenders = results[0].len();
    if contenders < 3 {
        return Err(FriedmanError::Contenders(contenders));
    }
    let uneven = results.iter().position(|row| row.len() != contenders);
    if let Some(number) = uneven {
        let found = results[number].len();
        return Err(FriedmanError::Uneven { number, found, expected: contenders });
    }
    let (n, k) = (results.len() as f64, contenders as f64);
    let mut mean = vec![0.0; contenders];
    for row in results {
        let falling: Vec<f64> = row.iter().map(|result| -result).collect();
        for (sum, rank) in mean.iter_mut().zip(ranks(&falling)) {
            *sum += rank / n;
        }
    }
    let squares: f64 = mean.iter().map(|rank| rank * rank).sum();
    let chi_square = 12.0 * n / (k * (k + 1.0)) * (squares - k * (k + 1.0).powi(2) / 4.0);
    let chi_square = chi_square.clamp(0.0, n * (k - 1.0));
    let rest = n * (k - 1.0) - chi_square;
    let f = if rest > 1e-9 { (n - 1.0) * chi_square / rest } else { f64::INFINITY };
    let f_p = if f.is_finite() {
        FisherSnedecor::new(k - 1.0, (k - 1.0) * (n - 1.0)).expect("degrees of freedom").sf(f)
    } else {
        let orders: f64 = (2..=contenders).map(|one| one as f64).product();
        orders.powf(1.0 - n)
    };
    let chi_square_p = ChiSquared::new(k - 1.0).expect("degrees of freedom").sf(chi_square);
    Ok(Friedman { ranks: mean, chi_square, chi_square_p, f, f_p })
}

#[cfg(test)]
mod tests {
    use super::{FriedmanError, friedman};

    /// Demšar 2006, table 6: accuracies of four variants of C4.5 on 14 data sets. The last but one
    /// stands there as 0.975 twice, ranked by digits that are not printed: 2 and 3.
    const VARIANTS: [[f64; 4]; 14] = [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ];

    #[test]
    fn known_answer_of_demsar() {
        let results: Vec<Vec<f64>> = VARIANTS.iter().map(|row| row.to_vec()).collect();
        let test = friedman(&results).unwrap();
        for (rank, expected) in test.ranks.iter().zip([3.143, 2.000, 2.893, 1.964]) {
            assert!((rank - expected).abs() < 5e-4, "{test:?}");
        }
        assert!((test.chi_square - 9.28).abs() < 5e-3, "{test:?}");
        assert!((test.f - 3.69).abs() < 5e-3, "{test:?}");
        assert!(test.f_p < 0.05 && test.chi_square_p < 0.05, "{test:?}");
    }

    #[test]
    fn agreement_everywhere_has_an_exact_p_and_ties_everywhere_are_nothing() {
        let alike = friedman(&vec![vec![0.3, 0.2, 0.1]; 5]).unwrap();
        assert_eq!(alike.f, f64::INFINITY);
        assert!((alike.f_p - 6.0_f64.powi(-4)).abs() < 1e-12);
        assert_eq!(alike.ranks.len(), 3);
        let nothing = friedman(&vec![vec![0.5; 3]; 5]).unwrap();
        assert!(nothing.chi_square.abs() < 1e-9 && (nothing.f_p - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_data_set_is_refused_with_the_reason() {
        let error = friedman(&[vec![0.3, 0.2, 0.1]]).unwrap_err();
        assert_eq!(error, FriedmanError::DataSets(1));
        assert!(error.to_string().contains("folds of one data set share training rows"));
        assert_eq!(friedman(&vec![vec![0.3, 0.2]; 3]), Err(FriedmanError::Contenders(2)));
        let uneven = friedman(&[vec![0.1; 3], vec![0.1; 4]]);
        assert_eq!(uneven, Err(FriedmanError::Uneven { number: 1, found: 4, expected: 3 }));
    }
}
