//! The loop: epochs of batches, until the last one or until validation says stop.

use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;

use super::adam::Adam;
use super::batch::Rows;
use super::dropout::Dropout;
use super::held_out::hold_out;
use super::loss::cross_entropy;
use super::options::Training;
use super::view::Curves;
use super::{Net, schedule};
use crate::dataset::Samples;
use crate::models::{Context, Epoch, Error};
use crate::watch::Event;

/// Where a training stands among several of the same fit, for the watcher's count of epochs.
#[derive(Clone, Copy, Debug)]
pub(in crate::models) struct Course {
    /// Number of this training, from 0.
    pub(in crate::models) training: usize,
    /// How many there are.
    pub(in crate::models) trainings: usize,
}

/// Trains the net on `samples` and gives its last weights, or its best where it may stop early.
///
/// # Errors
/// When the loss runs away, nothing can be held out, or the watcher asks to stop.
pub(in crate::models) fn train<N: Net>(
    model: &'static str,
    mut net: N,
    samples: &Samples,
    training: &Training,
    context: &Context<'_>,
    course: Course,
) -> Result<(N, Vec<Epoch>), Error> {
    keep_memory();
    let seed = context.seed.derive(course.training);
    let (mut order, held) = match training.early_stopping {
        Some(stopping) => hold_out(samples, stopping.share.get(), seed.derive("held out")),
        None => ((0..samples.len()).collect(), Vec::new()),
    };
    if order.is_empty() || (held.is_empty() && training.early_stopping.is_some()) {
        let reason = "nothing can be held out for `early_stopping` without parting a group; \
                      change its `share` or leave it out";
        return Err(Error::Library { model, reason: reason.to_owned() });
    }
    let held = samples.select(&held);

    // Nets are made on this processor, so that the same seed draws the same weights everywhere.
    let place = context.device.place();
    let device = place.clone().autodiff();
    if !context.device.is_cpu() {
        net = net.fork(&device);
    }
    let mut adam = Adam::new(training, context.device);
    let mut dropout = Dropout::training(seed.derive("dropout"));
    let mut shuffling = seed.derive("order").stream();
    let mut mixing = seed.derive("mixup").stream();
    let mut varying = seed.derive("augmentation").stream();
    let (view, curves) = (&training.view, Curves::of(samples));
    let steps = training.epochs * order.len().div_ceil(training.batch);
    let mut step = 0;
    let mut history: Vec<Epoch> = Vec::new();
    let mut best: Option<(f64, usize, N)> = None;

    for epoch in 1..=training.epochs {
        if context.watch.stop() {
            return Err(Error::Stopped);
        }
        order.shuffle(&mut shuffling);
        let (mut loss, mut right) = (0.0, 0);
        for picks in order.chunks(training.batch) {
            let mut rows = Rows::drawn(samples, picks, training, &curves, &mut varying);
            if training.mixup > 0.0 {
                rows.mix(picks.len(), training.mixup, &mut mixing);
            }
            let shape = [picks.len(), view.size(samples)];
            let input = Tensor::from_data(TensorData::new(rows.values, shape), &device);
            let scores = net.forward(input, &mut dropout); // [batch, genres]
            let judged = judge(&scores, &rows.targets);
            loss += judged.loss;
            right += judged.right;
            // The graph is entered at the scores: their product with the loss's gradient has it.
            let slope = TensorData::new(judged.gradient, scores.shape());
            let gradients = (scores * Tensor::from_data(slope, &device)).sum().backward();
            let rate = training.learning_rate * schedule::share(training, step, steps);
            net = adam.step(net, gradients, rate);
            step += 1;
        }

        let rows = order.len() as f64;
        let mut now = Epoch {
            train_loss: loss / rows,
            train_accuracy: right as f64 / rows,
            validation_loss: None,
            validation_accuracy: None,
        };
        if !now.train_loss.is_finite() {
            return Err(Error::Diverged { model, epoch, loss: now.train_loss });
        }
        let stopping = (!held.is_empty()).then(|| evaluate(&net, &held, training, &place));
        let watched = context.watched.filter(|watched| !watched.is_empty());
        let shown = watched.map(|watched| evaluate(&net, watched, training, &place)).or(stopping);
        (now.validation_loss, now.validation_accuracy) = shown.unzip();
        history.push(now);
        context.watch.event(&Event::EpochEnded {
            cell: context.cell,
            epoch: course.training * training.epochs + epoch,
            epochs: course.trainings * training.epochs,
            loss: now.train_loss,
            accuracy: now.train_accuracy,
        });

        if let (Some((loss, _)), Some(rule)) = (stopping, training.early_stopping) {
            if best.as_ref().is_none_or(|(lowest, _, _)| loss < *lowest) {
                best = Some((loss, epoch, net.clone()));
            }
            if best.as_ref().is_some_and(|(_, at, _)| epoch - at >= rule.patience.get()) {
                break;
            }
        }
    }
    let net = best.map_or(net, |(_, _, net)| net);
    // The last step comes after the last loss: look once more.
    order.truncate(training.batch);
    match evaluate(&net, &samples.select(&order), training, &place) {
        (loss, _) if loss.is_finite() => Ok((net, history)),
        (loss, _) => Err(Error::Diverged { model, epoch: history.len(), loss }),
    }
}

/// Lets gradients reuse memory instead of fetching it from the system at every step.
///
/// The C library's allocator gives blocks above a threshold back to the system at once, and each
/// step then pays for fresh pages: a third of a training's time. Having freed a larger block, it
/// raises that threshold (`mallopt(3)`, dynamic adjustment) up to 32 MiB. Elsewhere it is harmless.
fn keep_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(31 << 20)));
}

/// Mean loss and share named rightly of the middle windows, with dropout off and targets as they are.
fn evaluate<N: Net>(
    net: &N,
    samples: &Samples,
    training: &Training,
    device: &Device,
) -> (f64, f64) {
    let net = net.valid();
    let (mut loss, mut right) = (0.0, 0);
    let positions: Vec<usize> = (0..samples.len()).collect();
    for picks in positions.chunks(training.batch) {
        let rows = Rows::as_they_are(samples, picks, &training.view);
        let shape = [picks.len(), training.view.size(samples)];
        let input = Tensor::from_data(TensorData::new(rows.values, shape), device);
        let judged = judge(&net.forward(input, &mut Dropout::off()), &rows.targets);
        loss += judged.loss;
        right += judged.right;
    }
    (loss / samples.len() as f64, right as f64 / samples.len() as f64)
}

/// The loss of a batch and how it changes with the scores.
fn judge(scores: &Tensor<2>, targets: &[f32]) -> super::loss::Judged {
    let [_, genres] = scores.dims();
    let data = scores.to_data();
    let scores: &[f32] = data.as_slice().expect("nets are made of single-precision floats");
    cross_entropy(scores, targets, genres)
}
