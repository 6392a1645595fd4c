//! What models learn from: one row or one sequence for each unit, with its label and track.

use std::ops::Range;
use std::sync::Arc;

/// The form of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One vector.
    Row {
        /// How many values it has.
        width: usize,
    },
    /// Vectors in order of time.
    Sequence {
        /// How many frames it has.
        frames: usize,
        /// How many values a frame has.
        width: usize,
    },
}

impl Shape {
    /// How many numbers one sample holds.
    pub const fn size(self) -> usize {
        match self {
            Self::Row { width } => width,
            Self::Sequence { frames, width } => frames * width,
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Row { width } => write!(f, "rows of {width} values"),
            Self::Sequence { frames, width } => write!(f, "sequences of {frames} × {width}"),
        }
    }
}

/// One thing that is classified: a track, or a segment of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its name: the track's, with `.0`, `.1` … behind it for segments.
    pub id: String,
    /// Number of its track, counted from 0.
    pub track: usize,
    /// Number of its genre in [`Units::genres`].
    pub genre: usize,
    /// Number of the group that must stay on one side of a split.
    pub group: usize,
}

/// All units of an experiment, in the order of the table they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// Names of the genres, sorted.
    pub genres: Vec<String>,
    /// The units.
    pub units: Vec<Unit>,
}

/// Columns that belong together, as those of one block of features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What they are, as in `covariance`.
    pub name: String,
    /// Which columns they are.
    pub columns: Range<usize>,
}

/// A view of some units with the numbers that describe them; cheap to clone and to select from.
#[derive(Clone, Debug)]
pub struct Samples {
    units: Arc<Units>,
    values: Arc<Vec<f32>>,
    columns: Arc<Vec<String>>,
    parts: Arc<Vec<Part>>,
    /// How many of its own units one step of each column is; empty where every step is one unit.
    steps: Arc<Vec<f32>>,
    shape: Shape,
    /// For each sample of the view: number of its unit, and position of its values.
    picks: Vec<(usize, usize)>,
}

impl Samples {
    /// All units, with `shape.size()` values each, in unit order.
    ///
    /// `columns` names the values of a row, or of one frame.
    ///
    /// # Panics
    /// When the lengths do not fit each other, which is a mistake of the caller.
    pub fn new(
        units: Arc<Units>,
        columns: Arc<Vec<String>>,
        shape: Shape,
        values: Vec<f32>,
    ) -> Self {
        Self::sharing(units, columns, shape, Arc::new(values))
    }

    /// As [`Samples::new`], with numbers that others hold too.
    ///
    /// # Panics
    /// As [`Samples::new`].
    pub fn sharing(
        units: Arc<Units>,
        columns: Arc<Vec<String>>,
        shape: Shape,
        values: Arc<Vec<f32>>,
    ) -> Self {
        assert_eq!(values.len(), units.units.len() * shape.size(), "one sample for each unit");
        let picks = (0..units.units.len()).map(|unit| (unit, unit)).collect();
        let (parts, steps) = (whole(columns.len()), Arc::default());
        Self { units, values, columns, parts, steps, shape, picks }
    }

    /// How many samples the view holds.
    pub fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether the view holds none.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }

    /// The form of each sample.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Names of the values of a row, or of one frame.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Which columns belong together; one part of all where nothing else was said.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The same samples, their columns falling into these parts.
    ///
    /// # Panics
    /// When the parts do not cover the columns one after another, a mistake of the caller.
    #[must_use]
    pub fn in_parts(self, parts: Vec<Part>) -> Self {
        let mut end = 0;
        for part in &parts {
            assert_eq!(part.columns.start, end, "parts follow each other");
            end = part.columns.end;
        }
        assert_eq!(end, self.columns.len(), "parts cover all columns");
        Self { parts: Arc::new(parts), ..self }
    }

    /// How many of its own units (decibels, say) one step of a column's values is: 1, unless the
    /// column was brought to another scale.
    pub fn step(&self, column: usize) -> f32 {
        self.steps.get(column).copied().unwrap_or(1.0)
    }

    /// The same samples, a step of each column being so many of its units.
    #[must_use]
    pub fn with_steps(self, steps: Vec<f32>) -> Self {
        Self { steps: Arc::new(steps), ..self }
    }

    /// Names of the genres.
    pub fn genres(&self) -> &[String] {
        &self.units.genres
    }

    /// The unit behind sample `i`.
    pub fn unit(&self, i: usize) -> &Unit {
        &self.units.units[self.picks[i].0]
    }

    /// Number of the genre of sample `i`.
    pub fn label(&self, i: usize) -> usize {
        self.unit(i).genre
    }

    /// Numbers of all genres, in view order.
    pub fn labels(&self) -> Vec<usize> {
        (0..self.len()).map(|i| self.label(i)).collect()
    }

    /// Numbers of all groups, in view order.
    pub fn groups(&self) -> Vec<usize> {
        (0..self.len()).map(|i| self.unit(i).group).collect()
    }

    /// The values of sample `i`: a row, or frames one after another.
    pub fn values(&self, i: usize) -> &[f32] {
        let size = self.shape.size();
        let start = self.picks[i].1 * size;
        &self.values[start..start + size]
    }

    /// The samples at these positions of the view, in this order; shares the numbers.
    #[must_use]
    pub fn select(&self, positions: &[usize]) -> Self {
        Self { picks: positions.iter().map(|&i| self.picks[i]).collect(), ..self.clone() }
    }

    /// The same rows, some of their columns taken from the samples at these positions of the view.
    #[must_use]
    pub fn with_columns_from(&self, columns: &[usize], positions: &[usize]) -> Self {
        let mut values = Vec::with_capacity(self.len() * self.shape.size());
        for (at, &other) in positions.iter().enumerate() {
            let start = values.len();
            values.extend_from_slice(self.values(at));
            for &column in columns {
                values[start + column] = self.values(other)[column];
            }
        }
        self.with_values(values)
    }

    /// The same units and columns with other numbers, given in view order.
    ///
    /// # Panics
    /// When there are not `shape.size()` values for each sample.
    #[must_use]
    pub fn with_values(&self, values: Vec<f32>) -> Self {
        self.described_by(Arc::clone(&self.columns), self.shape, values)
    }

    /// The same units described by other numbers, given in view order.
    ///
    /// # Panics
    /// When there are not `shape.size()` values for each sample.
    #[must_use]
    pub fn described_by(&self, columns: Arc<Vec<String>>, shape: Shape, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), self.len() * shape.size(), "one sample for each unit");
        let picks = self.picks.iter().enumerate().map(|(at, &(unit, _))| (unit, at)).collect();
        let parts = if columns.len() == self.columns.len() {
            Arc::clone(&self.parts)
        } else {
            whole(columns.len())
        };
        let (units, steps) = (Arc::clone(&self.units), Arc::default());
        Self { units, values: Arc::new(values), columns, parts, steps, shape, picks }
    }
}

/// One part of all columns.
fn whole(columns: usize) -> Arc<Vec<Part>> {
    Arc::new(vec![Part { name: "columns".to_owned(), columns: 0..columns }])
}
