//! What a frame that hangs over the edge of a signal hears there.

use serde::{Deserialize, Serialize};

use crate::features::buffer::Buffer;

/// How a signal is continued by half a frame on both sides, so that frames lie around their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// Mirrored, the edge sample not repeated: librosa before 0.10.
    Reflect,
    /// Zeros: librosa from 0.10 on.
    Zero,
}

impl Padding {
    /// `samples` with `width` more on both sides.
    pub(crate) fn around(self, samples: &[f32], width: usize) -> Buffer {
        let length = samples.len();
        let mut padded = Buffer::with_room(length + 2 * width);
        match self {
            Self::Zero => padded.extend(std::iter::repeat_n(0.0, width)),
            Self::Reflect => {
                padded.extend((1..=width).rev().map(|i| samples[mirrored(i, length)]));
            }
        }
        padded.append(samples);
        match self {
            Self::Zero => padded.extend(std::iter::repeat_n(0.0, width)),
            Self::Reflect => {
                padded.extend((length..length + width).map(|i| samples[mirrored(i, length)]));
            }
        }
        padded
    }

    /// The name in recipes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reflect => "reflect",
            Self::Zero => "zero",
        }
    }
}

/// Where index `i` falls when 0..length is mirrored at both ends again and again; the mirror image
/// of index -i is that of i.
fn mirrored(i: usize, length: usize) -> usize {
    if length == 1 {
        return 0;
    }
    let period = 2 * (length - 1);
    let phase = i % period;
    phase.min(period - phase)
}

#[cfg(test)]
mod tests {
    use super::Padding;

    #[test]
    fn reflection_repeats_no_edge_and_may_go_to_and_fro() {
        let around = |samples: &[f32], width| Padding::Reflect.around(samples, width).to_vec();
        assert_eq!(around(&[1.0, 2.0, 3.0], 2), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
        assert_eq!(around(&[1.0, 2.0], 3), [2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]);
        assert_eq!(around(&[7.0], 2), [7.0; 5]);
    }

    #[test]
    fn zeros_are_zeros() {
        assert_eq!(*Padding::Zero.around(&[1.0], 1), [0.0, 1.0, 0.0]);
    }
}
