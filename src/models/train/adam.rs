//! Adam and AdamW, one pass over the numbers of each weight.
//!
//! The library's optimiser makes about ten passes and as many allocations for each weight, which
//! takes longer than the net itself on small batches.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};

use super::options::{Optimiser, Training};
use crate::models::Device;

mod elsewhere;

/// How much of the mean gradient is kept at each step (Kingma & Ba 2015, as the next two).
const KEEP_FIRST: f32 = 0.9;
/// How much of the mean squared gradient is kept at each step.
const KEEP_SECOND: f32 = 0.999;
/// Keeps the step finite where gradients vanish.
const EPSILON: f32 = 1e-8;

/// Running means of a net's gradients.
pub(super) struct Adam {
    optimiser: Optimiser,
    weight_decay: f32,
    clip_norm: Option<f64>,
    steps: i32,
    moments: Vec<Moments>,
    /// The same where the weights do not lie at hand.
    elsewhere: Option<Vec<elsewhere::Moments>>,
}

/// Running means of one weight's gradients.
#[derive(Default)]
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Adam {
    /// An optimiser of a net on this device that has not made a step yet.
    pub(super) fn new(training: &Training, device: Device) -> Self {
        Self {
            optimiser: training.optimiser,
            weight_decay: training.weight_decay as f32,
            clip_norm: training.clip_norm,
            steps: 0,
            moments: Vec::new(),
            elsewhere: (!device.is_cpu()).then(Vec::new),
        }
    }

    /// The net after one step against the gradients.
    pub(super) fn step<N: Module>(&mut self, net: N, gradients: Gradients, rate: f64) -> N {
        self.steps = self.steps.saturating_add(1);
        if self.elsewhere.is_some() {
            return self.step_elsewhere(net, gradients, rate);
        }
        let mut taken = Taken { gradients, slopes: Vec::new() };
        net.visit(&mut taken);
        let slopes = taken.slopes;
        self.moments.resize_with(slopes.len(), Moments::default);
        let scale = self.clip_norm.map_or(1.0, |longest| (longest / norm(&slopes)).min(1.0));
        net.map(&mut Step {
            slopes: slopes.iter(),
            moments: self.moments.iter_mut(),
            scale: scale as f32,
            rate: rate as f32,
            first_share: 1.0 - KEEP_FIRST.powi(self.steps),
            second_share: 1.0 - KEEP_SECOND.powi(self.steps),
            optimiser: self.optimiser,
            weight_decay: self.weight_decay,
        })
    }
}

/// Length of all gradients taken as one vector.
fn norm(slopes: &[Option<TensorData>]) -> f64 {
    let numbers = slopes.iter().flatten().flat_map(floats);
    numbers.map(|&number| f64::from(number).powi(2)).sum::<f64>().sqrt()
}

/// The numbers of a tensor of floats.
fn floats(data: &TensorData) -> &[f32] {
    data.as_slice().expect("nets are made of single-precision floats")
}

/// Takes the gradient of every weight, in the order of the net's fields.
struct Taken {
    gradients: Gradients,
    slopes: Vec<Option<TensorData>>,
}

impl ModuleVisitor for Taken {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let slope = if param.is_require_grad() {
            param.val().grad_remove(&mut self.gradients).map(Tensor::into_data)
        } else {
            None
        };
        self.slopes.push(slope);
    }
}

/// One step over all weights, in the same order.
struct Step<'a> {
    slopes: std::slice::Iter<'a, Option<TensorData>>,
    moments: std::slice::IterMut<'a, Moments>,
    scale: f32,
    rate: f32,
    first_share: f32,
    second_share: f32,
    optimiser: Optimiser,
    weight_decay: f32,
}

impl Step<'_> {
    /// Moves the numbers of one weight.
    fn apply(&self, weights: &mut [f32], slopes: &[f32], moments: &mut Moments, decay: f32) {
        moments.first.resize(weights.len(), 0.0);
        moments.second.resize(weights.len(), 0.0);
        let (shrink, pull) = match self.optimiser {
            Optimiser::Adam => (1.0, decay),
            Optimiser::AdamW => (1.0 - self.rate * decay, 0.0),
        };
        let rate = self.rate / self.first_share;
        let spread = self.second_share.sqrt().recip();
        let means = moments.first.iter_mut().zip(&mut moments.second);
        for ((weight, &slope), (first, second)) in weights.iter_mut().zip(slopes).zip(means) {
            let slope = slope * self.scale + pull * *weight;
            *first = KEEP_FIRST * *first + (1.0 - KEEP_FIRST) * slope;
            *second = KEEP_SECOND * *second + (1.0 - KEEP_SECOND) * slope * slope;
            *weight = shrink * *weight - rate * *first / (second.sqrt() * spread + EPSILON);
        }
    }
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let slopes = self.slopes.next().expect("a net has the same weights in every pass");
        let moments = self.moments.next().expect("there are moments for every weight");
        let Some(slopes) = slopes else { return param };
        let (id, tensor, mapper) = param.consume();
        let device = tensor.device();
        let mut data = tensor.into_data();
        let weights = data.as_mut_slice().expect("nets are made of single-precision floats");
        // Biases and scales are not pulled to zero: they do not make a net more complex.
        let decay = if D > 1 { self.weight_decay } else { 0.0 };
        self.apply(weights, floats(slopes), moments, decay);
        Param::from_mapped_value(id, Tensor::from_data(data, &device).require_grad(), mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::tests::plain;
    use super::*;

    /// The weights after one step from ones against these slopes.
    fn stepped(training: &Training, slopes: &[f32]) -> Vec<f32> {
        let mut adam = Adam::new(training, Device::CPU);
        let device = super::super::device();
        let ones = TensorData::new(vec![1.0f32; slopes.len()], [1, slopes.len()]);
        let weights: Param<Tensor<2>> = Param::from_data(ones, &device);
        let slopes = TensorData::new(slopes.to_vec(), weights.shape());
        let loss = (weights.val() * Tensor::from_data(slopes, &device)).sum();
        let weights = adam.step(weights, loss.backward(), training.learning_rate);
        weights.val().try_into_vec_as().unwrap()
    }

    fn near(left: &[f32], right: &[f32]) -> bool {
        left.iter().zip(right).all(|(left, right)| (left - right).abs() < 1e-6)
    }

    #[test]
    fn the_first_step_has_the_length_of_the_rate_whatever_the_slope() {
        let training = Training { learning_rate: 0.1, ..plain() };
        assert!(near(&stepped(&training, &[3.0, -0.01, 0.0]), &[0.9, 1.1, 1.0]));
    }

    #[test]
    fn decay_apart_shrinks_even_without_slope() {
        let training = Training {
            optimiser: Optimiser::AdamW,
            weight_decay: 0.5,
            learning_rate: 0.1,
            ..plain()
        };
        assert!(near(&stepped(&training, &[3.0, 0.0]), &[0.85, 0.95]));
    }

    #[test]
    fn a_long_gradient_is_scaled_to_the_longest_allowed() {
        let slopes = [Some(TensorData::from([3.0f32])), None, Some(TensorData::from([4.0f32]))];
        assert!((norm(&slopes) - 5.0).abs() < 1e-12);
    }
}
