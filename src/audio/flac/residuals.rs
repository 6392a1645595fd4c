//! Samples that are told by how far they are from what the ones before predict.
//!
//! Two chains in which each number waits for the one before: where in the bits the next residual
//! begins, and what the last samples predict. Both go on at once.

use pulp::{Simd, WithSimd};

use super::LEAD;
use super::bits::{Bits, SEEN};
use crate::vectors::vectorised;

/// Samples back to which a prediction waits for samples that were only just known.
const NEAR: usize = 3;
/// Residuals for which bits are looked up once, if these are enough. Looking up whenever they run out
/// takes longer, as no processor can tell when that is.
const AT_ONCE: usize = 3;

/// Decodes the samples that follow the first ones: each is a residual more than the sum of the ones
/// before, weighted (the last one first), and divided by a power of two.
pub(super) fn predicted(
    bits: &mut Bits<'_>,
    weights: &[i32],
    shift: u32,
    samples: &mut [f64],
) -> Option<()> {
    match weights.len() {
        0..=3 => residuals::<0>(bits, weights, shift, samples),
        4..=6 => residuals::<3>(bits, weights, shift, samples),
        7..=8 => residuals::<5>(bits, weights, shift, samples),
        9..=10 => residuals::<7>(bits, weights, shift, samples),
        11..=12 => residuals::<9>(bits, weights, shift, samples),
        _ => residuals::<{ LEAD - NEAR }>(bits, weights, shift, samples),
    }
}

/// The same with up to `FAR` weights more than [`NEAR`].
fn residuals<const FAR: usize>(
    bits: &mut Bits<'_>,
    given: &[i32],
    shift: u32,
    samples: &mut [f64],
) -> Option<()> {
    let (mut near, mut far) = ([0; NEAR], [0.0; FAR]);
    near.iter_mut().zip(given).for_each(|(place, weight)| *place = i64::from(*weight));
    let places = far.iter_mut().rev().zip(given.iter().skip(NEAR));
    places.for_each(|(place, weight)| *place = f64::from(*weight));
    let weights = Weights { near, far, shift };
    let size = samples.len() - LEAD;
    let (method, order) = (bits.take(2), bits.take(4));
    let parts = 1_usize << order;
    if method > 1 || !size.is_multiple_of(parts) {
        return None;
    }
    let (length, escape) = if method == 0 { (4, 15) } else { (5, 31) };
    let mut at = LEAD + given.len();
    for part in 0..parts {
        let parameter = bits.take(length);
        let count = (size / parts).checked_sub(if part == 0 { given.len() } else { 0 })?;
        // With all that the first of them looks back at.
        let samples = &mut samples[at - NEAR - FAR..at + count];
        at += count;
        if parameter == escape {
            let width = bits.take(5);
            let mut last = Weights::<FAR>::last(samples, NEAR + FAR);
            for at in NEAR + FAR..samples.len() {
                samples[at] = weights.next(bits.signed(width), samples, at, &mut last);
            }
        } else {
            *bits = vectorised(Part { bits: *bits, parameter, weights: &weights, samples })?;
        }
        if bits.is_over() {
            return None;
        }
    }
    Some(())
}

/// What samples before are multiplied with, the last one first.
struct Weights<const FAR: usize> {
    near: [i64; NEAR],
    /// Those for samples further back, the last one last. Double precision holds all their sums, and is
    /// multiplied twice as fast as whole numbers are.
    far: [f64; FAR],
    /// The power of two that the sum is divided by.
    shift: u32,
}

impl<const FAR: usize> Weights<FAR> {
    /// The last samples that [`Self::next`] asks for, the last one first.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn last(samples: &[f64], at: usize) -> [i64; NEAR] {
        std::array::from_fn(|back| samples[at - 1 - back] as i64)
    }

    /// The sample at a place, given its residual and the last ones, of which it becomes one.
    ///
    /// Of a damaged stream it may be anything; whether it is one that has so many bits is asked later.
    #[inline(always)]
    #[allow(clippy::cast_possible_wrap)]
    fn next(&self, residual: i32, samples: &[f64], at: usize, last: &mut [i64; NEAR]) -> f64 {
        /// 1.5 · 2⁵²: the lowest bits of a sum with it are those of a whole number that was added.
        const WHOLE: f64 = 6_755_399_441_055_744.0;
        let mut far = WHOLE;
        for (weight, sample) in self.far.iter().zip(&samples[at - NEAR - FAR..at - NEAR]) {
            far += weight * sample;
        }
        let mut sum = far.to_bits().wrapping_sub(WHOLE.to_bits()) as i64;
        // One by one: in a loop they would become a vector, which takes longer than they do.
        let ([first, second, third], [one, two, three]) = (self.near, *last);
        sum = sum.wrapping_add(third.wrapping_mul(three));
        sum = sum.wrapping_add(second.wrapping_mul(two));
        sum = sum.wrapping_add(first.wrapping_mul(one));
        let sample = (sum >> self.shift).wrapping_add(residual.into());
        *last = [sample, one, two];
        sample as f64
    }
}

/// Residuals in the code of Rice, and the samples that they make.
struct Part<'a, 'b, const FAR: usize> {
    bits: Bits<'a>,
    parameter: u32,
    weights: &'b Weights<FAR>,
    /// After as many before them as there are weights.
    samples: &'b mut [f64],
}

impl<'a, const FAR: usize> WithSimd for Part<'a, '_, FAR> {
    type Output = Option<Bits<'a>>;

    /// Not with vectors, but newer processors count zeros and shift in one instruction.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn with_simd<S: Simd>(self, _: S) -> Option<Bits<'a>> {
        let Self { mut bits, parameter, weights, samples } = self;
        let mut last = Weights::<FAR>::last(samples, NEAR + FAR);
        for start in (NEAR + FAR..samples.len()).step_by(AT_ONCE) {
            let mut seen = Seen { next: bits.next(), count: SEEN };
            for at in start..samples.len().min(start + AT_ONCE) {
                let zeros = seen.next.leading_zeros();
                let length = zeros + 1 + parameter;
                let number = if length <= seen.count {
                    let lower = (seen.next << zeros << 1) >> 1 >> (63 - parameter);
                    bits.taken += length as usize;
                    seen = Seen { next: seen.next << length, count: seen.count - length };
                    zeros << parameter | lower as u32
                } else {
                    let (number, rest) = bits.number_of_rice(parameter)?;
                    bits = rest;
                    seen = Seen { next: bits.next(), count: SEEN };
                    number
                };
                let residual = (number >> 1).cast_signed() ^ -(number & 1).cast_signed();
                samples[at] = weights.next(residual, samples, at, &mut last);
            }
        }
        Some(bits)
    }
}

/// Bits that were looked up.
struct Seen {
    next: u64,
    count: u32,
}
