//! Extracted features kept by content, so that nothing is computed twice.
//!
//! The key is the hash of a clip's bytes and of the recipe's text: a changed clip or recipe has
//! another key, and a renamed clip keeps its own. Each file carries the hash of what it holds, so
//! one that was torn or tampered with is recognised and made again.

use std::path::{Path, PathBuf};

use crate::atomic;

/// First line of a cache file.
const MAGIC: &[u8] = b"crossfold features 1\n";

/// Rows of numbers computed from one clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// How many samples the clip has at the rate features are computed at.
    pub length: usize,
    /// How many values a row has.
    pub width: usize,
    /// The rows, one after another.
    pub values: Vec<f64>,
}

/// A folder of blocks; without a folder, nothing is kept.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// A cache that keeps nothing.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// A cache in a folder, which is made when it is first needed.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// The user's cache: `CROSSFOLD_CACHE`, else `crossfold` in `XDG_CACHE_HOME` or `~/.cache`.
    pub fn of_user() -> Self {
        let variable = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let folder = variable("CROSSFOLD_CACHE")
            .or_else(|| variable("XDG_CACHE_HOME").map(|home| home.join("crossfold")))
            .or_else(|| variable("HOME").map(|home| home.join(".cache/crossfold")));
        Self { folder }
    }

    /// The folder, whether or not it was made yet.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Where the block lies that is made of a clip's bytes by a recipe, given its canonical text.
    pub(super) fn place(&self, bytes: &[u8], recipe: &str) -> Option<Place> {
        let folder = self.folder()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(blake3::hash(bytes).as_bytes());
        hasher.update(recipe.as_bytes());
        let name = hasher.finalize().to_hex();
        Some(Place(folder.join(&name[..2]).join(&name[2..])))
    }
}

/// The place of one block in a cache.
#[derive(Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    /// The block, if it is there and whole.
    pub(super) fn find(&self) -> Option<Block> {
        decode(&std::fs::read(&self.0).ok()?)
    }

    /// Keeps a block. A cache that cannot be written to only costs time, so that is no error.
    pub(super) fn keep(&self, block: &Block) {
        let _ = atomic::write(&self.0, &encode(block));
    }
}

fn encode(block: &Block) -> Vec<u8> {
    let mut body = Vec::with_capacity(16 + 8 * block.values.len());
    body.extend((block.length as u64).to_le_bytes());
    body.extend((block.width as u64).to_le_bytes());
    body.extend(block.values.iter().flat_map(|value| value.to_le_bytes()));
    let mut bytes = MAGIC.to_vec();
    bytes.extend(blake3::hash(&body).as_bytes());
    bytes.extend(body);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Block> {
    let (hash, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(blake3::OUT_LEN)?;
    if blake3::hash(body).as_bytes() != hash {
        return None;
    }
    let mut words = body.chunks_exact(8).map(|word| {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        eight
    });
    let mut number = || usize::try_from(u64::from_le_bytes(words.next()?)).ok();
    let (length, width) = (number()?, number()?);
    let values: Vec<f64> = words.map(f64::from_le_bytes).collect();
    let whole = width > 0 && !values.is_empty() && values.len().is_multiple_of(width);
    whole.then_some(Block { length, width, values })
}

#[cfg(test)]
mod tests {
    use super::{Block, Cache, decode, encode};

    #[test]
    fn a_block_is_found_again_and_a_torn_or_tampered_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().to_owned());
        let block = Block { length: 9, width: 2, values: vec![1.5, -2.0, f64::MIN_POSITIVE, 0.0] };
        let at = cache.place(b"clip", "recipe").unwrap();
        assert_eq!(at.find(), None);
        at.keep(&block);
        assert_eq!(at.find(), Some(block.clone()));
        for (clip, recipe) in [("clip", "other recipe"), ("other clip", "recipe")] {
            assert_eq!(cache.place(clip.as_bytes(), recipe).unwrap().find(), None);
        }
        let bytes = encode(&block);
        for cut in 0..bytes.len() {
            assert_eq!(decode(&bytes[..cut]), None);
            let mut bent = bytes.clone();
            bent[cut] ^= 1;
            assert_eq!(decode(&bent), None, "byte {cut}");
        }
        std::fs::write(&at.0, &bytes[..bytes.len() - 3]).unwrap();
        assert_eq!(at.find(), None);
        at.keep(&block);
        assert_eq!(at.find(), Some(block));
    }
}
