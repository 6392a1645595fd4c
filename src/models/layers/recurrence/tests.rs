//! The recurrence against the library's own and against slopes measured by small steps.

use burn::module::Param;
use burn::nn::{GateController, Linear, Lstm, LstmConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;

use super::*;
use crate::models::layers::node;
use crate::models::testing::places;
use crate::seed::Seed;

const STEPS: usize = 7;
const BATCH: usize = 3;
const WIDTH: usize = 5;
const HIDDEN: usize = 4;

/// Numbers between -1 and 1.
fn draw(count: usize, seed: u64) -> Vec<f32> {
    let mut stream = Seed::new(seed).stream();
    (0..count).map(|_| 2.0 * stream.random::<f32>() - 1.0).collect()
}

fn recurrence(reverse: bool) -> Recurrence {
    Recurrence { batch: BATCH, width: WIDTH, hidden: HIDDEN, reverse }
}

/// Input, both weights and bias.
fn inputs() -> [Vec<f32>; 4] {
    let all = GATES * HIDDEN;
    [STEPS * BATCH * WIDTH, WIDTH * all, HIDDEN * all, all].map(|count| draw(count, count as u64))
}

fn leaf<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &device).require_grad()
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().unwrap()
}

fn near(left: &[f32], right: &[f32], within: f32) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| (a - b).abs() < within)
}

/// Every fourth run of `HIDDEN` columns: the part of one gate.
fn part(values: &[f32], gate: usize) -> Vec<f32> {
    let rows = values.chunks_exact(GATES * HIDDEN);
    rows.flat_map(|row| row[gate * HIDDEN..][..HIDDEN].to_vec()).collect()
}

/// The library's layer with the same weights.
fn library(inputs: &[Vec<f32>; 4], reverse: bool) -> Lstm {
    let device = Device::flex().autodiff();
    let linear = |weight: Vec<f32>, bias: Option<Vec<f32>>| {
        let shape = [weight.len() / HIDDEN, HIDDEN];
        let bias = bias.map(|bias| Param::from_data(TensorData::new(bias, [HIDDEN]), &device));
        Linear { weight: Param::from_data(TensorData::new(weight, shape), &device), bias }
    };
    let gate = |at: usize| GateController {
        input_transform: linear(part(&inputs[1], at), Some(part(&inputs[3], at))),
        hidden_transform: linear(part(&inputs[2], at), None),
    };
    let mut lstm = LstmConfig::new(WIDTH, HIDDEN, true).with_reverse(reverse).init(&device);
    lstm.input_gate = gate(0);
    lstm.forget_gate = Some(gate(1));
    lstm.cell_gate = gate(2);
    lstm.output_gate = gate(3);
    lstm
}

#[test]
fn states_and_slopes_are_those_of_the_library_in_both_directions() {
    let inputs = inputs();
    let weighing = draw(STEPS * BATCH * HIDDEN, 9);
    for reverse in [false, true] {
        let sequences = leaf(&inputs[0], [STEPS, BATCH, WIDTH]);
        let input_weight = leaf(&inputs[1], [WIDTH, GATES * HIDDEN]);
        let state_weight = leaf(&inputs[2], [HIDDEN, GATES * HIDDEN]);
        let bias = leaf(&inputs[3], [GATES * HIDDEN]);
        let tensors = [
            sequences.clone().into_dispatch(),
            input_weight.clone().into_dispatch(),
            state_weight.clone().into_dispatch(),
            bias.clone().into_dispatch(),
        ];
        let ours: Tensor<3> = node::apply(recurrence(reverse), tensors, [STEPS, BATCH, HIDDEN]);

        let lstm = library(&inputs, reverse);
        let theirs_in = leaf(&inputs[0], [STEPS, BATCH, WIDTH]);
        let (theirs, _) = lstm.forward(theirs_in.clone().swap_dims(0, 1), None);
        let theirs = theirs.swap_dims(0, 1);
        assert!(near(&floats(ours.clone()), &floats(theirs.clone()), 1e-6), "states, {reverse}");

        let by = || leaf(&weighing, [STEPS, BATCH, HIDDEN]);
        let slopes = (ours * by()).sum().backward();
        let expected = (theirs * by()).sum().backward();
        let same = |ours: Vec<f32>, theirs: Vec<f32>, of: &str| {
            assert!(
                near(&ours, &theirs, 1e-5),
                "slopes of the {of}, {reverse}: {ours:?} {theirs:?}"
            );
        };
        let ours = sequences.grad(&slopes).unwrap();
        same(floats(ours), floats(theirs_in.grad(&expected).unwrap()), "input");
        let forget = lstm.forget_gate.as_ref().unwrap();
        let gates = [&lstm.input_gate, forget, &lstm.cell_gate, &lstm.output_gate];
        for (at, gate) in gates.into_iter().enumerate() {
            let of_weight = |linear: &Linear| floats(linear.weight.val().grad(&expected).unwrap());
            let ours = part(&floats(input_weight.grad(&slopes).unwrap()), at);
            same(ours, of_weight(&gate.input_transform), "input's weight");
            let ours = part(&floats(state_weight.grad(&slopes).unwrap()), at);
            same(ours, of_weight(&gate.hidden_transform), "state's weight");
            let theirs = gate.input_transform.bias.as_ref().unwrap().val();
            let ours = part(&floats(bias.grad(&slopes).unwrap()), at);
            same(ours, floats(theirs.grad(&expected).unwrap()), "bias");
        }
    }
}

