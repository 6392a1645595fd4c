//! Mean and variance of each filter: of a batch, and running over batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, Tensor, TensorData};

use super::layer::floats;

/// Share of the newest batch in the running figures, as PyTorch has it.
const MOMENTUM: f64 = 0.1;

/// Sums over a batch, taken about its first pixel, so that squares stay small.
pub(super) struct Moments {
    about: Option<Vec<f32>>,
    /// Sums and sums of squares of one band, in single precision.
    band: [Vec<f32>; 2],
    /// The same of all bands so far.
    sums: [Vec<f64>; 2],
    pixels: usize,
}

/// Figures of each filter.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) mean: Vec<f64>,
    /// Of the whole population.
    pub(super) variance: Vec<f64>,
    pub(super) pixels: usize,
}

impl Moments {
    /// Nothing yet.
    pub(super) fn new(filters: usize) -> Self {
        let sums = || vec![0.0; filters];
        let band = || vec![0.0; filters];
        Self { about: None, band: [band(), band()], sums: [sums(), sums()], pixels: 0 }
    }

    /// Adds pixels, one number a filter each.
    #[inline(always)]
    pub(super) fn add(&mut self, raw: &[f32]) {
        let [sums, squares] = &mut self.band;
        let filters = sums.len();
        let about = &self.about.get_or_insert_with(|| raw[..filters].to_vec())[..filters];
        let (sums, squares) = (&mut sums[..filters], &mut squares[..filters]);
        sums.fill(0.0);
        squares.fill(0.0);
        for raw in raw.chunks_exact(filters) {
            for f in 0..filters {
                let value = raw[f] - about[f];
                sums[f] += value;
                squares[f] += value * value;
            }
        }
        self.pixels += raw.len() / filters;
        for (total, band) in self.sums.iter_mut().zip(&self.band) {
            total.iter_mut().zip(band).for_each(|(total, band)| *total += f64::from(*band));
        }
    }

    /// The figures of all pixels added.
    pub(super) fn measured(self) -> Measured {
        let pixels = self.pixels as f64;
        let about = self.about.unwrap_or_default();
        let [sums, squares] = self.sums;
        let offset: Vec<f64> = sums.iter().map(|sum| sum / pixels).collect();
        let mean = about.iter().zip(&offset).map(|(about, offset)| f64::from(*about) + offset);
        let variance = squares.iter().zip(&offset);
        let variance =
            variance.map(|(square, offset)| (square / pixels - offset * offset).max(0.0));
        Measured { mean: mean.collect(), variance: variance.collect(), pixels: self.pixels }
    }
}

/// Figures that follow the batches; what scoring normalises by.
///
/// The net that is trained and the steps of its graph share them; a clone of the net has its own,
/// so that a net put aside stays as it was.
#[derive(Debug)]
pub(super) struct Running(Arc<Mutex<Place>>);

/// Where the figures stand.
#[derive(Clone, Debug)]
enum Place {
    /// At hand.
    Here(Figures),
    /// On a device that follows batches without being asked for numbers: mean and variance.
    Elsewhere(Box<[Tensor<1>; 2]>),
}

/// Mean and unbiased variance of each filter.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    pub(super) mean: Vec<f64>,
    pub(super) variance: Vec<f64>,
}

impl Running {
    /// Mean 0 and variance 1.
    pub(super) fn new(filters: usize) -> Self {
        let figures = Figures { mean: vec![0.0; filters], variance: vec![1.0; filters] };
        Self(Arc::new(Mutex::new(Place::Here(figures))))
    }

    /// The same figures, not a copy.
    pub(super) fn shared(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// A copy of the figures as they are now.
    pub(super) fn figures(&self) -> Figures {
        self.place().figures()
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves a tenth of the way to a batch's figures.
    pub(super) fn follow(&self, batch: &Measured) {
        let pixels = batch.pixels as f64;
        // One pixel has no spread to estimate.
        let unbiased = pixels / (pixels - 1.0).max(1.0);
        let mut place = self.place();
        let mut figures = place.figures();
        for (mean, of_batch) in figures.mean.iter_mut().zip(&batch.mean) {
            *mean += MOMENTUM * (of_batch - *mean);
        }
        for (variance, of_batch) in figures.variance.iter_mut().zip(&batch.variance) {
            *variance += MOMENTUM * (of_batch * unbiased - *variance);
        }
        *place = Place::Here(figures);
    }

    /// Mean and variance as tensors at a place.
    pub(super) fn elsewhere(&self, place: &Device) -> [Tensor<1>; 2] {
        self.place().tensors(place)
    }

    /// Moves a tenth of the way to a batch's mean and variance, of so many pixels, where they lie.
    pub(super) fn follow_elsewhere(&self, mean: Tensor<1>, variance: Tensor<1>, pixels: usize) {
        let pixels = pixels as f64;
        let unbiased = pixels / (pixels - 1.0).max(1.0);
        let mut place = self.place();
        let [old_mean, old_variance] = place.tensors(&mean.device());
        *place = Place::Elsewhere(Box::new([
            old_mean * (1.0 - MOMENTUM) + mean * MOMENTUM,
            old_variance * (1.0 - MOMENTUM) + variance * (MOMENTUM * unbiased),
        ]));
    }
}

impl Clone for Running {
    fn clone(&self) -> Self {
        Self(Arc::new(Mutex::new(self.place().clone())))
    }
}

impl Place {
    fn figures(&self) -> Figures {
        match self {
            Self::Here(figures) => figures.clone(),
            Self::Elsewhere(tensors) => {
                let [mean, variance] = tensors
                    .each_ref()
                    .map(|tensor| floats(tensor.clone()).into_iter().map(f64::from).collect());
                Figures { mean, variance }
            }
        }
    }

    fn tensors(&self, place: &Device) -> [Tensor<1>; 2] {
        match self {
            Self::Here(figures) => [&figures.mean, &figures.variance].map(|numbers| {
                let numbers: Vec<f32> = numbers.iter().map(|&number| number as f32).collect();
                let count = numbers.len();
                Tensor::from_data(TensorData::new(numbers, [count]), place)
            }),
            Self::Elsewhere(tensors) => *tensors.clone(),
        }
    }
}
