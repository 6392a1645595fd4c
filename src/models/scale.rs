//! Bringing columns to a common scale, learned from training rows only.
//!
//! The definitions are scikit-learn's `StandardScaler`, `RobustScaler` and `QuantileTransformer`.
//! Of sequences every frame counts as one row.

mod quantile;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dataset::{Samples, Shape};
use crate::vectors::wide;
use quantile::Ranks;

/// How columns are brought to a common scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Scale {
    /// Mean 0 and population standard deviation 1.
    #[default]
    Standard,
    /// Median 0 and interquartile range 1: a few wild values do not matter.
    Robust,
    /// Ranks, laid out as a normal distribution: the shape of a column does not matter.
    Quantile,
    /// Natural logarithm of the columns that are above 0 in every training row, then mean 0 and
    /// standard deviation 1, cut at ±5: takes the long tails of powers, levels and variances.
    Log,
    /// As they are.
    None,
}

/// Where `log` cuts, in standard deviations.
const CUT: f64 = 5.0;
/// Columns gathered at once: a line of memory of each row.
const ABREAST: usize = 16;
/// Neighbouring standard columns learned at once: those of all rows stay near the processor.
const BLOCK: usize = 512;
/// The least value a logarithm is taken of.
const LEAST: f64 = 1e-12;

/// What was learned of each column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    columns: Vec<Column>,
}

/// How one column is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Column {
    /// Not at all.
    Kept,
    /// (x − centre) / spread.
    Linear { centre: f64, spread: f64 },
    /// The same, cut; of ln x where `logarithm`.
    Cut { logarithm: bool, centre: f64, spread: f64 },
    /// By rank.
    Ranked(Ranks),
}

impl Column {
    /// Learns from the values of training rows.
    fn of(scale: Scale, mut values: Vec<f64>) -> Self {
        if values.is_empty() {
            return Self::Kept;
        }
        match scale {
            Scale::None => Self::Kept,
            Scale::Standard => {
                let (centre, spread) = mean_and_spread(&values);
                Self::Linear { centre, spread }
            }
            Scale::Log => {
                let logarithm = values.iter().all(|value| *value > 0.0);
                if logarithm {
                    values.iter_mut().for_each(|value| *value = value.max(LEAST).ln());
                }
                let (centre, spread) = mean_and_spread(&values);
                Self::Cut { logarithm, centre, spread }
            }
            Scale::Robust => {
                values.sort_unstable_by(f64::total_cmp);
                robust(&values)
            }
            Scale::Quantile => {
                values.sort_unstable_by(f64::total_cmp);
                Self::Ranked(Ranks::of_sorted(&values))
            }
        }
    }
}

impl Scaler {
    /// Learns from `train` alone. Values that are not finite are passed over here and left as they
    /// are by [`Scaler::apply`], so that the learner can name the row they stand in.
    #[must_use]
    pub fn fit(scale: Scale, train: &Samples) -> Self {
        Self::of_columns(|_| scale, train)
    }

    /// The same with a scale for each column.
    #[must_use]
    pub fn of_columns(scale: impl Fn(usize) -> Scale, train: &Samples) -> Self {
        let width = row_width(train.shape());
        let mut columns = Vec::with_capacity(width);
        while columns.len() < width {
            let first = columns.len();
            let standard = |column: &usize| scale(*column) == Scale::Standard;
            let run = (first..width.min(first + BLOCK)).take_while(standard).count();
            if run > 0 {
                columns.extend(standard_abreast(train, width, first..first + run));
                continue;
            }
            let rows = train.len() * train.shape().size() / width;
            let mut abreast = vec![Vec::with_capacity(rows); ABREAST.min(width - first)];
            for row in (0..train.len()).flat_map(|i| train.values(i).chunks_exact(width)) {
                for (values, value) in abreast.iter_mut().zip(&row[first..]) {
                    if value.is_finite() {
                        values.push(f64::from(*value));
                    }
                }
            }
            let each = (first..).zip(abreast);
            columns.extend(each.map(|(column, values)| Column::of(scale(column), values)));
        }
        Self { columns }
    }

