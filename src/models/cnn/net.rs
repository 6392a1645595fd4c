//! The convolutional net while it is trained.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;

use super::classifier::Plain;
use super::{Cnn, Pooling};
use crate::models::layers::convolution::{Convolution, Form};
use crate::models::train::{Dropout, Net, device};
use crate::seed::Seed;

/// Blocks, pooling over time, and a linear layer.
#[derive(Module, Debug)]
pub(super) struct Convolutional {
    blocks: Vec<Convolution>,
    /// `[pooled, genres]`.
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    dropout: f64,
    #[module(skip)]
    pooling: Pooling,
}

impl Convolutional {
    /// A net of the learner's sizes, its weights drawn from the seed's stream: those of the last
    /// layer uniform within ± 1 / √inputs, as PyTorch draws them.
    pub(super) fn new(learner: &Cnn, forms: &[Form], genres: usize, seed: Seed) -> Self {
        let mut stream = seed.stream();
        let blocks = forms.iter().map(|form| Convolution::new(*form, &mut stream)).collect();
        let width = forms.last().map_or(0, Form::step);
        let pooled = width * if learner.pooling == Pooling::MeanMax { 2 } else { 1 };
        let bound = (pooled as f32).sqrt().recip();
        let mut draw = |count: usize| -> Vec<f32> {
            (0..count).map(|_| (2.0 * stream.random::<f32>() - 1.0) * bound).collect()
        };
        let weight = TensorData::new(draw(pooled * genres), [pooled, genres]);
        let bias = TensorData::new(draw(genres), [genres]);
        Self {
            blocks,
            weight: Param::from_data(weight, &device()),
            bias: Param::from_data(bias, &device()),
            dropout: learner.dropout.get(),
            pooling: learner.pooling,
        }
    }

    /// The net as plain numbers.
    pub(super) fn plain(&self) -> Plain {
        let floats = "nets are made of single-precision floats";
        Plain {
            blocks: self.blocks.iter().map(Convolution::folded).collect(),
            weight: self.weight.val().try_into_vec_as().expect(floats),
            bias: self.bias.val().try_into_vec_as().expect(floats),
        }
    }
}

impl Net for Convolutional {
    fn forward(&self, input: Tensor<2>, dropout: &mut Dropout) -> Tensor<2> {
        let [batch, _] = input.dims();
        let mut values = input; // [batch, frames · bands]
        for block in &self.blocks {
            values = block.forward(values); // [batch, steps · width]
        }
        let form = self.blocks.last().expect("a net has at least one block").form();
        let width = form.step();
        let steps = values.reshape([batch, form.output() / width, width]);
        let flat = |pooled: Tensor<3>| pooled.reshape([batch, width]);
        let pooled = match self.pooling {
            Pooling::Mean => flat(steps.mean_dim(1)),
            Pooling::Max => flat(steps.max_dim(1)),
            Pooling::MeanMax => {
                Tensor::cat(vec![flat(steps.clone().mean_dim(1)), flat(steps.max_dim(1))], 1)
            }
        };
        let pooled = dropout.apply(pooled, self.dropout); // [batch, pooled]
        pooled.matmul(self.weight.val()) + self.bias.val().unsqueeze() // [batch, genres]
    }
}
