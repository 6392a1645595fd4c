//! FLAC as encoders write it (RFC 9639), in less time than symphonia takes.
//!
//! Nearly all of the time goes into two chains in which each number waits for the one before: where
//! in the bits the next residual begins, and what the last samples predict. Here both go on at once.
//! Whatever is unusual or damaged is left to symphonia, which says what is wrong with it.

mod bits;
mod checks;
mod residuals;

use std::io::Read;

use crate::audio::mono::Mono;
use crate::audio::{Error, Limit};
use crate::vectors::wide;
use bits::Bits;
use checks::{crc8, crc16};
use residuals::predicted;

/// How a stream begins.
pub(super) const MAGIC: &[u8] = b"fLaC";

/// Bytes of the first block of metadata.
const INFO: u32 = 34;
/// Bits of a sample that single precision holds.
const MOST_BITS: u32 = 24;
/// Bytes that are read at a time.
const READ: usize = 1 << 16;
/// Zeros before the samples of a channel: as many as a prediction may look back.
const LEAD: usize = 32;
/// Rates that a frame's header has a number for.
const RATES: [u32; 11] =
    [88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// The mean over channels of a whole stream; nothing where symphonia should look at it.
///
/// # Errors
/// As of [`Mono`]. What cannot be read is left to symphonia as well.
pub(super) fn decode(
    name: &str,
    stream: &mut impl Read,
    limit: Limit,
) -> Result<Option<Mono>, Error> {
    let Some(info) = Info::read(stream) else { return Ok(None) };
    let mut mono = Mono::new(name, info.rate, info.channels, limit)?;
    mono.check_length(info.samples)?;
    let mut window = Window { stream, bytes: Vec::new(), start: 0 };
    let mut channels = vec![Vec::new(); info.channels];
    let mut interleaved = Vec::new();
    let mut frames = 0;
    while mono.frames() < info.samples {
        let Some(bytes) = window.look(info.longest()) else { return Ok(None) };
        let numbers = [frames, mono.frames()];
        let Some(length) = frame(bytes, &info, numbers, &mut channels) else { return Ok(None) };
        window.start += length;
        frames += 1;
        interleave(&channels, info.bits, &mut interleaved);
        mono.push(&interleaved)?;
    }
    let is_whole = mono.frames() == info.samples && window.look(1).is_some_and(<[u8]>::is_empty);
    Ok(is_whole.then_some(mono))
}

/// What a stream says of itself.
struct Info {
    rate: u32,
    channels: usize,
    bits: u32,
    /// Samples of a channel.
    samples: u64,
    /// Samples of a channel in the largest frame.
    block: usize,
    /// Whether frames differ in size, other than the last.
    varies: bool,
}

impl Info {
    /// Reads all metadata.
    fn read(stream: &mut impl Read) -> Option<Self> {
        let mut magic = [0; 4];
        stream.read_exact(&mut magic).ok()?;
        let (mut head, mut info) = ([0; 4], [0; INFO as usize]);
        stream.read_exact(&mut head).ok()?;
        if magic != MAGIC || u32::from_be_bytes(head) & 0x7fff_ffff != INFO {
            return None;
        }
        stream.read_exact(&mut info).ok()?;
        while head[0] & 0x80 == 0 {
            stream.read_exact(&mut head).ok()?;
            let (kind, length) = (head[0] & 0x7f, u32::from_be_bytes(head) & 0x00ff_ffff);
            let skipped =
                std::io::copy(&mut stream.by_ref().take(length.into()), &mut std::io::sink());
            if kind == 0 || kind == 127 || skipped.ok()? < length.into() {
                return None;
            }
        }
        let mut bits = Bits::new(&info);
        let (smallest, largest) = (bits.take(16), bits.take(16));
        bits.take(24);
        bits.take(24);
        let rate = bits.take(20);
        let (channels, width) = (bits.take(3) as usize + 1, bits.take(5) + 1);
        let samples = u64::from(bits.take(4)) << 32 | u64::from(bits.take(32));
        let is_usual = rate > 0 && largest > 0 && samples > 0 && (4..=MOST_BITS).contains(&width);
        let (block, varies) = (largest as usize, smallest != largest);
        is_usual.then_some(Self { rate, channels, bits: width, samples, block, varies })
    }

    /// No frame has more bytes, unless it is larger than its samples as they are.
    fn longest(&self) -> usize {
        64 + self.channels * (self.block * (self.bits as usize + 1) / 8 + 64)
    }
}

/// Some bytes of a stream.
struct Window<'a, S> {
    stream: &'a mut S,
    bytes: Vec<u8>,
    /// Where those begin that were not used.
    start: usize,
}

impl<S: Read> Window<'_, S> {
    /// The next `count` bytes, and perhaps more; fewer at the end of the stream.
    fn look(&mut self, count: usize) -> Option<&[u8]> {
        if self.bytes.len() - self.start < count {
            self.bytes.drain(..self.start);
            self.start = 0;
            let more = (count + READ - self.bytes.len()) as u64;
            self.stream.take(more).read_to_end(&mut self.bytes).ok()?;
        }
        Some(&self.bytes[self.start..])
    }
}

