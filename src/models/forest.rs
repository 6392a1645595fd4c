//! Forests: many trees, each grown a little differently, that vote.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart::{Columns, Growth, Tree, grow};
use super::choice::word_or_number;
use super::hard_votes::HardForest;
use super::saved::Sound;
use super::{Classifier, Context, Error, Fitted, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

bounded! {
    /// How many trees.
    Trees: usize, at_least 1, at_most 10000
}
bounded! {
    /// How many columns, as a number.
    ColumnCount: usize, at_least 1, at_most 100_000
}
bounded! {
    /// The fewest rows in a leaf.
    LeafRows: usize, at_least 1, at_most 10000
}
bounded! {
    /// The most splits above a leaf.
    Depth: usize, at_least 1, at_most 1000
}
word_or_number! {
    /// How many columns are tried for each split.
    Tried {
        /// The root of their number, rounded down.
        "sqrt" => Root,
        /// All of them.
        "all" => All,
    } or {
        /// So many, or all where there are fewer.
        Count(ColumnCount)
    }
}

impl Tried {
    /// How many of `width` columns.
    pub(super) fn of(self, width: usize) -> usize {
        match self {
            Self::Root => width.isqrt().max(1),
            Self::All => width,
            Self::Count(count) => count.get().min(width),
        }
    }
}

/// Many trees, each grown on rows drawn with repetition and on few columns a split, that vote.
///
/// Scores are the mean over the trees of the genres' shares in the leaf that a row falls into. The
/// scale of the features does not matter to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Forest {
    /// How many trees. More are never worse, only slower; beyond 500 little changes on GTZAN.
    pub trees: Trees,
    /// How many columns are tried for each split: `sqrt`, `all` or a number. Few make the trees
    /// differ; `sqrt` is the usual choice for classification.
    pub columns: Tried,
    /// The fewest rows in a leaf, counted as often as they were drawn. 1 grows trees to the end.
    pub min_leaf: LeafRows,
    /// The most splits above a leaf; no limit where it is null, as is usual for forests.
    pub max_depth: Option<Depth>,
    /// Whether each tree sees rows drawn with repetition, or all rows once.
    pub bootstrap: bool,
    /// Whether a random threshold of each column is tried in place of all thresholds (extremely
    /// randomised trees, Geurts et al. 2006): faster, and goes well with `bootstrap: false`.
    pub extra: bool,
    /// Whose trees: `crossfold` (soft votes) or `smartcore` (one vote a tree).
    pub library: Library,
}

impl Default for Forest {
    fn default() -> Self {
        Self {
            trees: Trees::literal(500),
            columns: Tried::Root,
            min_leaf: LeafRows::literal(1),
            max_depth: None,
            bootstrap: true,
            extra: false,
            library: Library::Crossfold,
        }
    }
}

/// Whose trees a forest is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Library {
    /// Our own.
    Crossfold,
    /// Those of smartcore: always with bootstrap, never extra, several times slower.
    Smartcore,
}

impl Learner for Forest {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        if self.library == Library::Smartcore && (self.extra || !self.bootstrap) {
            let reason = "smartcore's forest always draws rows with repetition and tries all \
                          thresholds; set `bootstrap: true` and `extra: false`, or leave out \
                          `library: smartcore`";
            return Err(Error::Parameters { model: "forest", reason });
        }
        check::row_width("forest", shape).map(drop)
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        self.accepts(train.shape())?;
        check::training(train)?;
        let width = train.shape().size();
        let growth = Growth {
            tried: self.columns.of(width),
            leaf: self.min_leaf.get(),
            depth: self.max_depth.map(Depth::get),
            bootstrap: self.bootstrap,
            extra: self.extra,
        };
        let seed_of = |tree| context.seed.derive(format_args!("tree {tree}"));
        if self.library == Library::Smartcore {
            let forest = HardForest::grow(train, growth, (0..self.trees.get()).map(seed_of))?;
            let parameters = 0; // smartcore does not say how many nodes its trees have
            return Ok(Fitted { classifier: Box::new(forest), history: Vec::new(), parameters });
        }
        let columns = Columns::of(train);
        let mut trees = Vec::with_capacity(self.trees.get());
        for tree in 0..self.trees.get() {
            if context.watch.stop() {
                return Err(Error::Stopped);
            }
            trees.push(grow(&columns, growth, seed_of(tree)));
        }
        let parameters = trees.iter().map(Tree::parameters).sum();
        let classifier = Box::new(Grove { width, trees });
        Ok(Fitted { classifier, history: Vec::new(), parameters })
    }
}

/// The fitted forest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Grove {
    width: usize,
    trees: Vec<Tree>,
}

impl Sound for Grove {
    fn is_sound(&self) -> bool {
        !self.trees.is_empty() && self.trees.iter().all(|tree| tree.is_sound(self.width))
    }
}

impl Classifier for Grove {
    #[allow(clippy::cast_precision_loss)]
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("forest", self.width, samples)?;
        let mut scores = vec![vec![0.0; samples.genres().len()]; samples.len()];
        for tree in &self.trees {
            for (i, scores) in scores.iter_mut().enumerate() {
                for (score, share) in scores.iter_mut().zip(tree.shares(samples.values(i))) {
                    *score += f64::from(*share);
                }
            }
        }
        let trees = self.trees.len() as f64;
        scores.iter_mut().flatten().for_each(|score| *score /= trees);
        Ok(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnCount, Depth, Forest, Library, Trees, Tried};
    use crate::dataset::Shape;
    use crate::models::testing::{accuracy, blobs, fit, rows};
    use crate::models::{Error, Learner};

    #[test]
    fn without_chance_a_forest_is_its_tree() {
        // All rows, all columns: every tree splits column 0 at 1.5, then column 1 at 6.5.
        let train = rows(&[(0, &[1.0, 5.0]), (1, &[2.0, 6.0]), (2, &[2.0, 7.0])], 3);
        let whole = Forest { columns: Tried::All, bootstrap: false, ..Forest::default() };
        let asked = rows(&[(0, &[1.4, 9.0]), (0, &[1.6, 6.4]), (0, &[1.6, 6.6])], 3);
        let known = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(fit(&whole, &train).scores(&asked).unwrap(), known);
        let stump = Forest { max_depth: Some(Depth::literal(1)), ..whole };
        let scores = fit(&stump, &train).scores(&asked).unwrap();
        assert_eq!(scores, [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]);
    }

    #[test]
    fn genres_are_told_apart_by_every_kind() {
        let (train, test) = (blobs(6, 20, 8, 2.0, 1), blobs(6, 10, 8, 2.0, 2));
        let plain = Forest { trees: Trees::literal(50), ..Forest::default() };
        let extra = Forest { extra: true, bootstrap: false, ..plain.clone() };
        let smartcore = Forest { library: Library::Smartcore, ..plain.clone() };
        for forest in [plain, extra, smartcore] {
            assert!(accuracy(&*fit(&forest, &train), &test) > 0.95, "{forest:?}");
        }
    }

    #[test]
    fn columns_tried_are_counted_as_in_scikit_learn() {
        assert_eq!(Tried::Root.of(57), 7);
        assert_eq!(Tried::All.of(57), 57);
        assert_eq!(Tried::Count(ColumnCount::literal(100)).of(57), 57);
    }

    #[test]
    fn what_smartcore_cannot_do_is_refused_before_work() {
        let forest = Forest { library: Library::Smartcore, extra: true, ..Forest::default() };
        let refused = forest.accepts(Shape::Row { width: 3 });
        assert!(matches!(refused, Err(Error::Parameters { .. })));
    }
}
