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
        let mut padded = Buffer::with_room(samples.len() + 2 * width);
        let end = samples.len() + width;
        padded.extend((0..width).map(|at| self.sample(samples, at, width)));
        padded.append(samples);
        padded.extend((end..end + width).map(|at| self.sample(samples, at, width)));
        padded
    }

    /// The samples of a frame that begins `before` samples ahead of place `at`; copied to `room` only
    /// where it hangs over an edge.
    pub(crate) fn frame<'a>(
        self,
        samples: &'a [f32],
        (at, before): (usize, usize),
        room: &'a mut [f32],
    ) -> &'a [f32] {
        if at >= before
            && let Some(frame) = samples.get(at - before..).and_then(|rest| rest.get(..room.len()))
        {
            return frame;
        }
        for (i, value) in room.iter_mut().enumerate() {
            *value = self.sample(samples, at + i, before);
        }
        room
    }

    /// What is heard at place `at` when the samples begin at place `before`.
    fn sample(self, samples: &[f32], at: usize, before: usize) -> f32 {
        match self {
            Self::Reflect => samples[mirrored(at.abs_diff(before), samples.len())],
            Self::Zero => {
                at.checked_sub(before).and_then(|at| samples.get(at)).copied().unwrap_or(0.0)
            }
        }
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
    fn frames_are_those_of_the_padded_signal() {
        let samples: Vec<f32> = (1..=50).map(|i| i as f32).collect();
        for padding in [Padding::Reflect, Padding::Zero] {
            for (width, hop) in [(5, 3), (60, 7)] {
                let padded = padding.around(&samples, width);
                for at in (0..=samples.len()).step_by(hop) {
                    let mut room = vec![0.0; 2 * width];
                    let frame = padding.frame(&samples, (at, width), &mut room);
                    assert_eq!(frame, &padded[at..][..2 * width]);
                }
            }
        }
    }

    #[test]
    fn zeros_are_zeros() {
        assert_eq!(*Padding::Zero.around(&[1.0], 1), [0.0, 1.0, 0.0]);
    }
}
