//! The block against the library's own operations, against differences, and against itself.

use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Tensor, TensorData, activation, module};
use rand::RngExt;

use super::layer::floats;
use super::{Convolution, Form, elsewhere};
use crate::models::testing::places;
use crate::models::train::device;
use crate::seed::Seed;

/// Images of a batch.
const BATCH: usize = 3;

/// Forms that meet every edge: few pixels, few taps, filters that fill no register, pools that leave
/// something over, time alone, bands of more than one piece.
fn forms() -> Vec<Form> {
    let form = |[rows, columns]: [usize; 2], channels, filters, kernel, pool| Form {
        rows,
        columns,
        channels,
        filters,
        kernel,
        pool,
    };
    vec![
        form([9, 7], 3, 20, [3, 3], [2, 2]),
        form([1, 13], 5, 16, [1, 5], [1, 3]),
        form([8, 8], 1, 16, [3, 3], [4, 2]),
        form([1, 4], 2, 3, [1, 1], [1, 1]),
        form([12, 10], 16, 40, [5, 5], [3, 2]),
        form([40, 36], 2, 24, [3, 3], [2, 3]),
    ]
}

fn drawn(count: usize, seed: u64) -> Vec<f32> {
    let mut stream = Seed::new(seed).stream();
    (0..count).map(|_| 2.0 * stream.random::<f32>() - 1.0).collect()
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), &device())
}

/// A layer some of whose scales are negative, and images away from zero.
fn layer(form: Form) -> (Convolution, Vec<f32>) {
    let mut layer = Convolution::new(form, &mut Seed::new(1).stream());
    let mut scale = drawn(form.filters, 2);
    scale[0] = -0.5;
    layer.scale = Param::from_tensor(tensor(scale, [form.filters]));
    layer.shift = Param::from_tensor(tensor(drawn(form.filters, 3), [form.filters]));
    let images = drawn(BATCH * form.input(), 4);
    (layer, images.iter().map(|value| value + 0.3).collect())
}

/// Output, then slopes of images, weights, scale and shift under the loss Σ c · output.
type Answers = [Vec<f32>; 5];

fn ours(layer: &Convolution, images: &[f32], c: &[f32]) -> Answers {
    let form = layer.form();
    let input = tensor(images.to_vec(), [BATCH, form.input()]).require_grad();
    let output = layer.forward(input.clone());
    let loss = (output.clone() * tensor(c.to_vec(), [BATCH, form.output()])).sum();
    let slopes = loss.backward();
    [
        floats(output),
        floats(input.grad(&slopes).unwrap()),
        floats(layer.weights.grad(&slopes).unwrap()),
        floats(layer.scale.grad(&slopes).unwrap()),
        floats(layer.shift.grad(&slopes).unwrap()),
    ]
}

/// The same of the library's own operations, which want channels first.
fn theirs(layer: &Convolution, images: &[f32], c: &[f32]) -> (Answers, BatchNorm) {
    let form = layer.form();
    let Form { rows, columns, channels, filters, kernel, pool } = *form;
    let input = tensor(images.to_vec(), [BATCH, rows, columns, channels]).require_grad();
    let weights = tensor(floats(layer.weights.val()), [kernel[0], kernel[1], channels, filters])
        .require_grad();
    let norm = BatchNorm {
        gamma: Param::from_tensor(tensor(floats(layer.scale.val()), [filters])),
        beta: Param::from_tensor(tensor(floats(layer.shift.val()), [filters])),
        ..BatchNormConfig::new(filters).init(&device())
    };
    let sums = module::conv2d(
        input.clone().permute([0, 3, 1, 2]),
        weights.clone().permute([3, 2, 0, 1]),
        None,
        ConvOptions::new([1, 1], kernel.map(|extent| extent / 2), [1, 1], 1),
    );
    let rectified = activation::relu(norm.forward(sums));
    let pooled = module::max_pool2d(rectified, MaxPoolOptions::new(pool)).permute([0, 2, 3, 1]);
    let c = tensor(c.to_vec(), pooled.dims());
    let slopes = (pooled.clone() * c).sum().backward();
    let answers = [
        floats(pooled),
        floats(input.grad(&slopes).unwrap()),
        floats(weights.grad(&slopes).unwrap()),
        floats(norm.gamma.grad(&slopes).unwrap()),
        floats(norm.beta.grad(&slopes).unwrap()),
    ];
    (answers, norm)
}

