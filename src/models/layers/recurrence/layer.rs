//! Long short-term memory as a layer of a net.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::score::{Direction, Memory};
use super::{GATES, Recurrence, elsewhere};
use crate::models::device::is_at_hand;
use crate::models::layers::node;
use crate::models::train::device;

/// Added to the forget gates' biases, so that an untrained cell keeps about three quarters of what
/// it holds from a step to the next and slopes reach far back (Jozefowicz et al. 2015).
const REMEMBER: f32 = 1.0;

/// One layer of long short-term memory, in one direction or in both.
#[derive(Module, Debug)]
pub(in crate::models) struct Layer {
    directions: Vec<Weights>,
}

/// The weights of one direction.
#[derive(Module, Debug)]
struct Weights {
    /// `[width, 4 · hidden]`.
    input_weight: Param<Tensor<2>>,
    /// `[hidden, 4 · hidden]`.
    state_weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Layer {
    /// Weights and biases uniform within ± 1 / √hidden, as PyTorch draws them, and forget gates that
    /// start open.
    pub(in crate::models) fn new(
        width: usize,
        hidden: usize,
        bidirectional: bool,
        stream: &mut ChaCha8Rng,
    ) -> Self {
        let directions = 1 + usize::from(bidirectional);
        Self { directions: (0..directions).map(|_| Weights::new(width, hidden, stream)).collect() }
    }

    /// The states of all directions side by side, in order of time.
    ///
    /// `[steps, batch, width]` becomes `[steps, batch, directions · hidden]`.
    pub(in crate::models) fn forward(&self, input: &Tensor<3>) -> Tensor<3> {
        let mut states: Vec<Tensor<3>> = self
            .directions
            .iter()
            .enumerate()
            .map(|(direction, weights)| weights.forward(input.clone(), direction == 1))
            .collect();
        if states.len() == 1 { states.remove(0) } else { Tensor::cat(states, 2) }
    }

    /// The layer as plain numbers.
    pub(in crate::models) fn plain(&self) -> Memory {
        Memory::new(self.directions.iter().map(Weights::plain).collect())
    }
}

impl Weights {
    fn new(width: usize, hidden: usize, stream: &mut ChaCha8Rng) -> Self {
        let bound = (hidden as f32).sqrt().recip();
        let all = GATES * hidden;
        let mut draw = |count: usize| -> Vec<f32> {
            (0..count).map(|_| (2.0 * stream.random::<f32>() - 1.0) * bound).collect()
        };
        let input_weight = TensorData::new(draw(width * all), [width, all]);
        let state_weight = TensorData::new(draw(hidden * all), [hidden, all]);
        let mut bias = draw(all);
        bias[hidden..2 * hidden].iter_mut().for_each(|forget| *forget += REMEMBER);
        let device = device();
        Self {
            input_weight: Param::from_data(input_weight, &device),
            state_weight: Param::from_data(state_weight, &device),
            bias: Param::from_data(TensorData::new(bias, [all]), &device),
        }
    }

    fn forward(&self, input: Tensor<3>, reverse: bool) -> Tensor<3> {
        if !is_at_hand(&input.device()) {
            let weights = [self.input_weight.val(), self.state_weight.val()];
            return elsewhere::forward(input, weights, self.bias.val(), reverse);
        }
        let [steps, batch, width] = input.dims();
        let hidden = self.bias.dims()[0] / GATES;
        let inputs = [
            input.into_dispatch(),
            self.input_weight.val().into_dispatch(),
            self.state_weight.val().into_dispatch(),
            self.bias.val().into_dispatch(),
        ];
        node::apply(Recurrence { batch, width, hidden, reverse }, inputs, [steps, batch, hidden])
    }

    fn plain(&self) -> Direction {
        Direction {
            input_weight: floats(self.input_weight.val()),
            state_weight: floats(self.state_weight.val()),
            bias: floats(self.bias.val()),
        }
    }
}

/// A tensor's numbers.
fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("nets are made of single-precision floats")
}
