//! Sequences of many clips as one array, of which only a few are in memory at a time.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::tensor::{self, Precision};
use super::{Block, clips};
use crate::atomic;

/// Sequences that wait in a temporary file until the length of the shortest is known.
#[derive(Debug)]
pub struct Stack {
    waiting: BufWriter<File>,
    width: usize,
    frames: Option<usize>,
    lengths: Vec<usize>,
    tracks: Vec<String>,
}

impl Stack {
    /// A stack of sequences of `width` values a frame. With `frames`, each is brought to so many;
    /// without, all are cut to the shortest when they are written.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn new(width: usize, frames: Option<usize>) -> io::Result<Self> {
        let waiting = BufWriter::new(tempfile::tempfile()?);
        Ok(Self { waiting, width, frames, lengths: Vec::new(), tracks: Vec::new() })
    }

    /// Adds the frames of a clip.
    ///
    /// # Errors
    /// When it has fewer than are wanted, or the disk is full; in words.
    pub fn add(&mut self, clip: &Path, block: &Block) -> Result<(), String> {
        let values = thinned(clip, block, self.frames)?;
        for value in &values {
            let kept = self.waiting.write_all(&value.to_le_bytes());
            kept.map_err(|error| format!("cannot keep the frames of {}: {error}", clip.display()))?;
        }
        self.lengths.push(values.len() / self.width);
        self.tracks.push(clips::name(clip));
        Ok(())
    }

    /// How many frames were added.
    pub fn rows(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The names of the clips as text, one a line.
    pub fn names(&self) -> Vec<u8> {
        (self.tracks.join("\n") + "\n").into_bytes()
    }

    /// Writes the array as `.npz` (named `features`) or `.npy`, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, path: &Path, archive: bool, precision: Precision) -> io::Result<()> {
        self.waiting.flush()?;
        let kept = self.lengths.iter().copied().min().unwrap_or(0);
        let shape = [self.lengths.len(), kept, self.width];
        let mut waiting = self.waiting.get_ref();
        waiting.seek(SeekFrom::Start(0))?;
        let mut waiting = BufReader::new(waiting);
        let (lengths, width) = (&self.lengths, self.width);
        atomic::write_with(path, |file| {
            let mut values = lengths.iter().flat_map(|&length| {
                let mut bytes = vec![0; 4 * length * width];
                let read = waiting.read_exact(&mut bytes);
                bytes.truncate(4 * kept * width);
                let number = |it: &[u8]| f32::from_le_bytes([it[0], it[1], it[2], it[3]]);
                let failed = read.err().map(Err);
                let values: Vec<f32> = bytes.chunks_exact(4).map(number).collect();
                values.into_iter().map(Ok).chain(failed)
            });
            if archive {
                tensor::npz_to(file, "features", &shape, precision, &mut values)
            } else {
                tensor::npy_to(&mut BufWriter::new(file), &shape, precision, &mut values)
            }
        })
    }
}

/// A clip's frames, brought to `frames`: frame j is the clip's frame ⌊(j + ½)·n/frames⌋. All of them
/// where no number is given.
///
/// # Errors
/// When it has fewer: the message names it.
#[allow(clippy::cast_possible_truncation)]
pub fn thinned(clip: &Path, block: &Block, frames: Option<usize>) -> Result<Vec<f32>, String> {
    let all = block.values.len() / block.width;
    let kept = frames.unwrap_or(all);
    if all < kept {
        return Err(format!("{} has {all} frames, fewer than {kept}", clip.display()));
    }
    let place = |j: usize| if frames.is_some() { (2 * j + 1) * all / (2 * kept) } else { j };
    let row = |frame: usize| &block.values[frame * block.width..(frame + 1) * block.width];
    Ok((0..kept).flat_map(|j| row(place(j))).map(|&value| value as f32).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Stack;
    use crate::dataset::{Block, Precision, Tensor};

    fn block(rows: usize) -> Block {
        let values = (0..rows * 2).map(|i| i as f64 / 3.0).collect();
        Block { length: 661_794, width: 2, values }
    }

    #[test]
    fn sequences_are_cut_to_the_shortest_or_thinned_evenly() {
        let folder = tempfile::tempdir().unwrap();
        for (name, archive) in [("a.npz", true), ("a.npy", false)] {
            let path = folder.path().join(name);
            let stacked = |frames| {
                let mut stack = Stack::new(2, frames).unwrap();
                stack.add(Path::new("a.wav"), &block(8)).unwrap();
                stack.add(Path::new("c.wav"), &block(4)).unwrap();
                assert_eq!(stack.names(), b"a\nc\n");
                stack.write(&path, archive, Precision::Single).unwrap();
                Tensor::read(&path, None).unwrap()
            };
            let cut = stacked(None);
            assert_eq!(cut.shape, [2, 4, 2]);
            assert!((cut.values[8] - 0.0).abs() < 1e-9, "the second clip begins anew");
            let thinned = stacked(Some(2));
            // Of eight frames the third and the seventh, of four the second and the fourth.
            let firsts: Vec<f32> = thinned.values.iter().step_by(2).map(|v| v * 1.5).collect();
            assert_eq!(firsts, [2.0, 6.0, 1.0, 3.0]);
        }
        let refused = Stack::new(2, Some(5)).unwrap().add(Path::new("c.wav"), &block(4));
        assert!(refused.unwrap_err().contains("c.wav has 4 frames"));
    }
}