/// Largest difference, as a share of the largest value.
fn difference(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    let largest = right.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    left.iter().zip(right).map(|(l, r)| (l - r).abs()).fold(0.0, f32::max) / largest
}

#[test]
fn output_and_slopes_are_those_of_the_librarys_own_operations() {
    for form in forms() {
        let (layer, images) = layer(form);
        let c = drawn(BATCH * form.output(), 5);
        let own = ours(&layer, &images, &c);
        let (library, norm) = theirs(&layer, &images, &c);
        for (what, (own, library)) in
            ["output", "images", "weights", "scale", "shift"].iter().zip(own.iter().zip(&library))
        {
            let off = difference(own, library);
            assert!(off < 1e-4, "{what} of {form:?} are {off} off");
        }
        let figures = layer.running.figures();
        let running = [(figures.mean, &norm.running_mean), (figures.variance, &norm.running_var)];
        for (own, library) in running {
            let own: Vec<f32> = own.iter().map(|figure| *figure as f32).collect();
            // The library's variance is the population's.
            assert!(difference(&own, &floats(library.value_sync())) < 0.02, "{form:?}");
        }
    }
}

#[test]
fn slopes_are_differences_of_the_loss() {
    let form = Form { rows: 6, columns: 5, channels: 2, filters: 3, kernel: [3, 3], pool: [2, 2] };
    let (layer, images) = layer(form);
    let c = drawn(BATCH * form.output(), 6);
    let [_, image_slopes, weight_slopes, scale_slopes, shift_slopes] = ours(&layer, &images, &c);
    let loss = |layer: &Convolution, images: &[f32]| -> f64 {
        let output = layer.forward(tensor(images.to_vec(), [BATCH, form.input()]));
        floats(output).iter().zip(&c).map(|(o, c)| f64::from(*o) * f64::from(*c)).sum()
    };
    let moved = |values: &[f32], direction: &[f32], by: f32| -> Vec<f32> {
        values.iter().zip(direction).map(|(value, step)| value + by * step).collect()
    };
    let check = |what: &str, slopes: &[f32], losses: [f64; 2], direction: &[f32], by: f32| {
        let slope = (losses[1] - losses[0]) / f64::from(2.0 * by);
        let told: f64 = slopes.iter().zip(direction).map(|(s, d)| f64::from(s * d)).sum();
        assert!((slope - told).abs() < 0.02 * told.abs().max(0.1), "{what}: {slope} and {told}");
    };
    let by = 2e-3;
    let direction = drawn(images.len(), 7);
    let losses = [-by, by].map(|by| loss(&layer, &moved(&images, &direction, by)));
    check("images", &image_slopes, losses, &direction, by);

    let weights = floats(layer.weights.val());
    let direction = drawn(weights.len(), 8);
    let losses = [-by, by].map(|by| {
        let weights = tensor(moved(&weights, &direction, by), [form.taps(), form.filters]);
        loss(&Convolution { weights: Param::from_tensor(weights), ..layer.clone() }, &images)
    });
    check("weights", &weight_slopes, losses, &direction, by);

    let direction = drawn(form.filters, 9);
    let (scale, shift) = (floats(layer.scale.val()), floats(layer.shift.val()));
    let vector = |values| Param::from_tensor(tensor(values, [form.filters]));
    let losses = [-by, by].map(|by| {
        let scale = vector(moved(&scale, &direction, by));
        loss(&Convolution { scale, ..layer.clone() }, &images)
    });
    check("scale", &scale_slopes, losses, &direction, by);
    let losses = [-by, by].map(|by| {
        let shift = vector(moved(&shift, &direction, by));
        loss(&Convolution { shift, ..layer.clone() }, &images)
    });
    check("shift", &shift_slopes, losses, &direction, by);
}

