//! What a net is made of, layer by layer: for diagrams and lists, made by the net itself.

use serde::{Deserialize, Serialize};

/// One layer of a net.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// What it does, as in `linear` or `LSTM, both directions`.
    pub name: String,
    /// What it gives, as in `387 frames × 64`.
    pub output: String,
    /// How many numbers it learns.
    pub parameters: usize,
}

impl Layer {
    /// A layer.
    pub(super) fn new(
        name: impl Into<String>,
        output: impl Into<String>,
        parameters: usize,
    ) -> Self {
        Self { name: name.into(), output: output.into(), parameters }
    }

    /// A linear layer with biases, and what follows it.
    pub(super) fn linear(name: impl Into<String>, inputs: usize, outputs: usize) -> Self {
        Self::new(name, outputs.to_string(), (inputs + 1) * outputs)
    }
}
