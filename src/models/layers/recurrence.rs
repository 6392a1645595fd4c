//! Long short-term memory over a whole sequence, forward and back through time.
//!
//! For each step, with σ the logistic function and ⊙ the product place by place (Hochreiter &
//! Schmidhuber 1997, with the forget gate of Gers et al. 2000):
//!
//! ```text
//! [i f g o] = x · input_weight + h · state_weight + bias
//! c ← σ(f) ⊙ c + σ(i) ⊙ tanh(g)
//! h ← σ(o) ⊙ tanh(c)
//! ```
//!
//! Numbers lie step after step, in each step sequence after sequence, so that a step is one block.
//! What the input gives to all gates of all steps is one product; only the state's part is worked
//! out step by step. On the way back the slopes of all gates are kept, so that every weight's slope
//! is one product too.

mod elsewhere;
mod layer;
mod score;
#[cfg(test)]
mod tests;

use pulp::{Simd, WithSimd};

use super::node::Operation;
use super::squash::{sigmoid, tanh};
use crate::matrix::factor::{Factor, add_product, transposed_product};
use crate::vectors::vectorised;
pub(in crate::models) use layer::Layer;
pub(in crate::models) use score::Memory;

/// Numbers of gates for each of the hidden state: input, forget, candidate, output.
const GATES: usize = 4;

/// One layer of long short-term memory in one direction.
///
/// Its inputs are the sequences `[steps, batch, width]`, the weights of the input
/// `[width, 4 · hidden]` and of the state `[hidden, 4 · hidden]`, and the bias `[4 · hidden]`; its
/// output is the hidden state after each step, `[steps, batch, hidden]`.
#[derive(Clone, Copy, Debug)]
pub(in crate::models) struct Recurrence {
    /// Sequences side by side.
    pub(in crate::models) batch: usize,
    /// Values of a step's input.
    pub(in crate::models) width: usize,
    /// Values of the state.
    pub(in crate::models) hidden: usize,
    /// Whether it goes from the last step to the first.
    pub(in crate::models) reverse: bool,
}

/// What the way back needs to know of the way forward.
#[derive(Clone, Debug)]
pub(in crate::models) struct Course {
    /// Opened gates and squashed candidate of each step.
    gates: Vec<f32>,
    /// Cells after each step.
    cells: Vec<f32>,
    /// Their hyperbolic tangents.
    squashed: Vec<f32>,
    /// Hidden states after each step.
    states: Vec<f32>,
}

impl Recurrence {
    /// How many numbers the states of a step are.
    fn block(&self) -> usize {
        self.batch * self.hidden
    }

    /// How many steps lie in numbers that are `width` for each sequence and step.
    fn steps(&self, numbers: &[f32], width: usize) -> usize {
        numbers.len() / (self.batch * width)
    }

    /// The place in time of the `at`th step that is worked out.
    fn time(&self, at: usize, steps: usize) -> usize {
        if self.reverse { steps - 1 - at } else { at }
    }

    /// The slopes of the gates of all steps, written over the gates; `slope` is the states' own.
    fn unroll(&self, course: Course, state_weight: &[f32], slope: &[f32]) -> Vec<f32> {
        let Course { mut gates, cells, squashed, .. } = course;
        let (block, steps) = (self.block(), self.steps(slope, self.hidden));
        let turned = Factor::transposed(state_weight, GATES * self.hidden);
        let nothing = vec![0.0; block];
        let mut state_slope = vec![0.0; block];
        let mut cell_slope = vec![0.0; block];
        for at in (0..steps).rev() {
            let time = self.time(at, steps);
            let now = time * block..(time + 1) * block;
            for (state, slope) in state_slope.iter_mut().zip(&slope[now.clone()]) {
                *state += slope;
            }
            let before = match at {
                0 => &nothing[..],
                _ => &cells[self.time(at - 1, steps) * block..][..block],
            };
            let gates = &mut gates[time * GATES * block..][..GATES * block];
            vectorised(Back {
                hidden: self.hidden,
                gates,
                before,
                squashed: &squashed[now],
                state_slope: &state_slope,
                cell_slope: &mut cell_slope,
            });
            state_slope.fill(0.0);
            add_product(gates, &turned, &mut state_slope);
        }
        gates
    }
}

impl Operation<4> for Recurrence {
    type Kept = Course;

    fn forward(
        &self,
        [input, input_weight, state_weight, bias]: [&[f32]; 4],
    ) -> (Vec<f32>, Course) {
        let (block, steps) = (self.block(), self.steps(input, self.width));
        let mut gates = Vec::with_capacity(steps * GATES * block);
        (0..steps * self.batch).for_each(|_| gates.extend_from_slice(bias));
        add_product(input, &Factor::new(input_weight, GATES * self.hidden), &mut gates);

        let factor = Factor::new(state_weight, GATES * self.hidden);
        let mut states = vec![0.0; steps * block];
        let mut cells = vec![0.0; steps * block];
        let mut squashed = vec![0.0; steps * block];
        let mut carried = vec![0.0; block];
        for at in 0..steps {
            let time = self.time(at, steps);
            let now = time * block..(time + 1) * block;
            let gates = &mut gates[time * GATES * block..][..GATES * block];
            if at > 0 {
                let before = self.time(at - 1, steps) * block;
                add_product(&states[before..before + block], &factor, gates);
            }
            vectorised(Step {
                hidden: self.hidden,
                gates,
                carried: &mut carried,
                squashed: &mut squashed[now.clone()],
                states: &mut states[now.clone()],
            });
            cells[now].copy_from_slice(&carried);
        }
        (states.clone(), Course { gates, cells, squashed, states })
    }

