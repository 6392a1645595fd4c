//! Products of overlapping windows with one matrix, in fewer multiplications.
//!
//! Windows of several steps, one step apart, are a convolution. Of two windows half a window apart and
//! the halves a and b of a row, a x₀ + b x₁ and a x₁ + b x₂ take three products and not four:
//! a (x₀ − x₁), (a + b) x₁ and b (x₁ − x₂). Halves of windows are windows again, so that four
//! neighbouring windows of four steps take 9 products and not 16 (Winograd 1980, Arithmetic Complexity
//! of Computations).

use super::factor::{Factor, product_of_windows};
use crate::vectors::wide;

/// Steps of windows that are worked out in this way.
const STEPS: usize = 4;
/// Products that four of them take.
const PRODUCTS: usize = 9;

/// Rows that windows are multiplied with.
#[derive(Clone, Debug)]
pub struct Windows {
    factors: Factors,
    /// How far windows are apart, in numbers.
    step: usize,
}

/// The rows, laid out.
#[derive(Clone, Debug)]
enum Factors {
    /// As they are.
    Whole(Factor),
    /// With a, b, c and d the quarters of the rows: a, a + b and b; a + c, a + b + c + d and b + d; c,
    /// c + d and d.
    Parts(Box<[Factor; PRODUCTS]>, usize),
}

impl Windows {
    /// To multiply windows of `width` numbers, `step` apart, with each of these rows.
    ///
    /// # Panics
    /// When windows have no numbers or are not apart, a mistake of the caller.
    pub fn new(rows: &[f32], width: usize, step: usize) -> Self {
        if width != STEPS * step {
            return Self { factors: Factors::Whole(Factor::transposed(rows, width)), step };
        }
        let sum = |quarters: &[usize]| {
            let mut sum = Vec::with_capacity(rows.len() / STEPS);
            for row in rows.chunks_exact(width) {
                let number =
                    |at| -> f32 { quarters.iter().map(|quarter| row[quarter * step + at]).sum() };
                sum.extend((0..step).map(number));
            }
            Factor::transposed(&sum, step)
        };
        let quarters: [&[usize]; PRODUCTS] =
            [&[0], &[0, 1], &[1], &[0, 2], &[0, 1, 2, 3], &[1, 3], &[2], &[2, 3], &[3]];
        let columns = rows.len() / width;
        Self { factors: Factors::Parts(Box::new(quarters.map(sum)), columns), step }
    }

    /// How far windows are apart, in numbers.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Windows × rows, of all windows of `values`; to each row `start` is added.
    pub fn products(&self, values: &[f32], start: &[f32]) -> Vec<f32> {
        let step = self.step;
        let (factors, columns) = match &self.factors {
            Factors::Whole(factor) => return product_of_windows(values, step, factor, start),
            Factors::Parts(factors, columns) => (factors, *columns),
        };
        let count = (values.len() / step + 1).saturating_sub(STEPS);
        // Of each step what it differs from the next in and from the one after the next, and of these
        // what they differ from each other in: with zeros for steps that are not there.
        let groups = count.div_ceil(STEPS);
        let all = (groups + 1) * STEPS * step;
        let mut values = values.to_vec();
        values.resize(all, 0.0);
        let apart = |values: &[f32], steps: usize| {
            let mut apart = vec![0.0; all];
            subtract(&mut apart, values, &values[steps * step..]);
            apart
        };
        let (by_one, by_two) = (apart(&values, 1), apart(&values, 2));
        let by_both = apart(&by_two, 1);
        let sources = [
            (&by_both, 0),
            (&by_two, 1),
            (&by_both, 1),
            (&by_one, 2),
            (&values, 3),
            (&by_one, 3),
            (&by_both, 2),
            (&by_two, 3),
            (&by_both, 3),
        ];
        let products: [Vec<f32>; PRODUCTS] = std::array::from_fn(|at| {
            let (source, first) = sources[at];
            let windows = &source[first * step..][..(groups * STEPS).saturating_sub(3) * step];
            product_of_windows(windows, STEPS * step, &factors[at], &[])
        });
        let mut sums = vec![0.0; groups * STEPS * columns];
        combine(&mut sums, &products, start);
        sums.truncate(count * columns);
        sums
    }
}

wide! {
    /// What each number is more than another.
    fn subtract(differences: &mut [f32], values: &[f32], others: &[f32]) {
        let each = values.iter().zip(others);
        differences.iter_mut().zip(each).for_each(|(place, (value, other))| *place = value - other);
    }
}

wide! {
    /// The products of each four windows, of the nine products.
    fn combine(sums: &mut [f32], products: &[Vec<f32>; PRODUCTS], start: &[f32]) {
        let columns = start.len();
        for (group, sums) in sums.chunks_exact_mut(STEPS * columns).enumerate() {
            let [a, b, c, d, e, f, g, h, i] =
                products.each_ref().map(|product| &product[group * columns..][..columns]);
            let (first, rest) = sums.split_at_mut(columns);
            let (second, rest) = rest.split_at_mut(columns);
            let (third, fourth) = rest.split_at_mut(columns);
            for at in 0..columns {
                let (early, late) = (start[at] + d[at] + e[at], start[at] + e[at] - f[at]);
                first[at] = early + a[at] + b[at];
                second[at] = late + b[at] - c[at];
                third[at] = early - g[at] - h[at];
                fourth[at] = late - h[at] + i[at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::Windows;
    use crate::matrix::factor::{Factor, product_of_windows};
    use crate::seed::Seed;

    #[test]
    fn they_are_the_products_of_each_window() {
        let mut stream = Seed::new(3).stream();
        let mut numbers = |count: usize| -> Vec<f32> {
            (0..count).map(|_| stream.random::<f32>() - 0.5).collect()
        };
        // Four steps of 5, one, three, and windows of 7 that are no steps.
        for width in [20, 5, 15, 7] {
            let (rows, start) = (numbers(width * 18), numbers(18));
            let windows = Windows::new(&rows, width, 5);
            for length in [0, 4, width - 1, width, width + 4, width + 5, 97, 200] {
                let values = numbers(length);
                let known =
                    product_of_windows(&values, 5, &Factor::transposed(&rows, width), &start);
                let found = windows.products(&values, &start);
                assert_eq!(found.len(), known.len(), "{length} of {width}");
                let near = |(found, known): (&f32, &f32)| (found - known).abs() < 1e-5;
                assert!(found.iter().zip(&known).all(near), "{length} of {width}");
            }
        }
    }
}
