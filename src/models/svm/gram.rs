//! Kernel values between rows, for our own solver.

use pulp::{Simd, WithSimd};

use super::machines::KernelFunction;
use crate::vectors::vectorised;

/// Vectors of rows that one row is held against at once.
const ABREAST: usize = 4;
/// Numbers in the widest vectors of any processor, so many.
const WIDEST: usize = 8 * ABREAST;

/// Kernel values between all of some rows.
#[derive(Clone, Debug)]
pub(super) struct Gram {
    size: usize,
    values: Vec<f64>,
}

impl Gram {
    /// Between these rows, which all are as long as the first.
    pub(super) fn of(kernel: KernelFunction, rows: &[&[f32]]) -> Self {
        let size = rows.len();
        let stride = size.next_multiple_of(WIDEST);
        let columns = turned(rows, stride);
        let mut values = vec![0.0; size * size];
        for (i, row) in rows.iter().enumerate() {
            let values = &mut values[i * size..][..=i];
            vectorised(Against { kernel, row, columns: &columns, stride, values });
        }
        mirror(&mut values, size);
        Self { size, values }
    }

    /// Between some of its rows, in this order.
    pub(super) fn among(&self, rows: &[usize]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * rows.len());
        for &i in rows {
            let row = self.row(i);
            values.extend(rows.iter().map(|&j| row[j]));
        }
        Self { size: rows.len(), values }
    }

    /// How many rows there are.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Between the `i`th row and each.
    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }
}

/// Columns of the rows, one after another, each filled up with zeros to `stride` numbers.
fn turned(rows: &[&[f32]], stride: usize) -> Vec<f64> {
    let width = rows.first().map_or(0, |row| row.len());
    let mut columns = vec![0.0; width * stride];
    for (i, row) in rows.iter().enumerate() {
        for (value, place) in row.iter().zip(columns[i..].iter_mut().step_by(stride)) {
            *place = f64::from(*value);
        }
    }
    columns
}

/// Copies what stands below the diagonal to the other side of it, tile by tile, so that neither side
/// is walked through with long strides.
fn mirror(values: &mut [f64], size: usize) {
    for from in (0..size).step_by(WIDEST) {
        for to in (0..=from).step_by(WIDEST) {
            for i in from..size.min(from + WIDEST) {
                for j in to..i.min(to + WIDEST) {
                    values[j * size + i] = values[i * size + j];
                }
            }
        }
    }
}

/// One row against the first rows, as many as there are `values`.
struct Against<'a> {
    kernel: KernelFunction,
    row: &'a [f32],
    columns: &'a [f64],
    stride: usize,
    values: &'a mut [f64],
}

impl WithSimd for Against<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.kernel {
            KernelFunction::Linear => self.sums(simd, |a, b, sum| simd.mul_add_e_f64s(a, b, sum)),
            KernelFunction::Rbf { gamma } => {
                let values = self.sums(simd, |a, b, sum| {
                    let difference = simd.sub_f64s(a, b);
                    simd.mul_add_e_f64s(difference, difference, sum)
                });
                values.iter_mut().for_each(|value| *value = (-gamma * *value).exp());
                values
            }
        };
    }
}

impl<'a> Against<'a> {
    /// Adds a term for each column; gives the sums.
    #[inline(always)]
    fn sums<S: Simd>(
        self,
        simd: S,
        add: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s,
    ) -> &'a mut [f64] {
        let Self { row, columns, stride, values, .. } = self;
        let abreast = ABREAST * S::F64_LANES;
        for (at, values) in values.chunks_mut(abreast).enumerate() {
            let mut sums = [simd.splat_f64s(0.0); ABREAST];
            for (column, &value) in columns.chunks_exact(stride).zip(row) {
                let value = simd.splat_f64s(f64::from(value));
                let (others, _) = S::as_simd_f64s(&column[at * abreast..][..abreast]);
                for (sum, &other) in sums.iter_mut().zip(others) {
                    *sum = add(value, other, *sum);
                }
            }
            let mut found = [0.0; WIDEST];
            let (whole, _) = S::as_mut_simd_f64s(&mut found[..abreast]);
            whole.copy_from_slice(&sums);
            values.copy_from_slice(&found[..values.len()]);
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::testing::blobs;

    #[test]
    fn every_pair_has_its_kernel_on_both_sides() {
        let samples = blobs(3, 27, 7, 2.0, 1);
        let rows: Vec<&[f32]> = (0..samples.len()).map(|i| samples.values(i)).collect();
        for kernel in [KernelFunction::Linear, KernelFunction::Rbf { gamma: 0.3 }] {
            let gram = Gram::of(kernel, &rows);
            for (i, first) in rows.iter().enumerate() {
                for (j, second) in rows.iter().enumerate() {
                    let known = kernel.between(first, second);
                    assert!((gram.row(i)[j] - known).abs() < 1e-12 * (1.0 + known.abs()));
                    assert_eq!(gram.row(i)[j], gram.row(j)[i]);
                }
            }
            let part = gram.among(&[40, 3]);
            assert_eq!((part.size(), part.row(0)[1]), (2, gram.row(40)[3]));
        }
    }
}
