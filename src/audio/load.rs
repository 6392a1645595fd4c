//! From a file or its bytes to a [`Signal`] at [`RATE`].

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::audio::mono::Mono;
use crate::audio::{Error, RATE, Signal, au, decode, resample};

/// How much sound is accepted from one file, so that a mistake cannot exhaust memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    seconds: f64,
}

impl Limit {
    /// At most `seconds` of sound.
    pub const fn of_seconds(seconds: f64) -> Self {
        Self { seconds }
    }

    /// The limit in seconds.
    pub const fn seconds(self) -> f64 {
        self.seconds
    }
}

impl Default for Limit {
    /// Fifteen minutes: the features of so long a clip need about 1 GB.
    fn default() -> Self {
        Self::of_seconds(900.0)
    }
}

/// What a file was before it became a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Container and encoding, as in `wav` or `au, 16-bit linear`.
    pub format: String,
    /// Its sampling rate in hertz.
    pub rate: u32,
    /// Its number of channels.
    pub channels: usize,
    /// Its length: samples of each channel.
    pub frames: u64,
}

/// A decoded file.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// The mean of its channels at [`RATE`].
    pub signal: Signal,
    /// What the file was.
    pub source: Source,
}

/// Decodes the file at `path`. The format is judged by content; 16-bit samples x become x/32768.
///
/// # Errors
/// When the file cannot be read, is no supported audio, is damaged or truncated, holds no or
/// non-finite samples, or is longer than `limit`.
pub fn read(path: &Path, limit: Limit) -> Result<Clip, Error> {
    let name = path.display().to_string();
    let opened = File::open(path).and_then(|file| {
        let is_file = file.metadata()?.is_file();
        if is_file { Ok(file) } else { Err(io::Error::other("it is not a file")) }
    });
    match opened {
        Ok(file) => load(&name, file, limit),
        Err(source) => Err(Error::Unreadable { name, source }),
    }
}

/// As [`read`], from bytes that errors shall call `name`.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: Vec<u8>, limit: Limit) -> Result<Clip, Error> {
    load(name, Cursor::new(bytes), limit)
}

fn load<S>(name: &str, mut stream: S, limit: Limit) -> Result<Clip, Error>
where
    S: Read + Seek + Send + Sync + 'static,
{
    let unreadable = |source| Error::Unreadable { name: name.to_owned(), source };
    let mut magic = Vec::with_capacity(4);
    stream.by_ref().take(4).read_to_end(&mut magic).map_err(unreadable)?;
    if magic.is_empty() {
        return Err(Error::Empty { name: name.to_owned() });
    }
    stream.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let (format, mono) = if magic == au::MAGIC {
        au::decode(name, BufReader::new(stream), limit)?
    } else {
        decode::decode(name, stream, limit)?
    };
    clip(format, mono)
}

fn clip(format: String, mono: Mono) -> Result<Clip, Error> {
    let (rate, channels, frames) = (mono.rate(), mono.channels(), mono.frames());
    let signal = resample::resample(mono.into_signal()?, RATE);
    Ok(Clip { signal, source: Source { format, rate, channels, frames } })
}
