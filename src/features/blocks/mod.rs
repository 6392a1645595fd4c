//! Fixed-length descriptions of a track's log-mel spectrum, block by block.
//!
//! A [`Block`] is a choice of parameters. It learns an [`Encoder`] from the training tracks alone
//! (most learn nothing, and give one all the same), and the encoder describes any track by a vector.
//! Blocks know log-mels, never labels. To add one: a file with its parameters, their `Descriptor`
//! and `Encode`; its `mod` line; one line in the registry below.

mod abreast;
mod bands;
mod cepstra;
pub mod contrast;
pub mod covariance;
mod deltas;
mod descriptor;
mod draw;
pub mod echo;
pub mod fisher;
mod kmeans;
pub mod lags;
mod log_mel;
mod mixture;
pub mod modulation;
pub mod patches;
mod pca;
mod register;
pub mod separation;
pub mod series;
pub mod shape;
mod strands;
mod symmetric;
pub mod tangent;
pub mod texture;

use crate::features::Error;
use crate::seed::Seed;
use descriptor::{Descriptor, Encode, need};
pub use log_mel::LogMel;

register::blocks! {
    "covariance" => Covariance(covariance::Covariance),
    "lags" => Lags(lags::Lags),
    "modulation" => Modulation(modulation::Modulation),
    "shape" => Shape(shape::Shape),
    "echo" => Echo(echo::Echo),
    "contrast" => Contrast(contrast::Contrast),
    "separation" => Separation(separation::Separation),
    "texture" => Texture(texture::Texture),
    "fisher" => Fisher(fisher::Fisher),
    "patches" => Patches(patches::Patches),
    "tangent" => Tangent(tangent::Tangent),
}

#[cfg(test)]
mod tests;
