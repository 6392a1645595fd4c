//! A feature set joined with its data: what each fold makes its samples of.
//!
//! What depends on nobody's training is computed once, before any fold. Dictionaries and scales are
//! learned here, from the training units of a fold alone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, Scale, Scaler};
use crate::dataset::{Part, Samples, Shape};
use crate::features::blocks::{Block, Encoder, LogMel};
use crate::seed::Seed;

/// A feature set of all units, as far as it does not depend on who trains.
#[derive(Clone, Debug)]
pub struct Description {
    pieces: Vec<Piece>,
    columns: Arc<Vec<String>>,
}

/// A part of it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its name.
    pub name: String,
    /// How training units scale it.
    pub scale: Scale,
    /// Its values; of a block with a dictionary, what it sees of each unit.
    pub samples: Samples,
    /// The block that is learned anew from the training units of each fold.
    pub learned: Option<Block>,
}

/// What was learned from training units: dictionaries and scales. With it other units can be
/// described in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Describer {
    /// Of each piece; none where nothing is learned, or a piece before it learned the same.
    encoders: Vec<Option<Encoder>>,
    scaler: Scaler,
}

impl Describer {
    /// Whether sizes that it keeps are those of its numbers; of one that was read from a file.
    pub fn is_sound(&self) -> bool {
        self.encoders.iter().flatten().all(Encoder::is_sound)
    }
}

impl Piece {
    /// Names of its values.
    fn columns(&self) -> Vec<String> {
        match (&self.learned, self.samples.shape()) {
            (Some(block), Shape::Sequence { width, .. }) => block.columns(width),
            _ => self.samples.columns().to_vec(),
        }
    }

    fn seen(&self, unit: usize) -> LogMel<'_> {
        LogMel::new(self.samples.values(unit), self.samples.columns().len())
    }
}

impl Description {
    /// Pieces side by side: one of sequences, or any number of rows and of blocks to be learned.
    ///
    /// Columns of pieces with a name of their own keep theirs where no other piece has them, and are
    /// told apart by the piece's name else.
    ///
    /// # Panics
    /// When there is none, or a sequence stands beside others, a mistake of the caller.
    pub fn new(pieces: Vec<Piece>) -> Self {
        assert!(!pieces.is_empty(), "a feature set has a piece");
        let sequence = |piece: &Piece| {
            piece.learned.is_none() && matches!(piece.samples.shape(), Shape::Sequence { .. })
        };
        assert!(pieces.len() == 1 || !pieces.iter().any(sequence), "rows stand side by side");
        let mut seen = std::collections::HashSet::new();
        let mut columns = Vec::new();
        for piece in &pieces {
            for column in piece.columns() {
                let name = if seen.contains(&column) {
                    format!("{} {column}", piece.name)
                } else {
                    column
                };
                seen.insert(name.clone());
                columns.push(name);
            }
        }
        Self { pieces, columns: Arc::new(columns) }
    }

    /// The form of its samples.
    pub fn shape(&self) -> Shape {
        match self.pieces[0].samples.shape() {
            shape @ Shape::Sequence { .. } if self.pieces[0].learned.is_none() => shape,
            _ => Shape::Row { width: self.columns.len() },
        }
    }

    /// Learns from the units that train, and describes them: unit numbers, in view order.
    ///
    /// # Errors
    /// When there is too little to learn a dictionary from.
    pub fn learn(&self, train: &[usize], seed: Seed) -> Result<(Describer, Samples), Error> {
        if train.is_empty() {
            return Err(Error::Empty);
        }
        let mut encoders = Vec::with_capacity(self.pieces.len());
        for (at, piece) in self.pieces.iter().enumerate() {
            encoders.push(match piece.learned.as_ref().map(Block::dictionary) {
                Some(block) if self.teller(at) == at => {
                    let tracks: Vec<LogMel<'_>> =
                        train.iter().map(|&unit| piece.seen(unit)).collect();
                    // By its parameters: two feature sets with the same block have one dictionary.
                    let name = serde_json::to_string(&block).expect("parameters are plain data");
                    Some(block.learn(&tracks, seed.derive(name))?)
                }
                _ => None,
            });
        }
        let plain = self.plain(&encoders, train);
        let parts = plain.parts().to_vec();
        let scale = |column: usize| {
            let part = parts.iter().position(|part| part.columns.contains(&column));
            self.pieces[part.unwrap_or(0)].scale
        };
        let scaler = Scaler::of_columns(scale, &plain);
        let samples = scaler.apply(&plain);
        Ok((Describer { encoders, scaler }, samples))
    }

    /// Describes units as those that were learned from.
    pub fn describe(&self, describer: &Describer, units: &[usize]) -> Samples {
        describer.scaler.apply(&self.plain(&describer.encoders, units))
    }