/// Decodes the frame that these bytes begin with, and gives its length in bytes. It must be the one
/// with the first or, where frames differ in size, begin with the second of these numbers.
fn frame(
    bytes: &[u8],
    info: &Info,
    [frames, samples]: [u64; 2],
    channels: &mut [Vec<f64>],
) -> Option<usize> {
    let mut bits = Bits::new(bytes);
    let sync = bits.take(16);
    let (size, rate) = (bits.take(4), bits.take(4));
    let (layout, width, reserved) = (bits.take(4), bits.take(3), bits.take(1));
    let number = bits.number()?;
    let is_next = match sync {
        0xfff8 => !info.varies && number == frames,
        0xfff9 => info.varies && number == samples,
        _ => false,
    };
    let size = match size {
        0 => return None,
        1 => 192,
        2..=5 => 576 << (size - 2),
        6 => bits.take(8) + 1,
        7 => bits.take(16) + 1,
        _ => 256 << (size - 8),
    };
    let rate = match rate {
        0 => info.rate,
        12 => 1000 * bits.take(8),
        13 => bits.take(16),
        14 => 10 * bits.take(16),
        _ => *RATES.get(rate as usize - 1)?,
    };
    let width = match width {
        0 => info.bits,
        1 => 8,
        2 => 12,
        4 => 16,
        5 => 20,
        6 => 24,
        _ => return None,
    };
    let count = match layout {
        0..=7 => layout as usize + 1,
        8..=10 => 2,
        _ => return None,
    };
    let size = size as usize;
    let is_usual = is_next
        && reserved == 0
        && size <= info.block
        && (rate, width, count) == (info.rate, info.bits, info.channels);
    let head = bits.taken / 8;
    let check = bits.take(8);
    if !is_usual || u32::from(crc8(bytes.get(..head)?)) != check {
        return None;
    }

    for (at, samples) in channels.iter_mut().enumerate() {
        // The difference of two channels has one bit more.
        let is_difference = matches!((layout, at), (8 | 10, 1) | (9, 0));
        subframe(&mut bits, width + u32::from(is_difference), size, samples)?;
    }
    if let [first, second] = channels {
        part(layout, first, second);
    }
    let mut is_beyond = false;
    for samples in &*channels {
        look_beyond(samples, f64::from(1_u32 << (width - 1)), &mut is_beyond);
    }
    let length = bits.taken.div_ceil(8);
    let check = bytes.get(length..length + 2)?;
    let is_sound =
        !is_beyond && crc16(&bytes[..length]) == u16::from_be_bytes([check[0], check[1]]);
    is_sound.then_some(length + 2)
}

wide! {
    /// Finds samples that have more bits than they may.
    fn look_beyond(samples: &[f64], most: f64, found: &mut bool) {
        for sample in samples {
            *found |= (*sample < -most) | (*sample >= most);
        }
    }
}

/// Makes two channels of one and the difference, or of mean and difference.
fn part(layout: u32, first: &mut [f64], second: &mut [f64]) {
    for (first, second) in first.iter_mut().zip(second) {
        let (one, other) = (*first, *second);
        (*first, *second) = match layout {
            8 => (one, one - other),
            9 => (one + other, other),
            10 => {
                // The mean was rounded down where the sum, and with it the difference, is odd.
                let sum = 2.0 * one + other.rem_euclid(2.0);
                (0.5 * (sum + other), 0.5 * (sum - other))
            }
            _ => (one, other),
        };
    }
}

/// Decodes one channel of a frame.
fn subframe(bits: &mut Bits<'_>, width: u32, size: usize, samples: &mut Vec<f64>) -> Option<()> {
    samples.clear();
    samples.resize(LEAD + size, 0.0);
    let (reserved, kind, has_wasted) = (bits.take(1), bits.take(6), bits.take(1));
    let wasted = if has_wasted == 1 { bits.unary()? + 1 } else { 0 };
    if reserved != 0 || wasted >= width {
        return None;
    }
    let width = width - wasted;
    let mut first = |bits: &mut Bits<'_>, count: usize| {
        samples[LEAD..]
            .iter_mut()
            .take(count)
            .for_each(|sample| *sample = bits.signed(width).into());
    };
    match kind {
        0 => {
            let constant = bits.signed(width);
            samples[LEAD..].fill(constant.into());
        }
        1 => first(bits, size),
        8..=12 => {
            const FIXED: [&[i32]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];
            let weights = FIXED[kind as usize - 8];
            first(bits, weights.len());
            predicted(bits, weights, 0, samples)?;
        }
        32.. => {
            let order = kind as usize - 31;
            first(bits, order);
            let (precision, shift) = (bits.take(4) + 1, bits.signed(5));
            if precision == 16 {
                return None;
            }
            let mut weights = [0; LEAD];
            weights[..order].fill_with(|| bits.signed(precision));
            predicted(bits, &weights[..order], u32::try_from(shift).ok()?, samples)?;
        }
        _ => return None,
    }
    let scale = f64::from(1_u32 << wasted);
    samples[LEAD..].iter_mut().for_each(|sample| *sample *= scale);
    Some(())
}

/// Samples between -1 and 1, channel beside channel.
#[allow(clippy::cast_possible_truncation)] // single precision holds so many bits
fn interleave(channels: &[Vec<f64>], bits: u32, interleaved: &mut Vec<f32>) {
    let scale = 1.0 / f64::from(1_u32 << (bits - 1));
    let scaled = |sample: &f64| (sample * scale) as f32;
    interleaved.clear();
    match channels {
        [one] => interleaved.extend(one[LEAD..].iter().map(scaled)),
        all => {
            let size = all.first().map_or(LEAD, Vec::len) - LEAD;
            interleaved.resize(size * all.len(), 0.0);
            for (at, channel) in all.iter().enumerate() {
                let places = interleaved[at..].iter_mut().step_by(all.len());
                places.zip(&channel[LEAD..]).for_each(|(place, sample)| *place = scaled(sample));
            }
        }
    }
}

#[cfg(test)]
mod tests;
