//! The recurrent net while it is trained.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData, s};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::classifier::Plain;
use super::{Lstm, Pooling};
use crate::models::layers::convolution::{Convolution, Form};
use crate::models::layers::recurrence::Layer;
use crate::models::train::{Dropout, Net, device};

/// Convolution blocks, recurrent layers and a linear layer.
#[derive(Module, Debug)]
pub(super) struct Recurrent {
    blocks: Vec<Convolution>,
    layers: Vec<Layer>,
    /// `[pooled, genres]`.
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    dropout: f64,
    /// Steps and values of a step, as the recurrent layers get them.
    steps: usize,
    width: usize,
    /// Numbers of the last layer's state in one direction.
    hidden: usize,
    #[module(skip)]
    pooling: Pooling,
}

impl Recurrent {
    /// A net of the learner's sizes on windows of `seen` frames and values, its weights drawn from
    /// the stream.
    pub(super) fn new(
        learner: &Lstm,
        forms: &[Form],
        seen: [usize; 2],
        genres: usize,
        stream: &mut ChaCha8Rng,
    ) -> Self {
        let blocks = forms.iter().map(|form| Convolution::new(*form, stream)).collect();
        let [steps, width] = learner.steps(forms, seen);
        let hidden = learner.hidden.get();
        let states = hidden * (1 + usize::from(learner.bidirectional));
        let layers = (0..learner.layers.get())
            .map(|at| if at == 0 { width } else { states })
            .map(|width| Layer::new(width, hidden, learner.bidirectional, stream))
            .collect();
        let pooled = states * (1 + usize::from(learner.pooling == Pooling::MeanMax));
        let bound = (pooled as f32).sqrt().recip();
        let mut draw = |count: usize| -> Vec<f32> {
            (0..count).map(|_| (2.0 * stream.random::<f32>() - 1.0) * bound).collect()
        };
        let weight = TensorData::new(draw(pooled * genres), [pooled, genres]);
        let bias = TensorData::new(draw(genres), [genres]);
        Self {
            blocks,
            layers,
            weight: Param::from_data(weight, &device()),
            bias: Param::from_data(bias, &device()),
            dropout: learner.dropout.get(),
            steps,
            width,
            hidden,
            pooling: learner.pooling,
        }
    }

    /// The net as plain numbers.
    pub(super) fn plain(&self) -> Plain {
        let floats = "nets are made of single-precision floats";
        Plain {
            blocks: self.blocks.iter().map(Convolution::folded).collect(),
            layers: self.layers.iter().map(Layer::plain).collect(),
            weight: self.weight.val().try_into_vec_as().expect(floats),
            bias: self.bias.val().try_into_vec_as().expect(floats),
        }
    }

    /// `[steps, batch, states]` becomes `[batch, pooled]`.
    fn pool(&self, states: Tensor<3>) -> Tensor<2> {
        let [steps, batch, width] = states.dims();
        let flat = |pooled: Tensor<3>| pooled.reshape([batch, width]);
        match self.pooling {
            Pooling::Last => {
                let last = states.clone().slice(s![steps - 1, .., ..self.hidden]);
                let last = last.reshape([batch, self.hidden]);
                if width == self.hidden {
                    return last;
                }
                let first = states.slice(s![0, .., self.hidden..]);
                Tensor::cat(vec![last, first.reshape([batch, width - self.hidden])], 1)
            }
            Pooling::Mean => flat(states.mean_dim(0)),
            Pooling::Max => flat(states.max_dim(0)),
            Pooling::MeanMax => {
                let mean = flat(states.clone().mean_dim(0));
                Tensor::cat(vec![mean, flat(states.max_dim(0))], 1)
            }
        }
    }
}

impl Net for Recurrent {
    fn forward(&self, input: Tensor<2>, dropout: &mut Dropout) -> Tensor<2> {
        let [batch, _] = input.dims();
        let mut values = input; // [batch, frames · width]
        for block in &self.blocks {
            values = block.forward(values); // [batch, steps · width]
        }
        let mut states = values.reshape([batch, self.steps, self.width]).swap_dims(0, 1);
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                states = dropout.apply(states, self.dropout);
            }
            states = layer.forward(&states); // [steps, batch, states]
        }
        let pooled = dropout.apply(self.pool(states), self.dropout); // [batch, pooled]
        pooled.matmul(self.weight.val()) + self.bias.val().unsqueeze() // [batch, genres]
    }
}
