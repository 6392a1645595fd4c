//! The dense net while it is trained.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData, activation};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Activation;
use super::classifier::Layer;
use crate::models::train::{Dropout, Net, device};
use crate::seed::Seed;

/// Linear layers with an activation and dropout between them.
#[derive(Module, Debug)]
pub(super) struct Perceptron {
    layers: Vec<Linear>,
    dropout: f64,
    #[module(skip)]
    activation: Activation,
}

impl Perceptron {
    /// A net of these widths, from input to scores, its weights drawn from the seed's stream.
    pub(super) fn new(widths: &[usize], dropout: f64, activation: Activation, seed: Seed) -> Self {
        let mut stream = seed.stream();
        let layers = widths.windows(2).map(|ends| linear(ends[0], ends[1], &mut stream)).collect();
        Self { layers, dropout, activation }
    }

    /// The weights as plain numbers.
    pub(super) fn layers(&self) -> Vec<Layer> {
        self.layers.iter().map(plain).collect()
    }
}

impl Net for Perceptron {
    fn forward(&self, input: Tensor<2>, dropout: &mut Dropout) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a net has at least one layer");
        let mut values = input; // [batch, width]
        for layer in hidden {
            values = layer.forward(values); // [batch, units]
            values = match self.activation {
                Activation::Relu => activation::relu(values),
                Activation::Gelu => activation::gelu(values),
                Activation::Silu => activation::silu(values),
                Activation::Tanh => activation::tanh(values),
            };
            values = dropout.apply(values, self.dropout);
        }
        last.forward(values) // [batch, genres]
    }
}

/// A layer whose weights and biases are uniform within ± 1 / √inputs, as PyTorch draws them.
fn linear(inputs: usize, outputs: usize, stream: &mut ChaCha8Rng) -> Linear {
    let bound = (inputs as f32).sqrt().recip();
    let mut draw = |count: usize| -> Vec<f32> {
        (0..count).map(|_| (2.0 * stream.random::<f32>() - 1.0) * bound).collect()
    };
    let device = device();
    let weight = TensorData::new(draw(inputs * outputs), [inputs, outputs]);
    let bias = TensorData::new(draw(outputs), [outputs]);
    Linear {
        weight: Param::from_data(weight, &device),
        bias: Some(Param::from_data(bias, &device)),
    }
}

/// One layer's weights as plain numbers.
fn plain(layer: &Linear) -> Layer {
    let floats = "nets are made of single-precision floats";
    let [inputs, outputs] = layer.weight.dims();
    let bias = layer.bias.as_ref().expect("each layer was made with a bias");
    Layer {
        inputs,
        outputs,
        weight: layer.weight.val().try_into_vec_as().expect(floats),
        bias: bias.val().try_into_vec_as().expect(floats),
    }
}