    fn backward(
        &self,
        [input, input_weight, state_weight, _]: [&[f32]; 4],
        mut course: Course,
        slope: &[f32],
        wanted: [bool; 4],
    ) -> [Option<Vec<f32>>; 4] {
        let all = GATES * self.hidden;
        let states = std::mem::take(&mut course.states);
        let gates = self.unroll(course, state_weight, slope);
        let of_input = || {
            let mut sums = vec![0.0; input.len()];
            add_product(&gates, &Factor::transposed(input_weight, all), &mut sums);
            sums
        };
        let of_state_weight = || {
            // Each step's gates heard the state before it: all pairs are two blocks moved by one.
            let (block, earlier) = (self.block(), states.len() - self.block());
            let (states, gates) = if self.reverse {
                (&states[block..], &gates[..GATES * earlier])
            } else {
                (&states[..earlier], &gates[GATES * block..])
            };
            transposed_product(states, self.hidden, gates, all)
        };
        let of_bias = || {
            let mut sums = vec![0.0; all];
            for row in gates.chunks_exact(all) {
                sums.iter_mut().zip(row).for_each(|(sum, slope)| *sum += slope);
            }
            sums
        };
        [
            wanted[0].then(of_input),
            wanted[1].then(|| transposed_product(input, self.width, &gates, all)),
            wanted[2].then(of_state_weight),
            wanted[3].then(of_bias),
        ]
    }
}

/// One step forward from the sums that stand in `gates`, which become the opened gates.
struct Step<'a> {
    hidden: usize,
    gates: &'a mut [f32],
    carried: &'a mut [f32],
    squashed: &'a mut [f32],
    states: &'a mut [f32],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let hidden = self.hidden;
        let rows = self.gates.chunks_exact_mut(GATES * hidden);
        let cells =
            self.carried.chunks_exact_mut(hidden).zip(self.squashed.chunks_exact_mut(hidden));
        for ((gates, (cells, squashed)), states) in
            rows.zip(cells).zip(self.states.chunks_exact_mut(hidden))
        {
            // One slice at a time, which compilers turn into vectors without further proof.
            let (open, rest) = gates.split_at_mut(2 * hidden);
            let (candidate, output) = rest.split_at_mut(hidden);
            open.iter_mut().for_each(|gate| *gate = sigmoid(*gate));
            candidate.iter_mut().for_each(|gate| *gate = tanh(*gate));
            output.iter_mut().for_each(|gate| *gate = sigmoid(*gate));
            let (input, forget) = open.split_at(hidden);
            for (((cell, input), forget), candidate) in
                cells.iter_mut().zip(input).zip(forget).zip(&*candidate)
            {
                *cell = forget * *cell + input * candidate;
            }
            for ((squashed, cell), (state, output)) in
                squashed.iter_mut().zip(&*cells).zip(states.iter_mut().zip(&*output))
            {
                *squashed = tanh(*cell);
                *state = output * *squashed;
            }
        }
    }
}

/// One step back: the opened gates become the slopes of the sums they came from.
struct Back<'a> {
    hidden: usize,
    gates: &'a mut [f32],
    /// Cells before the step.
    before: &'a [f32],
    squashed: &'a [f32],
    state_slope: &'a [f32],
    /// Slope of the cells after the step, which becomes that before it.
    cell_slope: &'a mut [f32],
}

impl WithSimd for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let hidden = self.hidden;
        let cells = self.before.chunks_exact(hidden).zip(self.squashed.chunks_exact(hidden));
        let slopes =
            self.state_slope.chunks_exact(hidden).zip(self.cell_slope.chunks_exact_mut(hidden));
        let rows = self.gates.chunks_exact_mut(GATES * hidden);
        for ((gates, (before, squashed)), (state, cell)) in rows.zip(cells).zip(slopes) {
            let (input, rest) = gates.split_at_mut(hidden);
            let (forget, rest) = rest.split_at_mut(hidden);
            let (candidate, output) = rest.split_at_mut(hidden);
            for at in 0..hidden {
                let [i, f, g, o] = [input[at], forget[at], candidate[at], output[at]];
                let of_cell = cell[at] + state[at] * o * (1.0 - squashed[at] * squashed[at]);
                output[at] = state[at] * squashed[at] * o * (1.0 - o);
                input[at] = of_cell * g * i * (1.0 - i);
                candidate[at] = of_cell * i * (1.0 - g * g);
                forget[at] = of_cell * before[at] * f * (1.0 - f);
                cell[at] = of_cell * f;
            }
        }
    }
}