#[test]
fn slopes_are_what_small_steps_measure() {
    let weighing = draw(STEPS * BATCH * HIDDEN, 9);
    for reverse in [false, true] {
        let recurrence = recurrence(reverse);
        let weighed = |inputs: &[Vec<f32>; 4]| -> f64 {
            let (states, _) = recurrence.forward(inputs.each_ref().map(Vec::as_slice));
            states.iter().zip(&weighing).map(|(a, b)| f64::from(a * b)).sum()
        };
        let mut inputs = inputs();
        let (_, course) = recurrence.forward(inputs.each_ref().map(Vec::as_slice));
        let slices = inputs.each_ref().map(Vec::as_slice);
        let slopes = recurrence.backward(slices, course, &weighing, [true; 4]);
        for (of, slopes) in slopes.into_iter().enumerate() {
            for (at, slope) in slopes.unwrap().into_iter().enumerate() {
                let (value, step) = (inputs[of][at], 1e-2);
                inputs[of][at] = value + step;
                let above = weighed(&inputs);
                inputs[of][at] = value - step;
                let measured = (above - weighed(&inputs)) / f64::from(2.0 * step);
                inputs[of][at] = value;
                let wrong = (measured - f64::from(slope)).abs();
                assert!(wrong < 2e-3, "input {of}, place {at}: {slope} for {measured}");
            }
        }
    }
}

#[test]
fn a_sequence_has_the_same_states_alone_and_among_others_and_in_every_thread() {
    let inputs = inputs();
    let states = || recurrence(true).forward(inputs.each_ref().map(Vec::as_slice)).0;
    let together = states();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(states)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), together);
        }
    });
    let of = |values: &[f32], width: usize, sequence: usize| -> Vec<f32> {
        let rows = values.chunks_exact(width).skip(sequence).step_by(BATCH);
        rows.flatten().copied().collect()
    };
    for sequence in 0..BATCH {
        let input = of(&inputs[0], WIDTH, sequence);
        let one = Recurrence { batch: 1, ..recurrence(true) };
        let (alone, _) = one.forward([&input, &inputs[1], &inputs[2], &inputs[3]]);
        assert_eq!(alone, of(&together, HIDDEN, sequence));
    }
}

#[test]
fn a_single_step_has_no_slope_for_the_state_s_weight() {
    let one = Recurrence { batch: 2, width: 1, hidden: 1, reverse: false };
    let inputs: [&[f32]; 4] = [&[0.5, -0.5], &[1.0; 4], &[1.0; 4], &[0.0; 4]];
    let (states, course) = one.forward(inputs);
    let opened = 1.0 / (1.0 + (-0.5f32).exp());
    assert!((states[0] - opened * (opened * 0.5f32.tanh()).tanh()).abs() < 1e-6);
    let slopes = one.backward(inputs, course, &[1.0, 1.0], [false, false, true, false]);
    assert_eq!(slopes, [None, None, Some(vec![0.0; 4]), None]);
}

#[test]
fn other_devices_have_the_same_states_and_slopes_in_both_directions() {
    let shapes = [[WIDTH, GATES * HIDDEN], [HIDDEN, GATES * HIDDEN]];
    for (reverse, place) in
        [false, true].into_iter().flat_map(|way| places().map(move |to| (way, to)))
    {
        let inputs = inputs();
        let weighing = draw(STEPS * BATCH * HIDDEN, 9);
        let slices = inputs.each_ref().map(Vec::as_slice);
        let (states, course) = recurrence(reverse).forward(slices);
        let slopes = recurrence(reverse).backward(slices, course, &weighing, [true; 4]);

        let matrix = |at: usize| -> Tensor<2> {
            let data = TensorData::new(inputs[at].clone(), shapes[at - 1]);
            Tensor::from_data(data, &place).require_grad()
        };
        let cube = |values: &[f32], width| -> Tensor<3> {
            Tensor::from_data(TensorData::new(values.to_vec(), [STEPS, BATCH, width]), &place)
        };
        let input = cube(&inputs[0], WIDTH).require_grad();
        let weights = [matrix(1), matrix(2)];
        let bias = TensorData::new(inputs[3].clone(), [GATES * HIDDEN]);
        let bias = Tensor::<1>::from_data(bias, &place).require_grad();
        let other = elsewhere::forward(input.clone(), weights.clone(), bias.clone(), reverse);
        assert!(near(&floats(other.clone()), &states, 1e-5), "states, {reverse}, {place:?}");
        let of = (other * cube(&weighing, HIDDEN)).sum().backward();
        let other = [
            floats(input.grad(&of).unwrap()),
            floats(weights[0].grad(&of).unwrap()),
            floats(weights[1].grad(&of).unwrap()),
            floats(bias.grad(&of).unwrap()),
        ];
        for (at, (own, other)) in slopes.into_iter().zip(&other).enumerate() {
            assert!(near(other, &own.unwrap(), 1e-4), "slopes of {at}, {reverse}, {place:?}");
        }
    }
}
