//! Long short-term memory after training: plain numbers that score.

use serde::{Deserialize, Serialize};

use super::{GATES, Recurrence};
use crate::models::layers::node::Operation;

/// A fitted layer as plain numbers: forward, and backward in time where there is a second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct Memory {
    directions: Vec<Direction>,
}

/// The numbers of one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Direction {
    /// One run of `4 · hidden` numbers for each input.
    pub(super) input_weight: Vec<f32>,
    /// One run of `4 · hidden` numbers for each number of the state.
    pub(super) state_weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Memory {
    /// A layer of these directions.
    pub(super) fn new(directions: Vec<Direction>) -> Self {
        Self { directions }
    }

    /// How many numbers were learned.
    pub(in crate::models) fn parameters(&self) -> usize {
        let of = |d: &Direction| d.input_weight.len() + d.state_weight.len() + d.bias.len();
        self.directions.iter().map(of).sum()
    }

    /// Values of a step that comes out.
    pub(in crate::models) fn width(&self) -> usize {
        self.directions.iter().map(|direction| direction.bias.len() / GATES).sum()
    }

    /// Numbers of the state in one direction.
    pub(in crate::models) fn hidden(&self) -> usize {
        self.width() / self.directions.len()
    }

    /// Of one sequence, the states of all directions side by side, step after step.
    pub(in crate::models) fn forward(&self, sequence: &[f32]) -> Vec<f32> {
        let width = self.width();
        let mut together = Vec::new();
        for (number, direction) in self.directions.iter().enumerate() {
            let hidden = direction.bias.len() / GATES;
            let recurrence = Recurrence {
                batch: 1,
                width: direction.input_weight.len() / direction.bias.len(),
                hidden,
                reverse: number == 1,
            };
            let Direction { input_weight, state_weight, bias } = direction;
            let (states, _) = recurrence.forward([sequence, input_weight, state_weight, bias]);
            together.resize(states.len() / hidden * width, 0.0);
            let steps = together.chunks_exact_mut(width).zip(states.chunks_exact(hidden));
            for (step, states) in steps {
                step[number * hidden..][..hidden].copy_from_slice(states);
            }
        }
        together
    }
}
