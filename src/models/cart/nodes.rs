//! A grown tree as plain data.

use serde::{Deserialize, Serialize};

/// A place in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::models) enum Node {
    /// Rows with `column` at most `threshold` go to node `low`, others to node `high`.
    Split { column: u32, threshold: f32, low: u32, high: u32 },
    /// The shares of the genres stand in this row of the table of shares.
    Leaf { shares: u32 },
}

impl Node {
    /// A split with its children's positions.
    #[allow(clippy::cast_possible_truncation)] // fewer than 2³² nodes and columns
    pub(in crate::models) fn split(column: usize, threshold: f32, children: [usize; 2]) -> Self {
        let [low, high] = children.map(|child| child as u32);
        Self::Split { column: column as u32, threshold, low, high }
    }
}

/// A tree: nodes, the first of them its root, and one row of shares for each leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::models) struct Tree {
    genres: usize,
    nodes: Vec<Node>,
    shares: Vec<f32>,
}

impl Tree {
    pub(super) fn new(genres: usize, nodes: Vec<Node>, shares: Vec<f32>) -> Self {
        Self { genres, nodes, shares }
    }

    /// A tree whose splits come from elsewhere; each leaf gets the shares of the training rows that
    /// reach it. A leaf that none reaches gets equal shares of the genres that have rows.
    #[allow(clippy::cast_precision_loss)]
    pub(in crate::models) fn from_splits<'a>(
        genres: usize,
        nodes: Vec<Node>,
        rows: impl Iterator<Item = (&'a [f32], usize)>,
    ) -> Self {
        let leaves = nodes.iter().filter(|node| matches!(node, Node::Leaf { .. })).count();
        let mut tree = Self { genres, nodes, shares: vec![0.0; leaves * genres] };
        let mut any = vec![0.0; genres];
        for (row, genre) in rows {
            let leaf = tree.leaf(row);
            tree.shares[leaf * genres + genre] += 1.0;
            any[genre] = 1.0;
        }
        for shares in tree.shares.chunks_exact_mut(genres) {
            if shares.iter().sum::<f32>() == 0.0 {
                shares.copy_from_slice(&any);
            }
            let total: f32 = shares.iter().sum();
            for share in shares {
                *share /= total;
            }
        }
        tree
    }

    /// The leaf a row falls into.
    fn leaf(&self, row: &[f32]) -> usize {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf { shares } => return shares as usize,
                Node::Split { column, threshold, low, high } => {
                    at = if row[column as usize] <= threshold { low } else { high } as usize;
                }
            }
        }
    }

    /// Shares of the genres among the training rows of the row's leaf.
    pub(in crate::models) fn shares(&self, row: &[f32]) -> &[f32] {
        let start = self.leaf(row) * self.genres;
        &self.shares[start..start + self.genres]
    }

    /// Whether every row of `width` values ends in a leaf that has shares: children stand behind their
    /// parent, so no way through the tree comes back.
    pub(in crate::models) fn is_sound(&self, width: usize) -> bool {
        let leaves = self.shares.len().checked_div(self.genres).unwrap_or(0);
        let inside = |(at, node): (usize, &Node)| match *node {
            Node::Leaf { shares } => (shares as usize) < leaves,
            Node::Split { column, low, high, .. } => {
                let child = |child: u32| child as usize > at && (child as usize) < self.nodes.len();
                (column as usize) < width && child(low) && child(high)
            }
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(inside)
    }

    /// How many numbers are kept: column and threshold of each split, shares of each leaf.
    pub(in crate::models) fn parameters(&self) -> usize {
        let splits = self.nodes.len() - self.shares.len() / self.genres;
        2 * splits + self.shares.len()
    }
}
