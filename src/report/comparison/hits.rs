//! Which units are named rightly by whom.

use super::{Entrant, Tested};
use crate::evaluation::{Agreement, agreement};

/// Units by who names them rightly, in the first repeat; numbers are places in the tested units.
#[derive(Clone, Debug, PartialEq)]
pub struct Hits {
    /// The contenders that were asked: all but the majority and others that name one genre
    /// throughout, whose hits and misses say nothing of the units.
    pub asked: Vec<usize>,
    /// Units that all of them name rightly.
    pub all: Vec<usize>,
    /// Units that none of them does.
    pub none: Vec<usize>,
    /// For each contender: units that it alone of those asked names rightly.
    pub only: Vec<Vec<usize>>,
    /// For each contender: how many units it names rightly.
    pub right: Vec<usize>,
    /// For each pair of contenders, in rows: how far they give the same names.
    pub agreement: Vec<Vec<Option<Agreement>>>,
}

pub(super) fn hits(genres: usize, entrants: &[Entrant], tested: &[Tested]) -> Hits {
    let everyone: Vec<usize> = (0..entrants.len()).collect();
    let mut asked: Vec<usize> = everyone
        .iter()
        .copied()
        .filter(|&entrant| {
            let Entrant { row, named, .. } = &entrants[entrant];
            // With uneven genres the majority of one fold is not that of the next.
            row.model != "majority" && named.iter().any(|name| Some(name) != named.first())
        })
        .collect();
    if asked.len() < 2 {
        asked = everyone;
    }
    let right = |entrant: usize, unit: usize| entrants[entrant].named[unit] == tested[unit].genre;
    let mut hits = Hits {
        all: Vec::new(),
        none: Vec::new(),
        only: vec![Vec::new(); entrants.len()],
        right: (0..entrants.len())
            .map(|entrant| (0..tested.len()).filter(|&unit| right(entrant, unit)).count())
            .collect(),
        agreement: entrants
            .iter()
            .map(|first| {
                let against = |second: &Entrant| agreement(genres, &first.named, &second.named);
                entrants.iter().map(against).collect()
            })
            .collect(),
        asked,
    };
    for unit in 0..tested.len() {
        let who: Vec<usize> =
            hits.asked.iter().copied().filter(|&entrant| right(entrant, unit)).collect();
        match who.as_slice() {
            [] => hits.none.push(unit),
            [only] => hits.only[*only].push(unit),
            who if who.len() == hits.asked.len() => hits.all.push(unit),
            _ => {}
        }
    }
    hits
}
