//! The same steps in the library's own operations, for weights that lie on another device.
//!
//! Nothing is read back: a step is only asked for, and the device makes it when it comes to it.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

use super::{Adam, EPSILON, KEEP_FIRST, KEEP_SECOND, Optimiser};

/// Running means of one weight's gradients, as one row.
pub(super) struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
}

impl Adam {
    /// The net after one step against the gradients.
    pub(super) fn step_elsewhere<N: Module>(
        &mut self,
        net: N,
        gradients: Gradients,
        rate: f64,
    ) -> N {
        let mut taken = Taken { gradients, slopes: Vec::new() };
        net.visit(&mut taken);
        let slopes = taken.slopes;
        let moments = self.elsewhere.get_or_insert_default();
        if moments.is_empty() {
            let none = |slope: &Tensor<1>| Moments {
                first: slope.zeros_like(),
                second: slope.zeros_like(),
            };
            moments.extend(slopes.iter().flatten().map(none));
        }
        let scale = self.clip_norm.and_then(|longest| scale(&slopes, longest));
        net.map(&mut Step {
            slopes: slopes.into_iter(),
            moments: moments.iter_mut(),
            scale,
            rate: rate as f32,
            first_share: 1.0 - KEEP_FIRST.powi(self.steps),
            second_share: 1.0 - KEEP_SECOND.powi(self.steps),
            optimiser: self.optimiser,
            weight_decay: self.weight_decay,
        })
    }
}

/// What gradients are multiplied by so that, taken as one vector, they are not too long.
fn scale(slopes: &[Option<Tensor<1>>], longest: f64) -> Option<Tensor<1>> {
    let squares = slopes.iter().flatten().map(|slope| slope.clone().square().sum());
    let sum = squares.reduce(|sum, square| sum + square)?;
    // Where all slopes are zero the quotient has no end, and is cut off as any other.
    Some((sum.sqrt().recip() * longest).clamp_max(1.0))
}

/// Takes the gradient of every weight, in the order of the net's fields.
struct Taken {
    gradients: Gradients,
    slopes: Vec<Option<Tensor<1>>>,
}

impl ModuleVisitor for Taken {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let slope = if param.is_require_grad() {
            param.val().grad_remove(&mut self.gradients).map(flat)
        } else {
            None
        };
        self.slopes.push(slope);
    }
}

/// The tensor as one row.
fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let numbers = tensor.shape().num_elements();
    tensor.reshape([numbers])
}

/// One step over all weights, in the same order.
struct Step<'a> {
    slopes: std::vec::IntoIter<Option<Tensor<1>>>,
    moments: std::slice::IterMut<'a, Moments>,
    scale: Option<Tensor<1>>,
    rate: f32,
    first_share: f32,
    second_share: f32,
    optimiser: Optimiser,
    weight_decay: f32,
}

impl Step<'_> {
    /// One weight after the step; the formulas are those of the loop on this processor.
    fn apply(&mut self, weights: Tensor<1>, slope: Tensor<1>, decay: f32) -> Tensor<1> {
        let moments = self.moments.next().expect("there are moments for every weight");
        let (shrink, pull) = match self.optimiser {
            Optimiser::Adam => (1.0, decay),
            Optimiser::AdamW => (1.0 - self.rate * decay, 0.0),
        };
        let mut slope = slope;
        if let Some(scale) = &self.scale {
            slope = slope * scale.clone();
        }
        if pull > 0.0 {
            slope = slope + weights.clone() * pull;
        }
        moments.first = moments.first.clone() * KEEP_FIRST + slope.clone() * (1.0 - KEEP_FIRST);
        moments.second =
            moments.second.clone() * KEEP_SECOND + slope.square() * (1.0 - KEEP_SECOND);
        let rate = self.rate / self.first_share;
        let spread = self.second_share.sqrt().recip();
        let steps = moments.first.clone() * rate;
        weights * shrink - steps / (moments.second.clone().sqrt() * spread + EPSILON)
    }
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let slope = self.slopes.next().expect("a net has the same weights in every pass");
        let Some(slope) = slope else { return param };
        let (id, tensor, mapper) = param.consume();
        let (shape, weights) = (tensor.shape(), tensor.inner());
        // Biases and scales are not pulled to zero: they do not make a net more complex.
        let decay = if D > 1 { self.weight_decay } else { 0.0 };
        let stepped = self.apply(flat(weights), slope, decay).reshape(shape);
        Param::from_mapped_value(id, stepped.autodiff().require_grad(), mapper)
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::tensor::{Tensor, TensorData};

    use super::super::super::device;
    use super::super::super::options::tests::plain;
    use super::super::{Adam, Optimiser, Training};
    use crate::models::Device;

    /// The weights of a matrix and a row after three steps, in the loop or in tensors.
    fn stepped(training: &Training, in_tensors: bool) -> Vec<f32> {
        let mut adam = Adam::new(training, Device::CPU);
        adam.elsewhere = in_tensors.then(Vec::new);
        let place = device();
        let data = |values: [f32; 4]| TensorData::new(values.to_vec(), [2, 2]);
        let row = TensorData::new(vec![0.5f32, -3.0], [2]);
        let mut net: (Param<Tensor<2>>, Param<Tensor<1>>) =
            (Param::from_data(data([1.0, -2.0, 0.1, 3.0]), &place), Param::from_data(row, &place));
        for _ in 0..3 {
            let slopes = Tensor::<2>::from_data(data([3.0, -0.01, 0.0, 8.0]), &place);
            let product = net.0.val() * slopes + net.1.val().unsqueeze();
            net = adam.step(net, product.sum().backward(), 0.1);
        }
        let mut all: Vec<f32> = net.0.val().try_into_vec_as().unwrap();
        all.extend(net.1.val().try_into_vec_as::<f32>().unwrap());
        all
    }

    #[test]
    fn tensors_take_the_steps_of_the_loop() {
        for optimiser in [Optimiser::Adam, Optimiser::AdamW] {
            for clip_norm in [None, Some(2.0)] {
                let training = Training { optimiser, weight_decay: 0.3, clip_norm, ..plain() };
                let (own, tensors) = (stepped(&training, false), stepped(&training, true));
                let far = own.iter().zip(&tensors).any(|(a, b)| (a - b).abs() > 1e-5);
                assert!(!far, "{optimiser:?}, {clip_norm:?}: {own:?} and {tensors:?}");
            }
        }
    }
}
