//! Decision trees: linfa's, smartcore's, or our own.
//!
//! linfa-trees counts genres in hash maps whose order differs from map to map. With more than two
//! genres, sums of shares are then rounded differently and equal counts are settled differently, so
//! that two fits on the same rows differ. A sum of two numbers has no order: trees of two genres
//! are always the same, once equal counts cannot occur. Hence `classes: pairs`.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_trees::{DecisionTree, TreeNode};
use ndarray::{Array1, Array2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart::{Columns, Growth, Node, Tree as OwnTree, grow};
use super::forest::{Depth, LeafRows};
use super::hard_votes::HardTree;
use super::saved::Sound;
use super::{Classifier, Context, Error, Fitted, Learner, check};
use crate::dataset::{Samples, Shape};
use crate::seed::Seed;

/// Weight of the second genre's rows in a pair, so that no two counts are equal: a power of two
/// over one, so that sums of thousands are exact.
const SECOND: f32 = 1.0 + 1.0 / 4096.0;

/// Added to the share of each side of a pair before pairs are multiplied, as if every leaf had seen
/// a little of both: no single tree can rule a genre out.
const DOUBT: f64 = 0.25;

/// A decision tree: one for all genres together, or one for each pair of genres.
///
/// The scale of the features does not matter to it, but for linfa's trees, which take values closer
/// than 0.00001 for equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tree {
    /// Whose trees: `linfa`, `smartcore` or `crossfold`.
    pub library: Library,
    /// `pairs` grows a tree for each pair of genres, and a genre's score is the product of its
    /// shares over its pairs, normalised; `joint` grows one tree, whose leaf shares are the scores.
    /// Pairs are more accurate on GTZAN; linfa's joint tree differs from fit to fit.
    pub classes: Classes,
    /// The fewest rows in a leaf. 1 grows trees to the end.
    pub min_leaf: LeafRows,
    /// The most splits above a leaf; no limit where it is null.
    pub max_depth: Option<Depth>,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            library: Library::Linfa,
            classes: Classes::Pairs,
            min_leaf: LeafRows::literal(1),
            max_depth: None,
        }
    }
}

/// Whose trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Library {
    /// linfa-trees.
    Linfa,
    /// smartcore.
    Smartcore,
    /// Our own, those of `forest`.
    Crossfold,
}

/// Which genres a tree tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Classes {
    /// Two; there is a tree for each pair.
    Pairs,
    /// All; there is one tree.
    Joint,
}

impl Learner for Tree {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width("tree", shape).map(drop)
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        let width = check::row_width("tree", train.shape())?;
        check::training(train)?;
        let genres = train.genres();
        let mut rows = vec![Vec::new(); genres.len()];
        (0..train.len()).for_each(|i| rows[train.label(i)].push(i));
        let present: Vec<usize> = (0..rows.len()).filter(|&g| !rows[g].is_empty()).collect();
        let mut grown = Vec::new();
        if self.classes == Classes::Joint {
            grown.push((None, self.grow(train, context.seed)?));
        } else {
            for (at, &first) in present.iter().enumerate() {
                for &second in &present[at + 1..] {
                    let seed = context.seed.derive(&genres[first]).derive(&genres[second]);
                    let pair = train.select(&[rows[first].as_slice(), &rows[second]].concat());
                    grown.push((Some([first, second]), self.grow(&pair, seed)?));
                }
            }
        }
        let parameters = grown.iter().map(|(_, tree)| tree.parameters()).sum();
        let classifier = Box::new(Trees { width, present, grown });
        Ok(Fitted { classifier, history: Vec::new(), parameters })
    }

    fn not_reproducible(&self) -> Option<&'static str> {
        (self.library == Library::Linfa && self.classes == Classes::Joint).then_some(
            "linfa-trees counts genres in hash maps of changing order, which settles ties between \
             splits and labels; `classes: pairs` or another `library` is reproducible",
        )
    }
}

impl Tree {
    fn grow(&self, train: &Samples, seed: Seed) -> Result<Grown, Error> {
        let growth = Growth {
            tried: train.shape().size(),
            leaf: self.min_leaf.get(),
            depth: self.max_depth.map(Depth::get),
            bootstrap: false,
            extra: false,
        };
        Ok(match self.library {
            Library::Crossfold => Grown::Own(grow(&Columns::of(train), growth, seed)),
            Library::Smartcore => Grown::Hard(HardTree::grow(train, growth, seed)?),
            Library::Linfa => Grown::Own(grow_with_linfa(train, growth)?),
        })
    }
}

/// Grows a tree with linfa and copies its splits.
#[allow(clippy::cast_precision_loss)]
fn grow_with_linfa(train: &Samples, growth: Growth) -> Result<OwnTree, Error> {
    let width = train.shape().size();
    let rows = || (0..train.len()).map(|i| train.values(i));
    let values = rows().flatten().copied().collect();
    let records = Array2::from_shape_vec((train.len(), width), values)
        .expect("every row has as many values as there are columns");
    let first = train.label(0);
    let weight = |i| if train.label(i) == first { 1.0 } else { SECOND };
    let dataset = DatasetBase::new(records, Array1::from(train.labels()))
        .with_weights(Array1::from_shape_fn(train.len(), weight));
    let parameters = DecisionTree::params()
        .max_depth(growth.depth)
        .min_weight_leaf(growth.leaf as f32)
        .min_weight_split(2.0);
    let refused = |error: linfa::Error| Error::Library { model: "tree", reason: error.to_string() };
    let checked = linfa::ParamGuard::check(parameters).map_err(refused)?;
    let fitted = checked.fit(&dataset).map_err(refused)?;
    let (mut nodes, mut leaves) = (vec![Node::Leaf { shares: 0 }], 0);
    let mut open = vec![(0_usize, fitted.root_node())];
    while let Some((at, node)) = open.pop() {
        let Some([low, high]) = children(node) else {
            nodes[at] = Node::Leaf { shares: leaves };
            leaves += 1;
            continue;
        };
        let (column, threshold, _) = node.split();
        let [low_at, high_at] = [nodes.len(), nodes.len() + 1];
        nodes[at] = Node::split(column, threshold, [low_at, high_at]);
        nodes.extend([Node::Leaf { shares: 0 }; 2]);
        open.extend([(high_at, high), (low_at, low)]);
    }
    Ok(OwnTree::from_splits(train.genres().len(), nodes, rows().zip(train.labels())))
}

