//! The recurrence in the library's own operations, for devices that our loops do not reach.

use burn::tensor::{Tensor, activation, s};

use super::GATES;

/// The hidden state after each step, `[steps, batch, hidden]`, of the sequences
/// `[steps, batch, width]`.
pub(super) fn forward(
    input: Tensor<3>,
    [input_weight, state_weight]: [Tensor<2>; 2],
    bias: Tensor<1>,
    reverse: bool,
) -> Tensor<3> {
    let [steps, batch, width] = input.dims();
    let all = bias.dims()[0];
    let hidden = all / GATES;
    let heard = input.reshape([steps * batch, width]).matmul(input_weight) + bias.unsqueeze();
    let heard = heard.reshape([steps, batch, all]);

    let mut states: Vec<Tensor<2>> = Vec::with_capacity(steps);
    let mut cell: Option<Tensor<2>> = None;
    for at in 0..steps {
        let time = if reverse { steps - 1 - at } else { at };
        let mut gates = heard.clone().slice(s![time, .., ..]).reshape([batch, all]);
        if let Some(state) = states.last() {
            gates = gates + state.clone().matmul(state_weight.clone());
        }
        let gate = |at: usize| gates.clone().slice(s![.., at * hidden..(at + 1) * hidden]);
        let [input, forget, output] = [0, 1, 3].map(|at| activation::sigmoid(gate(at)));
        let fresh = input * activation::tanh(gate(2));
        let carried = match cell {
            Some(cell) => forget * cell + fresh,
            None => fresh,
        };
        states.push(output * activation::tanh(carried.clone()));
        cell = Some(carried);
    }
    if reverse {
        states.reverse();
    }
    Tensor::stack(states, 0)
}
