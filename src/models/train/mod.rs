//! The one training loop of all nets.
//!
//! A net says how a batch goes forward; everything else (order, batches, mixing, loss, optimiser,
//! schedule, early stopping, history) is here, once. All randomness comes from streams derived from
//! the fit's seed: the library's own generator is shared by all threads and is never touched, so
//! that a fit gives the same bits however many others run beside it.

mod adam;
mod batch;
mod dropout;
mod epochs;
mod held_out;
mod loss;
mod options;
mod schedule;
#[allow(dead_code)] // the sequence nets come next
mod view;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

pub(super) use dropout::Dropout;
pub(super) use epochs::{Course, train};
pub(super) use loss::softmax;
pub(super) use options::Training;
pub use options::{
    Batch, ClipNorm, EarlyStopping, Epochs, LearningRate, Mixup, Optimiser, Schedule, Share,
    Smoothing, WeightDecay,
};
#[allow(unused_imports)]
pub(super) use view::{Augment, View, windows_scored};
#[allow(unused_imports)]
pub use view::{Crop, Decibels, Frames, Mask};

/// A net as the training loop sees it.
pub(super) trait Net: Module {
    /// One score (before softmax) for each genre.
    ///
    /// `input` is `[batch, values]`, of a sequence its frames one after another; the result is
    /// `[batch, genres]`.
    fn forward(&self, input: Tensor<2>, dropout: &mut Dropout) -> Tensor<2>;
}

/// Where nets are made, and trained unless the fit says otherwise: on this processor, with
/// gradients.
pub(super) fn device() -> Device {
    crate::models::Device::CPU.place().autodiff()
}
