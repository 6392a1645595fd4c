//! Inner loops compiled for the widest vectors of the processor at hand, and what such loops call.

use std::f32::consts::{LN_2, LOG2_E};

use pulp::{Arch, Simd, WithSimd};

/// Runs the work with the instructions this processor has.
///
/// What the work calls must be inlined into it, or it is compiled for the oldest processors. So is
/// the body of a closure, which cannot be told to be: the macro `wide` makes functions that are.
#[inline]
pub fn vectorised<W: WithSimd>(work: W) -> W::Output {
    // Asked for by name, because the library looks for the former only as it is built here.
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return Simd::vectorize(simd, work);
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            return Simd::vectorize(simd, work);
        }
    }
    Arch::new().dispatch(work)
}

/// Makes a function whose body runs as [`vectorised`] work.
macro_rules! wide {
    ($(#[$about:meta])* $vis:vis fn $name:ident($($given:ident: $type:ty),+ $(,)?) $body:block) => {
        $(#[$about])*
        $vis fn $name($($given: $type),+) {
            struct Work<T>(T);
            impl pulp::WithSimd for Work<($($type,)+)> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) {
                    let Self(($($given,)+)) = self;
                    $body
                }
            }
            $crate::vectors::vectorised(Work(($($given,)+)));
        }
    };
}
pub(crate) use wide;

wide! {
    /// Adds rows of as many values as there are sums to them, in double precision.
    pub fn add_rows(rows: &[f32], sums: &mut [f64]) {
        for row in rows.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
        }
    }
}

/// The larger number. A comparison, because `f32::max` would also have to look for NaN.
#[inline(always)]
pub fn larger(one: f32, other: f32) -> f32 {
    if one > other { one } else { other }
}

/// Adds the place of each row's largest value, the first of them on a tie; 0 where there is none.
pub fn add_places_of_largest(rows: &[f32], width: usize, places: &mut Vec<usize>) {
    vectorised(Largest { rows, width, places });
}

/// The work of [`add_places_of_largest`].
struct Largest<'a> {
    rows: &'a [f32],
    width: usize,
    places: &'a mut Vec<usize>,
}

impl WithSimd for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Places are numbers of single precision, so that they are chosen by the same instructions.
        let lanes: [f32; 64] = std::array::from_fn(|lane| lane as f32);
        let lanes = simd.partial_load_f32s(&lanes[..S::F32_LANES]);
        let step = simd.splat_f32s(S::F32_LANES as f32);
        for row in self.rows.chunks_exact(self.width) {
            let (whole, rest) = S::as_simd_f32s(row);
            let largest = highest(simd, whole, rest);
            let (each, mut at) = (simd.splat_f32s(largest), lanes);
            let mut place = simd.splat_f32s(f32::INFINITY);
            for &values in whole {
                let found = simd.select_f32s(simd.equal_f32s(values, each), at, place);
                place = simd.min_f32s(found, place);
                at = simd.add_f32s(at, step);
            }
            let place = simd.reduce_min_f32s(place);
            self.places.push(if place.is_finite() {
                place as usize
            } else {
                let found = rest.iter().position(|value| *value == largest);
                found.map_or(0, |place| row.len() - rest.len() + place)
            });
        }
    }
}

/// The largest number of a row.
#[inline(always)]
fn highest<S: Simd>(simd: S, whole: &[S::f32s], rest: &[f32]) -> f32 {
    let least = simd.splat_f32s(f32::NEG_INFINITY);
    let each = whole.iter().fold(least, |all, one| simd.max_f32s(all, *one));
    rest.iter().fold(simd.reduce_max_f32s(each), |all, &one| larger(one, all))
}

/// eˣ within 2e-7 of it, as 2 to a whole power times 2 to a rest of at most a half.
///
/// Beyond ± 87, where single precision ends, it stays as it is there.
#[inline(always)]
pub fn exponential(value: f32) -> f32 {
    /// 1.5 · 2²³: numbers of this size have no fraction, so adding it rounds, and the lowest bits of
    /// the sum are the rounded number.
    const WHOLE: f32 = 12_582_912.0;
    let power = value.clamp(-87.0, 87.0) * LOG2_E;
    let shifted = power + WHOLE;
    let rest = (power - (shifted - WHOLE)) * LN_2;
    // The series of eˣ; its next term is at most 1.2e-7.
    let mut series = 1.0 / 720.0;
    for term in [120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        series = series * rest + 1.0 / term;
    }
    // A number's power of two stands above its 23 bits of fraction, counted from 127.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    series * scale
}

