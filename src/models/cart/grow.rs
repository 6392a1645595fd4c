//! Growing one tree.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::split::{Drawn, Search, Split};
use super::{Columns, Node, Tree};
use crate::seed::Seed;

/// How a tree is grown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::models) struct Growth {
    /// How many columns are tried for each split.
    pub(in crate::models) tried: usize,
    /// The fewest rows in a leaf.
    pub(in crate::models) leaf: usize,
    /// The most splits above a leaf; no limit where there is none.
    pub(in crate::models) depth: Option<usize>,
    /// Whether as many rows as there are are drawn with repetition.
    pub(in crate::models) bootstrap: bool,
    /// Whether one random threshold of each column is tried in place of all.
    pub(in crate::models) extra: bool,
}

/// Grows a tree; the same seed gives the same tree.
pub(in crate::models) fn grow(columns: &Columns, growth: Growth, seed: Seed) -> Tree {
    let mut stream = seed.stream();
    let mut rows = draw(&columns.labels, growth.bootstrap, &mut stream);
    let mut grower = Grower {
        growth,
        search: Search::new(columns, growth.leaf as u64),
        order: (0..columns.width()).collect(),
        nodes: vec![Node::Leaf { shares: 0 }],
        shares: Vec::new(),
        stream,
    };
    // What is still to be grown: a node, its rows, and how many splits are above it.
    let mut open = vec![(0_usize, 0..rows.len(), 0_usize)];
    while let Some((at, range, depth)) = open.pop() {
        let node = &mut rows[range.clone()];
        let Some(split) = grower.split(node, depth) else {
            grower.close(at, node);
            continue;
        };
        let border = range.start + part(columns, split, node);
        let [low, high] = grower.open(at, split);
        open.push((high, border..range.end, depth + 1));
        open.push((low, range.start..border, depth + 1));
    }
    Tree::new(columns.genres, grower.nodes, grower.shares)
}

/// All rows once, or as many draws as there are rows.
#[allow(clippy::cast_possible_truncation)] // fewer than 2³² rows and genres
fn draw(labels: &[usize], bootstrap: bool, stream: &mut ChaCha8Rng) -> Vec<Drawn> {
    let rows = labels.len();
    let mut times = vec![u32::from(!bootstrap); rows];
    if bootstrap {
        (0..rows).for_each(|_| times[stream.random_range(0..rows)] += 1);
    }
    let drawn = times.into_iter().zip(labels).zip(0..).map(|((times, &genre), row)| Drawn {
        row,
        genre: genre as u32,
        times,
    });
    drawn.filter(|drawn| drawn.times > 0).collect()
}

/// Brings the rows below the threshold to the front, in their order; says how many there are.
fn part(columns: &Columns, split: Split, node: &mut [Drawn]) -> usize {
    let border = columns.ranks_up_to(split.column, split.threshold);
    let ranks = columns.ranks(split.column);
    let (low, high): (Vec<Drawn>, Vec<Drawn>) =
        node.iter().partition(|drawn| ranks[drawn.row as usize] < border);
    node[..low.len()].copy_from_slice(&low);
    node[low.len()..].copy_from_slice(&high);
    low.len()
}

struct Grower<'a> {
    growth: Growth,
    search: Search<'a>,
    /// All columns, in the order they were last shuffled into.
    order: Vec<usize>,
    nodes: Vec<Node>,
    shares: Vec<f32>,
    stream: ChaCha8Rng,
}

impl Grower<'_> {
    /// How many rows of each genre the node holds.
    fn counts(&self, node: &[Drawn]) -> Vec<u64> {
        let mut counts = vec![0; self.search.columns.genres];
        for drawn in node {
            counts[drawn.genre as usize] += u64::from(drawn.times);
        }
        counts
    }

    /// The best split among randomly tried columns; columns with one value in this node do not
    /// count as tried. `None` where the node is to stay a leaf.
    fn split(&mut self, node: &[Drawn], depth: usize) -> Option<Split> {
        let counts = self.counts(node);
        let pure = counts.iter().filter(|count| **count > 0).count() < 2;
        let too_few = counts.iter().sum::<u64>() < 2 * self.search.least;
        if pure || too_few || self.growth.depth.is_some_and(|most| depth >= most) {
            return None;
        }
        let width = self.order.len();
        let (mut best, mut tried): (Option<Split>, usize) = (None, 0);
        for at in 0..width {
            if tried == self.growth.tried {
                break;
            }
            if self.growth.tried < width {
                let other = self.stream.random_range(at..width);
                self.order.swap(at, other);
            }
            let column = self.order[at];
            let (lowest, highest) = self.search.range(column, node);
            if lowest == highest {
                continue;
            }
            tried += 1;
            let found = if self.growth.extra {
                self.search.random(column, node, &counts, &mut self.stream)
            } else {
                self.search.best(column, node, &counts)
            };
            best = match (best, found) {
                (Some(known), Some(new)) if new.quality > known.quality => Some(new),
                (None, found) => found,
                (known, _) => known,
            };
        }
        best
    }

    /// Makes node `at` a split; returns its two new children.
    fn open(&mut self, at: usize, split: Split) -> [usize; 2] {
        let children = [self.nodes.len(), self.nodes.len() + 1];
        self.nodes[at] = Node::split(split.column, split.threshold, children);
        self.nodes.extend([Node::Leaf { shares: 0 }; 2]);
        children
    }

    /// Makes node `at` a leaf.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    fn close(&mut self, at: usize, node: &[Drawn]) {
        let counts = self.counts(node);
        let rows: u64 = counts.iter().sum();
        self.nodes[at] = Node::Leaf { shares: (self.shares.len() / counts.len()) as u32 };
        self.shares.extend(counts.iter().map(|count| *count as f32 / rows as f32));
    }
}
