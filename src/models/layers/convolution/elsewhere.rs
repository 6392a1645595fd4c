//! The block in the library's own operations, for devices that our loops do not reach.

use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Tensor, activation, module};

use super::{Convolution, EPSILON, Form};

/// `[batch, rows · columns · channels]` becomes `[batch, pooled rows · pooled columns · filters]`.
///
/// With gradients it normalises by the batch, else by the figures that followed the batches.
pub(super) fn forward(layer: &Convolution, input: Tensor<2>) -> Tensor<2> {
    let Form { rows, columns, channels, filters, kernel, pool } = layer.form;
    let [batch, _] = input.dims();
    let place = input.device();
    // The library wants channels before rows and columns.
    let images = input.reshape([batch, rows, columns, channels]).permute([0, 3, 1, 2]);
    let weights = layer.weights.val().reshape([kernel[0], kernel[1], channels, filters]);
    let options = ConvOptions::new([1, 1], kernel.map(|extent| extent / 2), [1, 1], 1);
    let sums = module::conv2d(images, weights.permute([3, 2, 0, 1]), None, options);

    let each = |figures: Tensor<1>| figures.reshape([1, filters, 1, 1]);
    let (centred, variance) = if place.is_autodiff() {
        let mean = sums.clone().mean_dims(&[0, 2, 3]); // [1, filters, 1, 1]
        let centred = sums - mean.clone();
        let variance = centred.clone().square().mean_dims(&[0, 2, 3]);
        let plain = |figures: &Tensor<4>| figures.clone().inner().reshape([filters]);
        layer.running.follow_elsewhere(plain(&mean), plain(&variance), batch * rows * columns);
        (centred, variance)
    } else {
        let [mean, variance] = layer.running.elsewhere(&place);
        (sums - each(mean), each(variance))
    };
    let slope = each(layer.scale.val()) / (variance + EPSILON).sqrt();
    let rectified = activation::relu(centred * slope + each(layer.shift.val()));
    let pooled = module::max_pool2d(rectified, MaxPoolOptions::new(pool));
    pooled.permute([0, 2, 3, 1]).reshape([batch, layer.form.output()])
}
