//! An own operation as one node of the graph that gradients flow through.
//!
//! An operation says in plain functions over slices what comes out and how the loss's slope goes
//! back. The library then sees one step where its own operations would make hundreds.

use std::fmt::Debug;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, DispatchTensor, Flex};
use burn::tensor::{Tensor, TensorData};

/// A function of `N` tensors with a derivative written by hand.
///
/// Sizes are the operation's own fields: it is given the numbers only, the last axis running
/// fastest.
pub(in crate::models) trait Operation<const N: usize>:
    Clone + Debug + Send + 'static
{
    /// What the way back needs besides the inputs.
    type Kept: Clone + Debug + Send + 'static;

    /// The output, and what the way back needs.
    fn forward(&self, inputs: [&[f32]; N]) -> (Vec<f32>, Self::Kept);

    /// For each input that is `wanted`, how the loss changes with each of its numbers.
    ///
    /// `slope` says how the loss changes with each number of the output.
    fn backward(
        &self,
        inputs: [&[f32]; N],
        kept: Self::Kept,
        slope: &[f32],
        wanted: [bool; N],
    ) -> [Option<Vec<f32>>; N];
}

/// The operation's output, of the shape given; differentiable where one of the inputs is.
///
/// Tensors of several ranks go in as `tensor.into_dispatch()`.
///
/// # Panics
/// When the inputs do not lie on the processor, all with gradients or all without, or the output
/// has not as many numbers as its shape: mistakes of the caller.
pub(in crate::models) fn apply<O: Operation<N>, const N: usize, const D: usize>(
    operation: O,
    inputs: [DispatchTensor; N],
    shape: [usize; D],
) -> Tensor<D> {
    // The rank has no part in where a tensor lies, so all are taken for vectors.
    let inputs = inputs.map(Tensor::<1>::from_dispatch);
    let place = "nets are trained on the processor";
    if !inputs.iter().any(|input| input.device().is_autodiff()) {
        let values =
            inputs.map(|input| contiguous(&input.try_into_primitive::<Flex>().expect(place)));
        let (output, _) = operation.forward(values.each_ref().map(numbers));
        return Tensor::from_primitive::<Flex>(tensor(output, &shape));
    }
    let parts =
        inputs.map(|input| input.try_into_primitive::<Autodiff<Flex>>().expect(place).into_parts());
    let mut values = Vec::with_capacity(N);
    let nodes = parts.map(|(value, node)| {
        values.push(contiguous(&value));
        node
    });
    let values: [FloatTensor<Flex>; N] = values.try_into().expect("there is a value a node");
    let (output, kept) = operation.forward(values.each_ref().map(numbers));
    let output = tensor(output, &shape);
    let step = Step(operation).prepare::<NoCheckpointing>(nodes).compute_bound();
    Tensor::from_primitive::<Autodiff<Flex>>(match step.stateful() {
        OpsKind::Tracked(step) => step.finish((values, kept), output),
        OpsKind::UnTracked(step) => step.finish(output),
    })
}

/// The way back through an operation, as the library calls it.
#[derive(Debug)]
struct Step<O>(O);

impl<O: Operation<N>, const N: usize> Backward<Flex, N> for Step<O> {
    type State = ([FloatTensor<Flex>; N], O::Kept);

    fn backward(self, step: Ops<Self::State, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (inputs, kept) = step.state;
        let slope = contiguous(&gradients.consume::<Flex>(&step.node));
        let wanted = step.parents.each_ref().map(Option::is_some);
        let slopes = self.0.backward(inputs.each_ref().map(numbers), kept, numbers(&slope), wanted);
        for ((parent, input), slope) in step.parents.iter().zip(&inputs).zip(slopes) {
            if let (Some(parent), Some(slope)) = (parent, slope) {
                gradients.register::<Flex>(parent.id, tensor(slope, input.layout().shape()));
            }
        }
    }
}

/// The tensor with its numbers one after another, copied only if they are not.
fn contiguous(tensor: &FloatTensor<Flex>) -> FloatTensor<Flex> {
    tensor.to_contiguous()
}

/// A contiguous tensor's numbers.
fn numbers(tensor: &FloatTensor<Flex>) -> &[f32] {
    tensor.as_slice().expect("nets are made of single-precision floats, one after another")
}

