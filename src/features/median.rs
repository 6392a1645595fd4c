//! The median of 31 neighbours, for every place of a long row: the cost of splitting harmonic from
//! percussive sound.
//!
//! Neighbouring windows share most of their elements, so the work is shared as well. For sixteen
//! windows in a row, the sixteen elements that all of them hold are sorted once; halving the group
//! again and again, each half adds the 8, 4, 2, 1 elements that only it shares, and drops as many
//! at both ends, which can no longer be the median. Everything is done by `min` and `max` of
//! sorting networks (Batcher 1968), without a branch, for four rows at once: 28 operations an
//! element, where a sorted window that is updated element by element takes about 190.

#![allow(clippy::inline_always, reason = "the networks must become one straight piece of code")]

/// How many neighbours, itself included, an element is the median of.
pub(crate) const WIDTH: usize = 31;
/// Elements before, and after, the one in the middle.
const REACH: usize = WIDTH / 2;
/// Windows whose work is shared.
const GROUP: usize = 16;
/// Rows that are filtered at once: one SSE register of `f32`.
pub(crate) const LANES: usize = 4;

/// One element of [`LANES`] rows.
pub(crate) type Lanes = [f32; LANES];

/// Written so that it compiles to one `minps`; `f32::min` would also have to look for NaN.
#[inline(always)]
fn min(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
}

#[inline(always)]
fn max(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
}

/// Puts elements `i` and `j` in order.
#[inline(always)]
fn order<const N: usize>(v: &mut [Lanes; N], i: usize, j: usize) {
    (v[i], v[j]) = (min(v[i], v[j]), max(v[i], v[j]));
}

/// Eight neighbouring elements: their halves sorted, and the whole sorted.
#[derive(Clone, Copy)]
struct Block {
    lower: [Lanes; 4],
    upper: [Lanes; 4],
    sorted: [Lanes; 8],
}

#[inline(always)]
fn sort4(elements: &[Lanes]) -> [Lanes; 4] {
    let mut v = [elements[0], elements[1], elements[2], elements[3]];
    for (i, j) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] {
        order(&mut v, i, j);
    }
    v
}

#[inline(always)]
fn block(elements: &[Lanes]) -> Block {
    let (lower, upper) = (sort4(&elements[..4]), sort4(&elements[4..8]));
    let mut v = [[0.0; LANES]; 8];
    v[..4].copy_from_slice(&lower);
    v[4..].copy_from_slice(&upper);
    // Batcher's odd-even merge of two sorted quadruples.
    for (i, j) in [(0, 4), (1, 5), (2, 6), (3, 7), (2, 4), (3, 5), (1, 2), (3, 4), (5, 6)] {
        order(&mut v, i, j);
    }
    Block { lower, upper, sorted: v }
}

/// Sorts a sequence that first rises and then falls, or the other way round.
#[inline(always)]
fn sort_bitonic<const N: usize>(v: &mut [Lanes; N]) {
    let mut half = N / 2;
    while half > 0 {
        for i in 0..N {
            if i & half == 0 {
                order(v, i, i + half);
            }
        }
        half /= 2;
    }
}

/// Two sorted eights become the lower and the upper half of a sorted sixteen.
#[inline(always)]
fn merge(a: &[Lanes; 8], b: &[Lanes; 8]) -> ([Lanes; 8], [Lanes; 8]) {
    let mut lower = std::array::from_fn(|i| min(a[i], b[7 - i]));
    let mut upper = std::array::from_fn(|i| max(a[i], b[7 - i]));
    sort_bitonic(&mut lower);
    sort_bitonic(&mut upper);
    (lower, upper)
}

/// The middle third of a sorted `lower`, `upper` and N `more` sorted elements, sorted.
#[inline(always)]
fn narrow<const N: usize>(lower: &[Lanes], upper: &[Lanes], more: &[Lanes; N]) -> [Lanes; N] {
    // The N smallest of all are among the N lower and the N new; what is larger of each opposite
    // pair stays. Likewise for the N largest.
    let mut v: [Lanes; N] = std::array::from_fn(|i| max(lower[i], more[N - 1 - i]));
    sort_bitonic(&mut v);
    let mut v: [Lanes; N] = std::array::from_fn(|i| min(v[i], upper[N - 1 - i]));
    sort_bitonic(&mut v);
    v
}

