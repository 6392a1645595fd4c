//! One seed per experiment; every other is derived from it by name.
//!
//! Order of execution and number of threads cannot matter, because no stream is shared.

use std::fmt::Display;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

/// A source of randomness, named by its path from the experiment's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(u64);

impl Seed {
    /// The seed an experiment names.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The seed of the part called `name`: BLAKE3 of this seed and the name.
    #[must_use]
    pub fn derive(self, name: impl Display) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0.to_le_bytes());
        hasher.update(name.to_string().as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self(u64::from_le_bytes(first))
    }

    /// A stream of random bits, the same on every machine.
    pub fn stream(self) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.0)
    }

    /// The number itself, for libraries that want one.
    pub const fn value(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::Seed;

    #[test]
    fn names_make_different_streams_and_the_same_name_the_same() {
        let seed = Seed::new(42);
        let draw = |name: &str| seed.derive(name).stream().random::<u64>();
        assert_eq!(draw("svm"), draw("svm"));
        assert_ne!(draw("svm"), draw("forest"));
        assert_ne!(seed.derive("a").derive("b"), seed.derive("b").derive("a"));
    }
}