/// A tensor of these numbers.
fn tensor(values: Vec<f32>, shape: &[usize]) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape.to_vec()))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    /// `weight · input` of a matrix and a vector.
    #[derive(Clone, Debug)]
    struct Product {
        rows: usize,
        columns: usize,
    }

    impl Operation<2> for Product {
        type Kept = ();

        fn forward(&self, [weight, input]: [&[f32]; 2]) -> (Vec<f32>, ()) {
            let rows = weight.chunks_exact(self.columns);
            (rows.map(|row| row.iter().zip(input).map(|(a, b)| a * b).sum()).collect(), ())
        }

        fn backward(
            &self,
            [weight, input]: [&[f32]; 2],
            (): (),
            slope: &[f32],
            wanted: [bool; 2],
        ) -> [Option<Vec<f32>>; 2] {
            let of_weight =
                || slope.iter().flat_map(|slope| input.iter().map(move |x| slope * x)).collect();
            let of_input = || {
                let column = |at| (0..self.rows).map(move |row| (row, row * self.columns + at));
                (0..self.columns)
                    .map(|at| column(at).map(|(row, place)| slope[row] * weight[place]).sum())
                    .collect()
            };
            [wanted[0].then(of_weight), wanted[1].then(of_input)]
        }
    }

    fn product(weight: &Tensor<2>, input: &Tensor<1>) -> Tensor<1> {
        let [rows, columns] = weight.dims();
        let inputs = [weight.clone().into_dispatch(), input.clone().into_dispatch()];
        apply(Product { rows, columns }, inputs, [rows])
    }

    fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    fn inputs(device: &Device) -> (Tensor<2>, Tensor<1>) {
        let weight = Tensor::from_floats([[1.0, 3.0], [2.0, 4.0]], device);
        (weight.transpose(), Tensor::from_floats([5.0, 6.0], device))
    }

    #[test]
    fn slopes_reach_every_input_through_what_stands_before_and_behind() {
        let (weight, input) = inputs(&Device::flex().autodiff());
        let (weight, input) = (weight.require_grad(), input.require_grad());
        let doubled = input.clone() * 2.0;
        let output = product(&weight, &doubled);
        assert_eq!(floats(output.clone()), [34.0, 78.0]);
        let gradients = (output.clone() * output).sum().backward();
        assert_eq!(floats(weight.grad(&gradients).unwrap()), [680.0, 816.0, 1560.0, 1872.0]);
        assert_eq!(floats(input.grad(&gradients).unwrap()), [1072.0, 1520.0]);
    }

    #[test]
    fn a_constant_has_no_slope_and_takes_none_from_the_others() {
        let (weight, input) = inputs(&Device::flex().autodiff());
        let weight = weight.require_grad();
        let gradients = product(&weight, &input).sum().backward();
        assert_eq!(floats(weight.grad(&gradients).unwrap()), [5.0, 6.0, 5.0, 6.0]);
        assert!(input.grad(&gradients).is_none());
    }

    #[test]
    fn without_gradients_the_output_is_the_same() {
        let (weight, input) = inputs(&Device::flex());
        let output = product(&weight, &input);
        assert!(!output.device().is_autodiff());
        assert_eq!(floats(output), [17.0, 39.0]);
        let (weight, input) = inputs(&Device::flex().autodiff());
        assert_eq!(floats(product(&weight, &input)), [17.0, 39.0]);
    }

    #[test]
    fn two_steps_in_a_row_and_a_tensor_used_twice_add_their_slopes() {
        let (weight, input) = inputs(&Device::flex().autodiff());
        let weight = weight.require_grad();
        let output = product(&weight, &product(&weight, &input));
        let gradients = output.sum().backward();
        let slope = floats(weight.grad(&gradients).unwrap());

        let direct = |change: [f32; 4]| -> f32 {
            let w: Vec<f32> = [1.0, 2.0, 3.0, 4.0].iter().zip(change).map(|(a, b)| a + b).collect();
            let once = [w[0] * 5.0 + w[1] * 6.0, w[2] * 5.0 + w[3] * 6.0];
            w[0] * once[0] + w[1] * once[1] + w[2] * once[0] + w[3] * once[1]
        };
        for at in 0..4 {
            let mut change = [0.0; 4];
            change[at] = 0.125;
            let up = direct(change);
            change[at] = -0.125;
            assert!((slope[at] - (up - direct(change)) / 0.25).abs() < 1e-3, "{at}: {slope:?}");
        }
    }
}