#[test]
fn the_same_bits_come_out_among_threads() {
    let answers = |form: Form| {
        let (layer, images) = layer(form);
        ours(&layer, &images, &drawn(BATCH * form.output(), 5))
    };
    let alone: Vec<Answers> = forms().into_iter().map(answers).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| forms().into_iter().map(answers).collect::<Vec<_>>()))
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap() == alone);
        }
    });
}

#[test]
fn without_gradients_running_figures_count_and_an_image_scores_alone_as_among_others() {
    for form in forms() {
        let (layer, images) = layer(form);
        let input = || tensor(images.clone(), [BATCH, form.input()]);
        let trained = floats(layer.forward(input()));
        // After many batches of the same images the figures are theirs, but for the unbiased
        // variance.
        for _ in 0..200 {
            layer.forward(input());
        }
        let valid = layer.valid();
        let images_only = input().inner();
        let scored = floats(valid.forward(images_only));
        let pixels = (BATCH * form.rows * form.columns) as f32;
        assert!(difference(&scored, &trained) < 2.0 / pixels, "{form:?}");

        let folded = layer.folded();
        let mut scorer = folded.scorer();
        for (image, together) in images.chunks(form.input()).zip(scored.chunks(form.output())) {
            assert!(scorer.forward(image) == together, "{form:?}");
        }
        let written = serde_json::to_string(&folded).unwrap();
        assert_eq!(serde_json::from_str::<super::Folded>(&written).unwrap(), folded);
    }
}

#[test]
fn a_net_put_aside_keeps_its_figures() {
    let (layer, images) = layer(forms()[0]);
    let aside = layer.clone();
    layer.forward(tensor(images, [BATCH, forms()[0].input()]));
    assert_ne!(layer.folded(), aside.folded());
    assert_eq!(aside.running.figures().variance, vec![1.0; 20]);
}

#[test]
fn images_that_are_constants_get_no_slopes() {
    let (layer, images) = layer(forms()[0]);
    let input = tensor(images, [BATCH, forms()[0].input()]);
    let slopes = layer.forward(input.clone()).sum().backward();
    assert!(input.grad(&slopes).is_none());
    assert!(layer.weights.grad(&slopes).is_some());
}

#[test]
fn other_devices_have_the_same_output_slopes_and_figures() {
    for (form, place) in forms().into_iter().flat_map(|form| places().map(move |to| (form, to))) {
        let (layer, images) = layer(form);
        let away = layer.clone().fork(&place);
        let c = drawn(BATCH * form.output(), 5);
        let own = ours(&layer, &images, &c);
        let there = |values: &[f32], width| {
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), [BATCH, width]), &place)
        };
        let input = there(&images, form.input()).require_grad();
        let output = elsewhere::forward(&away, input.clone());
        let slopes = (output.clone() * there(&c, form.output())).sum().backward();
        let other = [
            floats(output),
            floats(input.grad(&slopes).unwrap()),
            floats(away.weights.grad(&slopes).unwrap()),
            floats(away.scale.grad(&slopes).unwrap()),
            floats(away.shift.grad(&slopes).unwrap()),
        ];
        for (what, (own, other)) in
            ["output", "images", "weights", "scale", "shift"].iter().zip(own.iter().zip(&other))
        {
            let off = difference(other, own);
            assert!(off < 1e-4, "{what} of {form:?} at {place:?} are {off} off");
        }
        let scored = layer.valid().forward(tensor(images.clone(), [BATCH, form.input()]).inner());
        let other = elsewhere::forward(&away.valid(), there(&images, form.input()).inner());
        let off = difference(&floats(other), &floats(scored));
        assert!(off < 1e-4, "scores of {form:?} at {place:?} are {off} off");
        let (own, other) = (layer.running.figures(), away.running.figures());
        let far = own.variance.iter().zip(&other.variance).any(|(a, b)| (a - b).abs() > 1e-4 * a);
        assert!(!far, "{own:?} and {other:?}");
    }
}
