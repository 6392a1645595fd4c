//! Dropout whose masks come from a stream of our own.

use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::seed::Seed;

/// Switches units off at random in training, and does nothing in evaluation.
pub(in crate::models) struct Dropout {
    stream: Option<ChaCha8Rng>,
    bits: Vec<u8>,
}

impl Dropout {
    /// Dropout of a training: masks drawn from the stream of `seed`.
    pub(in crate::models) fn training(seed: Seed) -> Self {
        Self { stream: Some(seed.stream()), bits: Vec::new() }
    }

    /// Dropout of an evaluation, which lets everything pass.
    pub(in crate::models) fn off() -> Self {
        Self { stream: None, bits: Vec::new() }
    }

    /// Sets each value to zero with probability `share` and scales the others up, so that the mean
    /// stays as it is. The probability is exact to 1/65536.
    pub(in crate::models) fn apply<const D: usize>(
        &mut self,
        values: Tensor<D>,
        share: f64,
    ) -> Tensor<D> {
        let Some(stream) = self.stream.as_mut().filter(|_| share > 0.0) else {
            return values;
        };
        let shape = values.shape();
        self.bits.resize(2 * shape.num_elements(), 0);
        stream.fill_bytes(&mut self.bits);
        // Two bytes for each value are a quarter of the cost of a float and fine enough.
        let below = (share * 65536.0) as u32;
        let scale = (1.0 / (1.0 - share)) as f32;
        let mask: Vec<f32> = self
            .bits
            .chunks_exact(2)
            .map(|pair| {
                let drawn = u32::from(u16::from_le_bytes([pair[0], pair[1]]));
                f32::from(u8::from(drawn >= below)) * scale
            })
            .collect();
        let device = values.device();
        values * Tensor::from_data(TensorData::new(mask, shape), &device)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn the_named_share_is_dropped_and_the_mean_stays() {
        let ones = Tensor::<2>::ones([100, 500], &Device::flex());
        let kept = Dropout::training(Seed::new(1)).apply(ones.clone(), 0.2);
        let values: Vec<f32> = kept.try_into_vec_as().unwrap();
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        assert!((zeros as f64 / 50_000.0 - 0.2).abs() < 0.01);
        assert!(values.iter().all(|value| *value == 0.0 || (*value - 1.25).abs() < 1e-6));
        let all: Vec<f32> = Dropout::off().apply(ones, 0.2).try_into_vec_as().unwrap();
        assert!(all.iter().all(|value| (*value - 1.0).abs() < 1e-9));
    }
}
