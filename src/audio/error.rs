//! What can be wrong with sound.

use std::io;

/// Why a file or a list of samples is no usable signal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes could not be read at all.
    #[error("cannot read {name}: {source}")]
    Unreadable {
        /// The file, or what the caller called the bytes.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// No known container starts here.
    #[error(
        "{name} is no WAV, AU, FLAC, MP3, Ogg Vorbis, or AAC/M4A file \
         (judged by its content, whatever its extension); convert it to one of these"
    )]
    Unrecognised {
        /// The file.
        name: String,
    },
    /// The container is known, something in it is not.
    #[error("{name} uses {what}, which is not supported; convert it to 16-bit WAV or FLAC")]
    Unsupported {
        /// The file.
        name: String,
        /// The encoding or feature.
        what: String,
    },
    /// The stream contradicts its own format.
    #[error("{name} is malformed after {seconds:.3} s: {what}; fetch or encode it again")]
    Malformed {
        /// The file.
        name: String,
        /// Seconds of sound decoded before the fault.
        seconds: f64,
        /// The decoder's complaint.
        what: String,
    },
    /// The file ends before the sound it announces.
    #[error(
        "{name} is truncated: it announces {announced} frames and ends after {found} \
         ({seconds:.3} s); fetch it again, or trim and re-encode it"
    )]
    Truncated {
        /// The file.
        name: String,
        /// Frames (samples of each channel) the header announces.
        announced: u64,
        /// Frames that are there.
        found: u64,
        /// The same in seconds.
        seconds: f64,
    },
    /// There is no sound in it.
    #[error("{name} holds no samples; leave it out")]
    Empty {
        /// The file.
        name: String,
    },
    /// A sample is NaN, infinite, or absurdly large.
    #[error(
        "{name}: sample {frame} of channel {channel} is {value}; \
         samples must be numbers of at most {bound:e}, and full scale is 1"
    )]
    Sample {
        /// The file.
        name: String,
        /// Which sample of its channel, from 0.
        frame: u64,
        /// Which channel, from 0.
        channel: usize,
        /// The offending value.
        value: f32,
        /// The largest magnitude that is accepted.
        bound: f32,
    },
    /// Longer than the caller is willing to hold in memory.
    #[error("{name} is longer than the limit of {limit} s; cut it into parts or raise the limit")]
    TooLong {
        /// The file.
        name: String,
        /// The limit in seconds.
        limit: f64,
    },
    /// A sampling rate that no recording has.
    #[error("{name} has a rate of {rate} Hz; rates from {least} to {most} Hz are accepted")]
    Rate {
        /// The file.
        name: String,
        /// Its rate in hertz.
        rate: u32,
        /// The lowest accepted rate.
        least: u32,
        /// The highest accepted rate.
        most: u32,
    },
}
