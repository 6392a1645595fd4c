//! Tens of thousands of shaded cells in little SVG.
//!
//! A rectangle for each cell would make megabytes. Here shares become a few shades, neighbours of
//! one shade in a row become one run, and all runs of a shade are strokes of a single path.

use std::fmt::Write as _;

use super::colour::sequential;

/// Shades that shares are rounded to: more than an eye tells apart side by side.
const SHADES: usize = 21;

/// Shades in columns and rows.
pub(super) struct Raster {
    columns: usize,
    /// The shade of each cell, row after row from the top.
    cells: Vec<usize>,
}

/// The path of one shade, and where its pen is.
#[derive(Default)]
struct Path {
    strokes: String,
    column: usize,
    row: usize,
}

impl Raster {
    /// Cells darker the larger `share` of their column and row (from the top) is, in 0..=1.
    pub(super) fn new(
        (columns, rows): (usize, usize),
        share: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let shade = |share: f64| (share.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize;
        let row = |row| (0..columns).map(move |column| (column, row));
        let cells = (0..rows).flat_map(row).map(|(column, row)| shade(share(column, row)));
        Self { columns, cells: cells.collect() }
    }

    /// SVG that fills the rectangle between two corners.
    pub(super) fn svg(&self, from: [f64; 2], to: [f64; 2]) -> String {
        let rows = self.cells.len() / self.columns;
        let [wide, high] =
            [(to[0] - from[0]) / self.columns as f64, (to[1] - from[1]) / rows as f64];
        // Strokes are one row thick and run along its middle. Without smoothing of edges no seam
        // shows between neighbours.
        let mut svg = format!(
            "<g transform=\"translate({} {}) scale({wide} {high})\" fill=\"none\" \
             shape-rendering=\"crispEdges\">\n",
            from[0],
            from[1] + high / 2.0
        );
        let ground = self.commonest();
        let _ = writeln!(
            svg,
            "<rect y=\"-0.5\" width=\"{}\" height=\"{rows}\" fill=\"{}\"/>",
            self.columns,
            colour(ground)
        );
        for (shade, path) in self.paths(ground).iter().enumerate() {
            if !path.strokes.is_empty() {
                let (colour, strokes) = (colour(shade), &path.strokes);
                let _ = writeln!(svg, "<path stroke=\"{colour}\" d=\"{strokes}\"/>");
            }
        }
        svg += "</g>\n";
        svg
    }

    /// The shade that is not drawn because everything lies on it.
    fn commonest(&self) -> usize {
        let count = |shade: &usize| self.cells.iter().filter(|cell| *cell == shade).count();
        (0..SHADES).max_by_key(count).unwrap_or(0)
    }

    /// Strokes of each shade but `ground`, moves being relative to the last stroke's end.
    fn paths(&self, ground: usize) -> Vec<Path> {
        let mut paths: Vec<Path> = (0..SHADES).map(|_| Path::default()).collect();
        for (row, cells) in self.cells.chunks_exact(self.columns).enumerate() {
            let mut column = 0;
            for run in cells.chunk_by(|a, b| a == b) {
                if run[0] != ground {
                    paths[run[0]].stroke(column, row, run.len());
                }
                column += run.len();
            }
        }
        paths
    }
}

impl Path {
    fn stroke(&mut self, column: usize, row: usize, length: usize) {
        let right = column as i64 - self.column as i64;
        let _ = write!(self.strokes, "m{right} {}h{length}", row - self.row);
        (self.column, self.row) = (column + length, row);
    }
}

fn colour(shade: usize) -> String {
    sequential(shade as f64 / (SHADES - 1) as f64).hex()
}

#[cfg(test)]
mod tests {
    use super::Raster;

    #[test]
    fn neighbours_of_one_shade_become_one_stroke() {
        let shares = [[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]];
        let raster = Raster::new((4, 2), |column, row| shares[row][column]);
        let svg = raster.svg([10.0, 20.0], [50.0, 40.0]);
        assert!(svg.contains("translate(10 25) scale(10 10)"), "{svg}");
        // As many light cells as dark ones: the later shade is the ground.
        assert!(svg.contains("d=\"m0 0h2m-2 1h1m1 0h1\""), "{svg}");
        assert_eq!(svg.matches("<path").count(), 1);
    }

    #[test]
    fn what_is_no_number_is_the_lightest_shade() {
        assert_eq!(Raster::new((1, 1), |_, _| f64::NAN).cells, [0]);
    }
}
