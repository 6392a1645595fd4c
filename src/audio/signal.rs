//! The central type: mono samples that are known to be usable.

use crate::audio::Error;

/// Mono samples and their rate. Never empty; every sample is finite; full scale is 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    samples: Vec<f32>,
    rate: u32,
}

impl Signal {
    /// The largest magnitude a sample may have. Far above full scale, so that float files in units
    /// of 32-bit integers pass, and far below where the square of a spectrum leaves `f32`.
    pub const LOUDEST: f32 = 2_147_483_648.0;
    /// The lowest rate in hertz.
    pub const SLOWEST: u32 = 1_000;
    /// The highest rate in hertz.
    pub const FASTEST: u32 = 384_000;

    /// Checks and wraps `samples` at `rate` hertz.
    ///
    /// # Errors
    /// When there are no samples, one is not finite or beyond [`Signal::LOUDEST`], or the rate is
    /// outside [`Signal::SLOWEST`]..=[`Signal::FASTEST`].
    pub fn new(samples: Vec<f32>, rate: u32) -> Result<Self, Error> {
        let name = "the signal";
        check_rate(name, rate)?;
        if samples.is_empty() {
            return Err(Error::Empty { name: name.to_owned() });
        }
        match first_unusable(&samples) {
            None => Ok(Self::of_checked(samples, rate)),
            Some(at) => Err(Error::Sample {
                name: name.to_owned(),
                frame: at as u64,
                channel: 0,
                value: samples[at],
                bound: Self::LOUDEST,
            }),
        }
    }

    /// Of samples that were looked through as they came; there is one at least.
    pub(super) fn of_checked(samples: Vec<f32>, rate: u32) -> Self {
        Self { samples, rate }
    }

    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Samples a second, in hertz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    /// The part from sample `start`, `length` samples long; `None` when it does not lie inside or
    /// is empty.
    pub fn part(&self, start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?;
        let samples = self.samples.get(start..end)?;
        (length > 0).then(|| Self { samples: samples.to_vec(), rate: self.rate })
    }
}

/// Where the first sample stands that cannot be used.
///
/// Blocks are judged as a whole first, which processors do many samples at a time.
pub(crate) fn first_unusable(samples: &[f32]) -> Option<usize> {
    let is_bad = |block: &&[f32]| !block.iter().fold(true, |all, &one| all & is_usable(one));
    let at = samples.chunks(256).position(|block| is_bad(&block))? * 256;
    samples[at..].iter().position(|&sample| !is_usable(sample)).map(|inside| at + inside)
}

/// Whether a sample is a number of reasonable size.
fn is_usable(sample: f32) -> bool {
    sample.abs() <= Signal::LOUDEST
}

/// Refuses rates that no recording has.
pub(crate) fn check_rate(name: &str, rate: u32) -> Result<(), Error> {
    if (Signal::SLOWEST..=Signal::FASTEST).contains(&rate) {
        return Ok(());
    }
    Err(Error::Rate { name: name.to_owned(), rate, least: Signal::SLOWEST, most: Signal::FASTEST })
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn an_unusable_sample_is_named() {
        let message = |samples: Vec<f32>| Signal::new(samples, 22_050).unwrap_err().to_string();
        assert_eq!(
            message(vec![0.0, f32::NAN]),
            "the signal: sample 1 of channel 0 is NaN; \
             samples must be numbers of at most 2.1474836e9, and full scale is 1"
        );
        assert!(message(vec![f32::NEG_INFINITY]).contains("sample 0 of channel 0 is -inf"));
        assert_eq!(message(Vec::new()), "the signal holds no samples; leave it out");
    }

    #[test]
    fn an_impossible_rate_is_refused() {
        assert!(Signal::new(vec![0.0], 0).is_err());
        assert!(Signal::new(vec![0.0], 4_000_000_000).is_err());
    }

    #[test]
    fn a_part_lies_inside_or_is_none() {
        let signal = Signal::new(vec![0.0, 0.1, 0.2, 0.3], 22_050).unwrap();
        assert_eq!(signal.part(1, 2).unwrap().samples(), [0.1, 0.2]);
        assert!(signal.part(3, 2).is_none());
        assert!(signal.part(usize::MAX, 2).is_none());
        assert!(signal.part(0, 0).is_none());
    }
}
