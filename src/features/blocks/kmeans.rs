//! K-means, on the plane and on the sphere.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::matrix::factor::{Factor, product_of_windows};
use crate::seed::Seed;
use crate::vectors::{add_places_of_largest, wide};

/// Points that meet the centres at a time, so that their products stay near the processor.
const CHUNK: usize = 64;

/// What "near" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Geometry {
    /// Smallest Euclidean distance.
    Plane,
    /// Largest scalar product with centres of length 1.
    Sphere,
}

/// `count` centres of points of `width` values, after `rounds` rounds from random points: centres ×
/// width. A centre that no point is near to is drawn anew from the points.
///
/// Needs at least `count` points.
pub(super) fn centres(
    points: &[f32],
    width: usize,
    count: usize,
    (geometry, rounds): (Geometry, usize),
    seed: Seed,
) -> Vec<f32> {
    let mut stream = seed.stream();
    let point = |at: usize| &points[at * width..(at + 1) * width];
    let mut order: Vec<usize> = (0..points.len() / width).collect();
    let (first, _) = order.partial_shuffle(&mut stream, count);
    let mut centres: Vec<f32> = first.iter().flat_map(|&at| point(at)).copied().collect();
    for _ in 0..rounds {
        let mut sums = vec![0.0; count * width];
        let mut held = vec![0_usize; count];
        let nearest = nearest(points, width, &centres, geometry);
        nearest.iter().for_each(|&centre| held[centre] += 1);
        add_to(&mut sums, &nearest, points, width);
        let places = centres.chunks_exact_mut(width).zip(sums.chunks_exact(width)).zip(held);
        for ((centre, sums), held) in places {
            if held == 0 {
                centre.copy_from_slice(point(stream.random_range(0..points.len() / width)));
                continue;
            }
            let scale = match geometry {
                Geometry::Plane => held as f64,
                // Points that cancel out leave a centre of length 0, to which none is near.
                Geometry::Sphere => {
                    sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt().max(f64::MIN_POSITIVE)
                }
            };
            centre.iter_mut().zip(sums).for_each(|(place, sum)| *place = (sum / scale) as f32);
        }
    }
    centres
}

/// The number of the nearest centre of each point, the first of them on a tie.
pub(super) fn nearest(
    points: &[f32],
    width: usize,
    centres: &[f32],
    geometry: Geometry,
) -> Vec<usize> {
    let starts: Vec<f32> = match geometry {
        Geometry::Plane => centres
            .chunks_exact(width)
            .map(|centre| centre.iter().map(|value| value * value).sum::<f32>() / -2.0)
            .collect(),
        Geometry::Sphere => Vec::new(),
    };
    let factor = Factor::transposed(centres, width);
    let mut nearest = Vec::with_capacity(points.len() / width);
    for chunk in points.chunks(CHUNK * width) {
        let products = product_of_windows(chunk, width, &factor, &starts);
        add_places_of_largest(&products, centres.len() / width, &mut nearest);
    }
    nearest
}

wide! {
    /// Adds each point to the sums of its place.
    fn add_to(sums: &mut [f64], places: &[usize], points: &[f32], width: usize) {
        for (place, point) in places.iter().zip(points.chunks_exact(width)) {
            let sums = &mut sums[place * width..][..width];
            sums.iter_mut().zip(point).for_each(|(sum, value)| *sum += f64::from(*value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Geometry, centres, nearest};
    use crate::seed::Seed;

    #[test]
    fn two_heaps_have_a_centre_each() {
        let points: Vec<f32> =
            (0..40_u8).flat_map(|i| [f32::from(i % 2) * 10.0, f32::from(i) / 40.0]).collect();
        let found = centres(&points, 2, 2, (Geometry::Plane, 8), Seed::new(3));
        let mut firsts = [found[0], found[2]];
        firsts.sort_by(f32::total_cmp);
        assert_eq!(firsts, [0.0, 10.0]);
        let of_first = nearest(&points, 2, &found, Geometry::Plane);
        assert!(of_first.chunks_exact(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn on_the_sphere_only_directions_count() {
        let points = [1.0, 0.1, 0.9, 0.0, 0.0, 1.0, 0.1, 0.8];
        let found = centres(&points, 2, 2, (Geometry::Sphere, 8), Seed::new(1));
        for centre in found.chunks_exact(2) {
            assert!((centre[0].hypot(centre[1]) - 1.0).abs() < 1e-6);
        }
        let of = nearest(&[0.2, 0.01, 0.0, 30.0], 2, &found, Geometry::Sphere);
        assert_ne!(of[0], of[1]);
    }

    #[test]
    fn fewer_different_points_than_centres_are_no_trouble() {
        let found = centres(&[2.0; 10], 2, 4, (Geometry::Plane, 3), Seed::new(1));
        assert_eq!(found, [2.0; 8]);
    }
}
