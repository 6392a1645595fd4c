//! Channels become one as they are decoded, so that only one is ever held in memory.

use crate::audio::signal::{check_rate, first_unusable};
use crate::audio::{Error, Limit, Signal};

/// Collects the mean over channels of interleaved samples.
pub(crate) struct Mono {
    name: String,
    rate: u32,
    channels: usize,
    limit: Limit,
    samples: Vec<f32>,
}

impl Mono {
    /// An empty collection for a stream of `channels` channels at `rate` hertz.
    pub(crate) fn new(name: &str, rate: u32, channels: usize, limit: Limit) -> Result<Self, Error> {
        check_rate(name, rate)?;
        if channels == 0 {
            return Err(Error::Empty { name: name.to_owned() });
        }
        Ok(Self { name: name.to_owned(), rate, channels, limit, samples: Vec::new() })
    }

    /// Adds whole frames of interleaved samples.
    pub(crate) fn push(&mut self, interleaved: &[f32]) -> Result<(), Error> {
        if let Some(at) = first_unusable(interleaved) {
            return Err(Error::Sample {
                name: self.name.clone(),
                frame: self.frames() + (at / self.channels) as u64,
                channel: at % self.channels,
                value: interleaved[at],
                bound: Signal::LOUDEST,
            });
        }
        if self.channels == 1 {
            self.samples.extend_from_slice(interleaved);
        } else {
            let count = self.channels as f32;
            let frames = interleaved.chunks_exact(self.channels);
            self.samples.extend(frames.map(|frame| frame.iter().sum::<f32>() / count));
        }
        self.check_length(self.frames())
    }

    /// Refuses a stream of `frames` frames when that is beyond the limit.
    pub(crate) fn check_length(&self, frames: u64) -> Result<(), Error> {
        if frames as f64 > self.limit.seconds() * f64::from(self.rate) {
            return Err(Error::TooLong { name: self.name.clone(), limit: self.limit.seconds() });
        }
        Ok(())
    }

    /// Frames so far.
    pub(crate) fn frames(&self) -> u64 {
        self.samples.len() as u64
    }

    /// Seconds so far.
    pub(crate) fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.rate)
    }

    /// Samples a second of the stream.
    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    /// Channels of the stream.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// That the stream ended where it announced it would.
    pub(crate) fn check_complete(&self, announced: u64) -> Result<(), Error> {
        if self.frames() >= announced {
            return Ok(());
        }
        Err(Error::Truncated {
            name: self.name.clone(),
            announced,
            found: self.frames(),
            seconds: self.seconds(),
        })
    }

    /// The mean over channels.
    ///
    /// # Errors
    /// When there are no samples.
    pub(crate) fn into_signal(self) -> Result<Signal, Error> {
        if self.samples.is_empty() {
            return Err(Error::Empty { name: self.name });
        }
        Ok(Signal::of_checked(self.samples, self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::Mono;
    use crate::audio::Limit;

    #[test]
    fn a_dead_channel_halves_the_other() {
        let mut mono = Mono::new("clip", 22_050, 2, Limit::default()).unwrap();
        mono.push(&[0.5, 0.0, -0.25, 0.0]).unwrap();
        assert_eq!(mono.into_signal().unwrap().samples(), [0.25, -0.125]);
    }

    #[test]
    fn a_bad_sample_is_named_by_frame_and_channel() {
        let mut mono = Mono::new("clip", 22_050, 2, Limit::default()).unwrap();
        mono.push(&[0.0, 0.0]).unwrap();
        let error = mono.push(&[0.0, 0.0, 0.0, f32::NAN]).unwrap_err().to_string();
        assert!(error.starts_with("clip: sample 2 of channel 1 is NaN"), "{error}");
    }

    #[test]
    fn the_limit_ends_the_collection() {
        let limit = Limit::of_seconds(0.001);
        let mut mono = Mono::new("clip", 22_050, 1, limit).unwrap();
        mono.push(&[0.0; 22]).unwrap();
        let error = mono.push(&[0.0]).unwrap_err().to_string();
        let remedy = "cut it into parts or raise the limit";
        assert_eq!(error, format!("clip is longer than the limit of 0.001 s; {remedy}"));
    }
}