/// The medians of one half of a group: eight windows that share `lower`, `upper` and `eight`.
/// `near` are the quadruples that its own halves add; `element(d)` is the one `d` places after the
/// first window's middle.
#[inline(always)]
fn medians(
    (lower, upper): &([Lanes; 8], [Lanes; 8]),
    eight: &[Lanes; 8],
    near: [&[Lanes; 4]; 2],
    element: impl Fn(isize) -> Lanes,
    out: &mut [Lanes],
) {
    let eight = narrow(lower, upper, eight);
    for (quarter, near) in near.into_iter().enumerate() {
        let four = narrow(&eight[..4], &eight[4..], near);
        for pair in 0..2 {
            let first = 4 * quarter + 2 * pair;
            // Its two windows share the pair just outside the quarter's common elements.
            let d = first as isize + if pair == 0 { -14 } else { 14 };
            let (a, b) = (element(d), element(d + 1));
            let two = narrow(&four[..2], &four[2..], &[min(a, b), max(a, b)]);
            for window in [first, first + 1] {
                let d = window as isize + if window % 2 == 0 { -15 } else { 15 };
                out[window] = min(max(two[0], element(d)), two[1]);
            }
        }
    }
}

/// Medians along rows of any length, four rows at once.
pub(crate) struct MedianFilter {
    length: usize,
    /// From [`GROUP`] elements before the first to 2·[`GROUP`] - 1 after the last group.
    elements: Vec<Lanes>,
    /// The same in eights.
    blocks: Vec<Block>,
    medians: Vec<Lanes>,
}

impl MedianFilter {
    /// A filter for rows of `length` elements.
    pub(crate) fn new(length: usize) -> Self {
        let whole = length.next_multiple_of(GROUP);
        let elements = vec![[0.0; LANES]; whole + 2 * GROUP];
        Self { length, elements, blocks: Vec::new(), medians: vec![[0.0; LANES]; whole] }
    }

    /// Where the elements of the rows are to be written.
    pub(crate) fn elements(&mut self) -> &mut [Lanes] {
        &mut self.elements[GROUP..][..self.length]
    }

    /// The median of the 31 around each element. Beyond its ends a row is mirrored, its last
    /// element repeated (d c b a | a b c d | d c b a).
    pub(crate) fn medians(&mut self) -> &[Lanes] {
        let (length, period) = (self.length, 2 * self.length);
        for distance in 1..=REACH {
            let inside = (distance - 1) % period;
            let mirrored = inside.min(period - 1 - inside);
            self.elements[GROUP - distance] = self.elements[GROUP + mirrored];
            self.elements[GROUP + length - 1 + distance] =
                self.elements[GROUP + length - 1 - mirrored];
        }
        self.blocks.clear();
        self.blocks.extend(self.elements.chunks_exact(8).map(block));
        for (group, out) in self.medians.chunks_exact_mut(GROUP).enumerate() {
            // From the group before to the group after.
            let around = &self.elements[GROUP * group..][..3 * GROUP];
            let blocks = &self.blocks[GROUP / 8 * group..][..6];
            let common = merge(&blocks[2].sorted, &blocks[3].sorted);
            let element = |d: isize| around[(GROUP as isize + d) as usize];
            let near = [&blocks[0].upper, &blocks[4].lower];
            medians(&common, &blocks[1].sorted, near, element, &mut out[..8]);
            let element = |d: isize| around[(GROUP as isize + 8 + d) as usize];
            let near = [&blocks[1].upper, &blocks[5].lower];
            medians(&common, &blocks[4].sorted, near, element, &mut out[8..]);
        }
        &self.medians[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::{LANES, MedianFilter, REACH};
    use crate::seed::Seed;

    #[test]
    fn it_is_the_median_of_the_mirrored_row_at_every_length() {
        let mut stream = Seed::new(31).stream();
        for length in (1..70).chain([1025, 1293]) {
            // Few different values, so that ties are common.
            let row: Vec<f32> =
                (0..length).map(|_| (stream.random::<f32>() * 9.0).round()).collect();
            let mirrored = |i: isize| {
                let inside = i.rem_euclid(2 * length as isize) as usize;
                row[inside.min(2 * length - 1 - inside)]
            };
            let mut filter = MedianFilter::new(length);
            for (lanes, &value) in filter.elements().iter_mut().zip(&row) {
                *lanes = std::array::from_fn(|lane| value * lane as f32);
            }
            for (i, found) in filter.medians().iter().enumerate() {
                let reach = REACH as isize;
                let mut around: Vec<f32> =
                    (-reach..=reach).map(|d| mirrored(i as isize + d)).collect();
                around.sort_by(f32::total_cmp);
                let wanted: [f32; LANES] = std::array::from_fn(|k| around[REACH] * k as f32);
                assert_eq!(*found, wanted, "element {i} of {length}");
            }
        }
    }
}