/// Both children of a node of linfa's, which are always two or none.
fn children(node: &TreeNode<f32, usize>) -> Option<[&TreeNode<f32, usize>; 2]> {
    match node.children().as_slice() {
        [Some(low), Some(high)] if !node.is_leaf() => Some([low, high]),
        _ => None,
    }
}

/// A grown tree.
#[derive(Debug, Serialize, Deserialize)]
enum Grown {
    Own(OwnTree),
    Hard(HardTree),
}

impl Grown {
    fn shares(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        let shares = |tree: &OwnTree, i| -> Vec<f64> {
            tree.shares(samples.values(i)).iter().map(|share| f64::from(*share)).collect()
        };
        match self {
            Self::Own(tree) => Ok((0..samples.len()).map(|i| shares(tree, i)).collect()),
            Self::Hard(tree) => tree.shares(samples),
        }
    }

    fn parameters(&self) -> usize {
        match self {
            Self::Own(tree) => tree.parameters(),
            Self::Hard(_) => 0, // smartcore does not say
        }
    }
}

/// The fitted model: one tree for all, or one for each pair of genres present.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trees {
    width: usize,
    present: Vec<usize>,
    grown: Vec<(Option<[usize; 2]>, Grown)>,
}

impl Sound for Trees {
    fn is_sound(&self) -> bool {
        let sound = |grown: &Grown| match grown {
            Grown::Own(tree) => tree.is_sound(self.width),
            Grown::Hard(tree) => tree.is_sound(self.width),
        };
        !self.grown.is_empty() && self.grown.iter().all(|(_, grown)| sound(grown))
    }
}

impl Classifier for Trees {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("tree", self.width, samples)?;
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let mut scores = vec![vec![0.0; samples.genres().len()]; samples.len()];
        for (pair, tree) in &self.grown {
            let shares = tree.shares(samples)?;
            let Some(pair) = pair else { return Ok(shares) };
            for (scores, shares) in scores.iter_mut().zip(shares) {
                for &genre in pair {
                    scores[genre] += ((shares[genre] + DOUBT) / (1.0 + 2.0 * DOUBT)).ln();
                }
            }
        }
        for scores in &mut scores {
            self.normalise(scores);
        }
        Ok(scores)
    }
}

impl Trees {
    /// From logarithms to shares; genres that were absent get nothing.
    fn normalise(&self, scores: &mut [f64]) {
        let largest = self.present.iter().map(|&genre| scores[genre]).fold(f64::MIN, f64::max);
        let mut powers = vec![0.0; scores.len()];
        self.present.iter().for_each(|&genre| powers[genre] = (scores[genre] - largest).exp());
        let total: f64 = powers.iter().sum();
        scores.iter_mut().zip(powers).for_each(|(score, power)| *score = power / total);
    }
}

#[cfg(test)]
mod tests {
    use super::{Classes, Library, Tree};
    use crate::models::testing::{accuracy, blobs, fit, rows};

    #[test]
    fn one_split_tells_two_columns_apart_half_way() {
        let train =
            rows(&[(0, &[5.0, 0.0]), (0, &[3.0, 1.0]), (1, &[4.0, 3.0]), (1, &[5.0, 4.0])], 2);
        let asked = rows(&[(0, &[9.0, 1.9]), (0, &[0.0, 2.1])], 2);
        for library in [Library::Linfa, Library::Smartcore, Library::Crossfold] {
            let joint = Tree { library, classes: Classes::Joint, ..Tree::default() };
            let scores = fit(&joint, &train).scores(&asked).unwrap();
            assert_eq!(scores, vec![vec![1.0, 0.0], vec![0.0, 1.0]], "{library:?}");
        }
    }

    #[test]
    fn pairs_of_linfa_are_the_same_fit_after_fit() {
        let (train, test) = (blobs(5, 30, 6, 9.0, 1), blobs(5, 20, 6, 9.0, 2));
        let first = fit(&Tree::default(), &train).scores(&test).unwrap();
        for _ in 0..20 {
            assert_eq!(fit(&Tree::default(), &train).scores(&test).unwrap(), first);
        }
    }

    #[test]
    fn many_genres_are_told_apart_by_every_kind() {
        let (train, test) = (blobs(5, 30, 6, 1.0, 1), blobs(5, 10, 6, 1.0, 2));
        for library in [Library::Linfa, Library::Smartcore, Library::Crossfold] {
            for classes in [Classes::Pairs, Classes::Joint] {
                let tree = Tree { library, classes, ..Tree::default() };
                assert!(accuracy(&*fit(&tree, &train), &test) > 0.9, "{library:?} {classes:?}");
            }
        }
    }
}