/// Makes eˣ of each logarithm, divided by their sum over its row of `width`.
pub fn to_shares(logarithms: &mut [f32], width: usize) {
    vectorised(Shares { logarithms, width });
}

/// The work of [`to_shares`].
struct Shares<'a> {
    logarithms: &'a mut [f32],
    width: usize,
}

impl WithSimd for Shares<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { logarithms, width } = self;
        for row in logarithms.chunks_exact_mut(width) {
            let (whole, rest) = S::as_mut_simd_f32s(row);
            let largest = highest(simd, whole, rest);
            let each = simd.splat_f32s(largest);
            whole.iter_mut().for_each(|values| *values = simd.sub_f32s(*values, each));
            rest.iter_mut().for_each(|value| *value -= largest);
        }
        for value in &mut *logarithms {
            // Nothing, where products with it would be subnormal numbers, which take a processor a
            // hundred times as long as others.
            let kept = if *value > -60.0 { 1.0 } else { 0.0 };
            *value = kept * exponential(*value);
        }
        for row in logarithms.chunks_exact_mut(width) {
            let (whole, rest) = S::as_mut_simd_f32s(row);
            let each = simd.splat_f32s(0.0);
            let each = whole.iter().fold(each, |all, one| simd.add_f32s(all, *one));
            let scale = (simd.reduce_sum_f32s(each) + rest.iter().sum::<f32>()).recip();
            let each = simd.splat_f32s(scale);
            whole.iter_mut().for_each(|values| *values = simd.mul_f32s(*values, each));
            rest.iter_mut().for_each(|value| *value *= scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{add_places_of_largest, exponential, to_shares};

    wide! {
        fn all(values: &mut [f32]) {
            values.iter_mut().for_each(|value| *value = exponential(*value));
        }
    }

    #[test]
    fn it_is_within_its_bound_for_whatever_is_not_above_one() {
        let values: Vec<f32> = (-350_000..=0).map(|step| step as f32 / 4000.0).collect();
        let mut found = values.clone();
        all(&mut found);
        for (found, value) in found.iter().zip(values) {
            let wrong = f64::from(*found) - f64::from(value).exp();
            assert!(wrong.abs() < 4e-7, "exponential({value}) is {wrong} off");
        }
        assert_eq!((exponential(0.0), exponential(f32::NAN).is_nan()), (1.0, true));
    }

    #[test]
    fn shares_are_those_of_the_definition_at_any_width() {
        for width in [1, 5, 16, 40] {
            let logarithms: Vec<f32> =
                (0..3 * width).map(|i| ((i * 29) % 17) as f32 * 9.0 - 300.0).collect();
            let mut shares = logarithms.clone();
            to_shares(&mut shares, width);
            for (shares, logarithms) in shares.chunks(width).zip(logarithms.chunks(width)) {
                let largest = logarithms.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let each = logarithms.iter().map(|x| f64::from(x - largest).exp());
                let total: f64 = each.clone().sum();
                for (share, known) in shares.iter().zip(each) {
                    assert!((f64::from(*share) - known / total).abs() < 1e-6);
                    assert!(*share == 0.0 || *share > f32::MIN_POSITIVE);
                }
            }
        }
    }

    #[test]
    fn the_first_of_the_largest_is_found_wherever_it_stands() {
        for (size, place) in [(1, 0), (16, 3), (40, 0), (40, 17), (40, 39), (256, 200), (9, 8)] {
            let mut values = vec![-5.0; 3 * size];
            values[place..size].fill(-2.0);
            values[2 * size + place] = f32::INFINITY;
            let mut places = vec![7];
            add_places_of_largest(&values, size, &mut places);
            assert_eq!(places, [7, place, 0, place]);
        }
        let mut places = Vec::new();
        add_places_of_largest(&[f32::NAN; 40], 20, &mut places);
        assert_eq!(places, [0, 0]);
    }
}