    /// The same samples on the common scale.
    ///
    /// # Panics
    /// When the samples have not as many columns as those learned from, a mistake of the caller.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // samples hold single precision
    pub fn apply(&self, samples: &Samples) -> Samples {
        let width = row_width(samples.shape());
        assert_eq!(width, self.columns.len(), "the columns the scaler was fitted on");
        let linear = |column: &Column| match column {
            Column::Linear { centre, spread } => (*centre, *spread),
            _ => (0.0, 1.0),
        };
        let (centres, spreads): (Vec<f64>, Vec<f64>) = self.columns.iter().map(linear).unzip();
        let others: Vec<(usize, &Column)> = (0..)
            .zip(&self.columns)
            .filter(|(_, column)| !matches!(column, Column::Linear { .. } | Column::Kept))
            .collect();
        let mut values = vec![0.0; samples.len() * samples.shape().size()];
        let given = (0..samples.len()).flat_map(|i| samples.values(i).chunks_exact(width));
        for (row, scaled) in given.zip(values.chunks_exact_mut(width)) {
            write_scaled(scaled, row, &centres, &spreads);
            for (at, column) in others.iter().filter(|(at, _)| row[*at].is_finite()) {
                let value = f64::from(row[*at]);
                scaled[*at] = match column {
                    Column::Cut { logarithm, centre, spread } => {
                        let value = if *logarithm { value.max(LEAST).ln() } else { value };
                        ((value - centre) / spread).clamp(-CUT, CUT) as f32
                    }
                    Column::Ranked(ranks) => ranks.normal(value) as f32,
                    Column::Kept | Column::Linear { .. } => row[*at],
                };
            }
        }
        let steps = self.columns.iter().enumerate().map(|(at, column)| match column {
            Column::Linear { spread, .. } => samples.step(at) * *spread as f32,
            Column::Kept | Column::Cut { .. } | Column::Ranked(_) => samples.step(at),
        });
        samples.with_values(values).with_steps(steps.collect())
    }
}

fn row_width(shape: Shape) -> usize {
    match shape {
        Shape::Row { width } | Shape::Sequence { width, .. } => width,
    }
}

/// Mean and population standard deviation; a column that is constant up to rounding has spread 1.
#[allow(clippy::cast_precision_loss)]
fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let centre = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / count;
    (centre, spread(count, centre, variance))
}

/// The standard scales of neighbouring columns, one pass over all rows for the means and one for the
/// spreads; what is not finite does not count.
fn standard_abreast(train: &Samples, width: usize, columns: Range<usize>) -> Vec<Column> {
    let rows = || {
        let rows = (0..train.len()).flat_map(|i| train.values(i).chunks_exact(width));
        rows.map(|row| &row[columns.clone()])
    };
    let [mut counts, mut centres, mut squares] = [(); 3].map(|()| vec![0.0; columns.len()]);
    rows().for_each(|row| add_finite(row, &mut counts, &mut centres));
    centres.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count);
    rows().for_each(|row| add_squares(row, &centres, &mut squares));
    let each = counts.iter().zip(centres).zip(squares);
    each.map(|((&count, centre), squares)| match count {
        0.0 => Column::Kept,
        _ => Column::Linear { centre, spread: spread(count, centre, squares / count) },
    })
    .collect()
}

wide! {
    /// Adds finite values to the sums of their columns, and counts them.
    fn add_finite(row: &[f32], counts: &mut [f64], sums: &mut [f64]) {
        for ((value, count), sum) in row.iter().zip(counts).zip(sums) {
            *count += if value.is_finite() { 1.0 } else { 0.0 };
            *sum += if value.is_finite() { f64::from(*value) } else { 0.0 };
        }
    }
}

wide! {
    /// Adds the squares of how far finite values are from the centres of their columns.
    fn add_squares(row: &[f32], centres: &[f64], squares: &mut [f64]) {
        for ((value, centre), square) in row.iter().zip(centres).zip(squares) {
            let apart = if value.is_finite() { f64::from(*value) - centre } else { 0.0 };
            *square += apart * apart;
        }
    }
}

wide! {
    /// Brings finite values to their centres and spreads, and leaves others as they are.
    #[allow(clippy::cast_possible_truncation)] // samples hold single precision
    fn write_scaled(scaled: &mut [f32], row: &[f32], centres: &[f64], spreads: &[f64]) {
        let scales = centres.iter().zip(spreads);
        for ((place, value), (centre, spread)) in scaled.iter_mut().zip(row).zip(scales) {
            let linear = ((f64::from(*value) - centre) / spread) as f32;
            *place = if value.is_finite() { linear } else { *value };
        }
    }
}

/// The standard deviation of `count` values; 1 where they are the same up to rounding.
fn spread(count: f64, centre: f64, variance: f64) -> f64 {
    let rounding = count * f64::EPSILON * variance + (count * centre * f64::EPSILON).powi(2);
    if variance <= rounding { 1.0 } else { variance.sqrt() }
}

