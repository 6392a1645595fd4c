//! The training tracks that a clip is most like.

use serde::{Deserialize, Serialize};

/// How many are named.
const NAMED: usize = 3;

/// A training track like a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// The track.
    pub track: String,
    /// Its genre.
    pub genre: String,
    /// Euclidean distance of the standardised columns.
    pub distance: f64,
}

/// Training tracks, each with its standardised columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Neighbours {
    centres: Vec<f32>,
    spreads: Vec<f32>,
    tracks: Vec<String>,
    genres: Vec<usize>,
    /// Row after row, before standardising.
    values: Vec<f32>,
}

impl Neighbours {
    /// Rows of one width, each with the name of its track and the number of its genre.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    pub fn of(rows: Vec<(String, usize, Vec<f32>)>) -> Self {
        let width = rows.first().map_or(0, |row| row.2.len());
        let column = |at: usize| rows.iter().map(move |row| f64::from(row.2[at]));
        let count = rows.len().max(1) as f64;
        let (mut centres, mut spreads) = (Vec::new(), Vec::new());
        for at in 0..width {
            let centre = column(at).sum::<f64>() / count;
            let spread = (column(at).map(|it| (it - centre).powi(2)).sum::<f64>() / count).sqrt();
            centres.push(centre as f32);
            spreads.push(if spread > 0.0 { spread as f32 } else { 1.0 });
        }
        let mut kept =
            Self { centres, spreads, tracks: Vec::new(), genres: Vec::new(), values: Vec::new() };
        for (track, genre, row) in rows {
            kept.tracks.push(track);
            kept.genres.push(genre);
            kept.values.extend(row);
        }
        kept
    }

    /// Whether its parts belong together.
    pub fn fits(&self, width: usize, genres: usize) -> bool {
        self.centres.len() == width
            && self.spreads.len() == width
            && self.genres.len() == self.tracks.len()
            && self.values.len() == self.tracks.len() * width
            && self.genres.iter().all(|&genre| genre < genres)
    }

    /// The nearest tracks, nearest first; of a track that is there in parts, its nearest part.
    pub fn nearest(&self, row: &[f32], genres: &[String]) -> Vec<Similar> {
        let width = self.centres.len();
        let distance = |at: usize| -> f64 {
            let known = &self.values[at * width..(at + 1) * width];
            let square = |column: usize| {
                f64::from((row[column] - known[column]) / self.spreads[column]).powi(2)
            };
            (0..width).map(square).sum::<f64>().sqrt()
        };
        let mut order: Vec<(f64, usize)> =
            (0..self.tracks.len()).map(|at| (distance(at), at)).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut named: Vec<Similar> = Vec::new();
        for (distance, at) in order {
            let track = &self.tracks[at];
            if named.len() == NAMED {
                break;
            }
            if named.iter().all(|it| it.track != *track) {
                let genre = genres[self.genres[at]].clone();
                named.push(Similar { track: track.clone(), genre, distance });
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::Neighbours;

    #[test]
    fn columns_count_by_their_spread_and_a_track_is_named_once() {
        let row = |track: &str, genre, values: [f32; 2]| (track.to_owned(), genre, values.to_vec());
        let known = Neighbours::of(vec![
            row("a", 0, [0.0, 0.0]),
            row("a", 0, [0.1, 0.0]),
            row("b", 1, [1.0, 0.0]),
            row("c", 1, [0.0, 5000.0]),
            row("d", 0, [2.0, 5000.0]),
        ]);
        let genres = ["blues".to_owned(), "pop".to_owned()];
        let found = known.nearest(&[0.0, 100.0], &genres);
        let names: Vec<&str> = found.iter().map(|it| it.track.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(found[1].genre, "pop");
        assert!(known.fits(2, 2) && !known.fits(3, 2) && !known.fits(2, 1));
    }
}
