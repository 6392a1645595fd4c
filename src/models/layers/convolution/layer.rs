//! A block as a layer of a net.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::forth::Training;
use super::measure::Running;
use super::{Folded, Form, elsewhere};
use crate::models::device::is_at_hand;
use crate::models::layers::node;
use crate::models::train::device;

/// Convolution, normalisation over the batch, rectification and pooling.
///
/// On a device without gradients it normalises by the figures that followed the batches in
/// training.
#[derive(Module, Debug)]
pub(in crate::models) struct Convolution {
    /// `[taps, filters]`; a tap is a row, a column and a channel of the window.
    pub(super) weights: Param<Tensor<2>>,
    pub(super) scale: Param<Tensor<1>>,
    pub(super) shift: Param<Tensor<1>>,
    #[module(skip)]
    pub(super) form: Form,
    #[module(skip)]
    pub(super) running: Running,
}

impl Convolution {
    /// Weights uniform within ± 1 / √taps, as PyTorch draws them; scale 1 and shift 0.
    pub(in crate::models) fn new(form: Form, stream: &mut ChaCha8Rng) -> Self {
        let (taps, filters) = (form.taps(), form.filters);
        let bound = (taps as f32).sqrt().recip();
        let drawn: Vec<f32> =
            (0..taps * filters).map(|_| (2.0 * stream.random::<f32>() - 1.0) * bound).collect();
        let device = device();
        let each = |value: f32| {
            Param::from_data(TensorData::new(vec![value; filters], [filters]), &device)
        };
        Self {
            weights: Param::from_data(TensorData::new(drawn, [taps, filters]), &device),
            scale: each(1.0),
            shift: each(0.0),
            form,
            running: Running::new(filters),
        }
    }

    /// The layer's sizes.
    pub(in crate::models) fn form(&self) -> &Form {
        &self.form
    }

    /// `[batch, rows · columns · channels]` becomes `[batch, pooled rows · pooled columns · filters]`.
    pub(in crate::models) fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [batch, _] = input.dims();
        let shape = [batch, self.form.output()];
        let device = input.device();
        if !is_at_hand(&device) {
            return elsewhere::forward(self, input);
        }
        if !device.is_autodiff() {
            let folded = self.folded();
            let mut scorer = folded.scorer();
            let images = floats(input);
            let output = images.chunks_exact(self.form.input());
            let output: Vec<f32> = output.flat_map(|image| scorer.forward(image)).collect();
            return Tensor::from_data(TensorData::new(output, shape), &device);
        }
        let inputs = [
            input.into_dispatch(),
            self.weights.val().into_dispatch(),
            self.scale.val().into_dispatch(),
            self.shift.val().into_dispatch(),
        ];
        let training = Training { form: self.form, running: self.running.shared() };
        node::apply(training, inputs, shape)
    }

    /// The layer as plain numbers, as it scores.
    pub(in crate::models) fn folded(&self) -> Folded {
        let scale = floats(self.scale.val());
        let shift = floats(self.shift.val());
        let figures = self.running.figures();
        Folded::new(self.form, &floats(self.weights.val()), &scale, &shift, &figures)
    }
}

/// A tensor's numbers.
pub(super) fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("nets are made of single-precision floats")
}
