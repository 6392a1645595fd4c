//! Trees of smartcore, whose splits cannot be read from outside.
//!
//! They are kept as the library's objects and asked for their answers: a tree for the shares of
//! the genres in a leaf, a forest, which votes hard, tree by tree for its label.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::tree::decision_tree_classifier::{
    DecisionTreeClassifier, DecisionTreeClassifierParameters,
};

use super::cart::Growth;
use super::saved::Sound;
use super::{Classifier, Error, check};
use crate::dataset::Samples;
use crate::seed::Seed;

type Matrix = DenseMatrix<f32>;
type Labels = Vec<u32>;

/// One tree grown on all rows and columns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HardTree {
    tree: DecisionTreeClassifier<f32, u32, Matrix, Labels>,
    /// Numbers of the genres that had rows, rising: the library's own order.
    present: Vec<usize>,
}

impl HardTree {
    /// Grows a tree on the rows of `train`.
    pub(super) fn grow(train: &Samples, growth: Growth, seed: Seed) -> Result<Self, Error> {
        let parameters = DecisionTreeClassifierParameters {
            max_depth: growth.depth.map(limited),
            min_samples_leaf: growth.leaf,
            seed: Some(seed.value()),
            ..Default::default()
        };
        let tree = DecisionTreeClassifier::fit(&matrix(train)?, &labels(train), parameters)
            .map_err(|failed| refused("tree", &failed))?;
        let mut present = train.labels();
        present.sort_unstable();
        present.dedup();
        Ok(Self { tree, present })
    }

    pub(super) fn is_sound(&self, width: usize) -> bool {
        are_sound(&self.tree, width)
    }

    /// For each sample the shares of the genres in its leaf.
    pub(super) fn shares(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        let found = self
            .tree
            .predict_proba(&matrix(samples)?)
            .map_err(|failed| refused("tree", &failed))?;
        let share = |i| {
            let mut shares = vec![0.0; samples.genres().len()];
            for (at, &genre) in self.present.iter().enumerate() {
                shares[genre] = *found.get((i, at));
            }
            shares
        };
        Ok((0..samples.len()).map(share).collect())
    }
}

/// A forest that votes hard. As the library gives the winner only, each tree is a forest of one.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HardForest {
    width: usize,
    trees: Vec<RandomForestClassifier<f32, u32, Matrix, Labels>>,
}

impl HardForest {
    /// Grows trees on rows drawn with repetition within each genre, which is the library's way.
    pub(super) fn grow(
        train: &Samples,
        growth: Growth,
        seeds: impl Iterator<Item = Seed>,
    ) -> Result<Self, Error> {
        let (rows, labels) = (matrix(train)?, labels(train));
        let tree = |seed: Seed| {
            let mut parameters = RandomForestClassifierParameters::default()
                .with_n_trees(1)
                .with_m(growth.tried)
                .with_min_samples_leaf(growth.leaf)
                .with_seed(seed.value());
            parameters.max_depth = growth.depth.map(limited);
            RandomForestClassifier::fit(&rows, &labels, parameters)
                .map_err(|failed| refused("forest", &failed))
        };
        let trees = seeds.map(tree).collect::<Result<_, Error>>()?;
        Ok(Self { width: train.shape().size(), trees })
    }
}

impl Sound for HardForest {
    fn is_sound(&self) -> bool {
        !self.trees.is_empty() && self.trees.iter().all(|tree| are_sound(tree, self.width))
    }
}

/// Whether in all trees of the library's objects children stand behind their parents, inside the list
/// of nodes, and splits look at columns that are there. Read from the form in which they are kept, as
/// the library shows its nodes to nobody.
fn are_sound(trees: &impl Serialize, width: usize) -> bool {
    fn walk(value: &Value, width: usize) -> bool {
        match value {
            Value::Object(fields) => {
                fields.iter().all(|(name, value)| match (name.as_str(), value) {
                    ("nodes", Value::Array(nodes)) => {
                        let number = |value: Option<&Value>| match value {
                            None | Some(Value::Null) => Some(None),
                            Some(value) => value.as_u64().map(|it| Some(it as usize)),
                        };
                        !nodes.is_empty()
                            && nodes.iter().enumerate().all(|(at, node)| {
                                let child = |name: &str| {
                                    number(node.get(name)).is_some_and(|child| {
                                        child.is_none_or(|child| child > at && child < nodes.len())
                                    })
                                };
                                let column = number(node.get("split_feature")).flatten();
                                child("true_child")
                                    && child("false_child")
                                    && column.is_none_or(|column| column < width)
                            })
                    }
                    (_, value) => walk(value, width),
                })
            }
            Value::Array(values) => values.iter().all(|value| walk(value, width)),
            _ => true,
        }
    }
    serde_json::to_value(trees).is_ok_and(|value| walk(&value, width))
}

impl Classifier for HardForest {
    #[allow(clippy::cast_precision_loss)]
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("forest", self.width, samples)?;
        let mut scores = vec![vec![0.0; samples.genres().len()]; samples.len()];
        if samples.is_empty() {
            return Ok(scores);
        }
        let rows = matrix(samples)?;
        for tree in &self.trees {
            let named = tree.predict(&rows).map_err(|failed| refused("forest", &failed))?;
            for (scores, genre) in scores.iter_mut().zip(named) {
                scores[genre as usize] += 1.0;
            }
        }
        let trees = self.trees.len() as f64;
        scores.iter_mut().flatten().for_each(|score| *score /= trees);
        Ok(scores)
    }
}

fn matrix(samples: &Samples) -> Result<Matrix, Error> {
    let values = (0..samples.len()).flat_map(|i| samples.values(i).iter().copied()).collect();
    DenseMatrix::new(samples.len(), samples.shape().size(), values, false)
        .map_err(|failed| refused("smartcore", &failed))
}

#[allow(clippy::cast_possible_truncation)] // fewer than 2³² genres
fn labels(samples: &Samples) -> Labels {
    samples.labels().into_iter().map(|label| label as u32).collect()
}

fn limited(depth: usize) -> u16 {
    u16::try_from(depth).unwrap_or(u16::MAX)
}

fn refused(model: &'static str, failed: &Failed) -> Error {
    Error::Library { model, reason: failed.to_string() }
}