/// Median and distance of the quartiles, which is 1 where the quartiles are the same.
fn robust(sorted: &[f64]) -> Column {
    let range = quantile::at(sorted, 0.75) - quantile::at(sorted, 0.25);
    let spread = if range < 10.0 * f64::EPSILON { 1.0 } else { range };
    Column::Linear { centre: quantile::at(sorted, 0.5), spread }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Scale, Scaler};
    use crate::dataset::Shape;
    use crate::models::testing::rows;

    fn scaled(scale: Scale, train: &[f32], at: &[f32]) -> Vec<f32> {
        let samples = |values: &[f32]| {
            let labelled: Vec<(usize, &[f32])> = values.chunks(1).map(|row| (0, row)).collect();
            rows(&labelled, 1)
        };
        let scaled = Scaler::fit(scale, &samples(train)).apply(&samples(at));
        (0..scaled.len()).map(|i| scaled.values(i)[0]).collect()
    }

    fn assert_near(found: &[f32], known: &[f32]) {
        assert_eq!(found.len(), known.len());
        for (found, known) in found.iter().zip(known) {
            assert!((found - known).abs() < 1e-5, "{found} is not {known}");
        }
    }

    #[test]
    fn known_answers_of_scikit_learn() {
        let train = [1.0, 2.0, 2.0, 4.0, 10.0];
        let at = [0.0, 1.0, 2.0, 3.0, 10.0, 11.0];
        let standard = [-1.169_369, -0.861_64, -0.553_912, -0.246_183, 1.907_918, 2.215_647];
        assert_near(&scaled(Scale::Standard, &train, &at), &standard);
        assert_near(&scaled(Scale::Robust, &train, &at), &[-1.0, -0.5, 0.0, 0.5, 4.0, 4.5]);
        let quantile = [-5.199_338, -5.199_338, -0.318_639, 0.318_639, 5.199_338, 5.199_338];
        assert_near(&scaled(Scale::Quantile, &train, &at), &quantile);
        assert_near(&scaled(Scale::None, &train, &at), &at);
    }

    #[test]
    fn columns_above_zero_are_logged_others_only_cut() {
        let e = std::f32::consts::E;
        let found = scaled(Scale::Log, &[1.0, e * e], &[1.0, e, 0.0, 1e30]);
        assert_near(&found, &[-1.0, 0.0, -5.0, 5.0]);
        assert_near(&scaled(Scale::Log, &[-1.0, 1.0], &[0.5, 9.0]), &[0.5, 5.0]);
    }

    #[test]
    fn a_constant_column_becomes_zero_and_stays_finite() {
        for scale in [Scale::Standard, Scale::Robust] {
            assert_near(&scaled(scale, &[0.1; 7], &[0.1, 1.1]), &[0.0, 1.0]);
        }
        assert!(scaled(Scale::Quantile, &[0.1; 7], &[0.1, 1.1]).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn columns_side_by_side_are_scaled_as_each_alone() {
        for hole in [1.0, f32::NAN] {
            let row = |i: usize| (0..37).map(|at| ((i * 31 + at * 7) % 13) as f32).collect();
            let mut values: Vec<Vec<f32>> = (0..9).map(row).collect();
            values[4][20] = hole;
            let labelled: Vec<(usize, &[f32])> = values.iter().map(|row| (0, &row[..])).collect();
            let samples = rows(&labelled, 1);
            let together = Scaler::fit(Scale::Standard, &samples).apply(&samples);
            for at in 0..37 {
                let column: Vec<f32> = values.iter().map(|row| row[at]).collect();
                let alone = scaled(Scale::Standard, &column, &column);
                for (i, alone) in alone.iter().enumerate() {
                    assert_eq!(together.values(i)[at].to_bits(), alone.to_bits());
                }
            }
        }
    }

    #[test]
    fn a_value_that_is_no_number_is_left_where_it_is() {
        let found = scaled(Scale::Standard, &[1.0, f32::NAN, 3.0], &[1.0, f32::NAN, 3.0]);
        assert_near(&[found[0], found[2]], &[-1.0, 1.0]);
        assert!(found[1].is_nan());
    }

    #[test]
    fn frames_of_sequences_count_as_rows() {
        let base = rows(&[(0, &[0.0]), (0, &[0.0])], 1);
        let frames = Shape::Sequence { frames: 2, width: 2 };
        let columns = Arc::new(vec!["x".to_owned(), "y".to_owned()]);
        let values = vec![0.0, 5.0, 2.0, 5.0, 4.0, 5.0, 6.0, 5.0];
        let samples = base.described_by(columns, frames, values);
        let scaled = Scaler::fit(Scale::Standard, &samples).apply(&samples);
        let root = 5.0_f32.sqrt();
        assert_near(scaled.values(0), &[-3.0 / root, 0.0, -1.0 / root, 0.0]);
        assert_near(scaled.values(1), &[1.0 / root, 0.0, 3.0 / root, 0.0]);
    }

    #[test]
    fn a_scaler_read_back_is_the_scaler_written() {
        let train = rows(&[(0, &[1.0]), (0, &[2.5]), (0, &[7.0])], 1);
        for scale in [Scale::Standard, Scale::Robust, Scale::Quantile, Scale::Log, Scale::None] {
            let scaler = Scaler::fit(scale, &train);
            let text = serde_json::to_string(&scaler).unwrap();
            assert_eq!(serde_json::from_str::<Scaler>(&text).unwrap(), scaler);
        }
    }
}