    /// The first piece that has the same dictionary: its encoder speaks for all of them.
    fn teller(&self, at: usize) -> usize {
        let dictionary = |piece: &Piece| piece.learned.as_ref().map(Block::dictionary);
        let own = dictionary(&self.pieces[at]);
        self.pieces.iter().position(|piece| dictionary(piece) == own).unwrap_or(at)
    }

    /// The values of units before scaling.
    fn plain(&self, encoders: &[Option<Encoder>], units: &[usize]) -> Samples {
        let first = &self.pieces[0].samples;
        if let (Shape::Sequence { .. }, None) = (first.shape(), &encoders[0]) {
            return first.select(units);
        }
        let width = self.columns.len();
        let mut values = Vec::with_capacity(units.len() * width);
        let tellers: Vec<usize> = (0..self.pieces.len()).map(|at| self.teller(at)).collect();
        for &unit in units {
            let tell = |(piece, encoder): (&Piece, &Option<Encoder>)| {
                encoder.as_ref().map_or(Vec::new(), |encoder| encoder.describe(&piece.seen(unit)))
            };
            let told: Vec<Vec<f32>> = self.pieces.iter().zip(encoders).map(tell).collect();
            for (piece, &teller) in self.pieces.iter().zip(&tellers) {
                values.extend_from_slice(match &piece.learned {
                    Some(block) => &told[teller][block.own(told[teller].len())],
                    None => piece.samples.values(unit),
                });
            }
        }
        let mut end = 0;
        let parts = self.pieces.iter().map(|piece| {
            let start = end;
            end += piece.columns().len();
            Part { name: piece.name.clone(), columns: start..end }
        });
        let shape = Shape::Row { width };
        let parts = parts.collect();
        first.select(units).described_by(Arc::clone(&self.columns), shape, values).in_parts(parts)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Description, Piece, Scale};
    use crate::dataset::Shape;
    use crate::models::testing::rows;
    use crate::seed::Seed;

    fn table(name: &str, scale: Scale) -> Piece {
        let samples = rows(&[(0, &[1.0, 9.0]), (1, &[3.0, 4.0]), (0, &[50.0, 6.0])], 2);
        Piece { name: name.to_owned(), scale, samples, learned: None }
    }

    #[test]
    fn scales_are_those_of_each_piece_and_of_training_units_alone() {
        let set = Description::new(vec![table("one", Scale::Standard), table("two", Scale::None)]);
        assert_eq!(set.shape(), Shape::Row { width: 4 });
        let (describer, train) = set.learn(&[0, 1], Seed::new(1)).unwrap();
        assert_eq!(train.values(0), [-1.0, 1.0, 1.0, 9.0]);
        assert_eq!(train.columns(), ["c0", "c1", "two c0", "two c1"]);
        let names: Vec<&str> = train.parts().iter().map(|part| part.name.as_str()).collect();
        assert_eq!((names, train.parts()[1].columns.clone()), (vec!["one", "two"], 2..4));
        assert_eq!(set.describe(&describer, &[2]).values(0), [48.0, -0.2, 50.0, 6.0]);
    }

    #[test]
    fn a_dictionary_is_learned_from_training_units_and_describes_others() {
        let frames = 60;
        let mut stream = Seed::new(5).stream();
        let draw = |_| 10.0 * rand::RngExt::random::<f32>(&mut stream);
        let values: Vec<f32> = (0..3 * frames * 64).map(draw).collect();
        let log_mels = rows(&[(0, &[0.0]), (1, &[0.0]), (0, &[0.0])], 2).described_by(
            Arc::new((1..=64).map(|band| format!("mel{band}")).collect()),
            Shape::Sequence { frames, width: 64 },
            values,
        );
        let piece = |samples| Piece {
            name: "patches".to_owned(),
            scale: Scale::Standard,
            samples,
            learned: serde_json::from_str(r#"{"patches": {"patterns": 8}}"#).ok(),
        };
        let set = Description::new(vec![piece(log_mels.clone()), table("columns", Scale::Log)]);
        let (describer, train) = set.learn(&[0, 1], Seed::new(1)).unwrap();
        let test = set.describe(&describer, &[2]);
        assert_eq!(set.shape(), train.shape());
        assert_eq!(train.shape(), test.shape());
        // Whatever the third unit holds, what is learned is the same.
        let other = log_mels.select(&[0, 1, 0]);
        let changed = Description::new(vec![piece(other), table("columns", Scale::Log)]);
        assert_eq!(changed.learn(&[0, 1], Seed::new(1)).unwrap().0, describer);
        let text = serde_json::to_string(&describer).unwrap();
        assert_eq!(serde_json::from_str::<super::Describer>(&text).unwrap(), describer);
    }
}
