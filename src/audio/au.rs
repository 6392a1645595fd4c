//! Sun's `.au`, the format in which GTZAN was published: a big-endian header, then samples.
//!
//! The header says where the data start, and in GTZAN that is often an odd place (28, 41, 57…), so
//! nothing is assumed about it.

use std::io::{self, Read};

use crate::audio::mono::Mono;
use crate::audio::{Error, Limit};

/// The first four bytes of every `.au` file.
pub(crate) const MAGIC: [u8; 4] = *b".snd";

/// A data size that means "until the end of the file".
const UNKNOWN_SIZE: u32 = u32::MAX;

/// How samples are written.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    MuLaw,
    Linear(usize),
    Float,
    Double,
}

impl Encoding {
    fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            1 => Self::MuLaw,
            2..=5 => Self::Linear(code as usize - 1),
            6 => Self::Float,
            7 => Self::Double,
            _ => return None,
        })
    }

    /// Bytes of one sample.
    fn width(self) -> usize {
        match self {
            Self::MuLaw => 1,
            Self::Linear(bytes) => bytes,
            Self::Float => 4,
            Self::Double => 8,
        }
    }

    fn name(self) -> String {
        match self {
            Self::MuLaw => "au, 8-bit mu-law".to_owned(),
            Self::Linear(bytes) => format!("au, {}-bit linear", 8 * bytes),
            Self::Float => "au, 32-bit float".to_owned(),
            Self::Double => "au, 64-bit float".to_owned(),
        }
    }

    /// One sample from its [`Encoding::width`] bytes.
    fn sample(self, bytes: &[u8]) -> f32 {
        match self {
            Self::MuLaw => mu_law(bytes[0]),
            Self::Linear(width) => {
                // Left-aligned in 32 bits, so that every width has the same full scale.
                let mut word = [0; 4];
                word[..width].copy_from_slice(bytes);
                (f64::from(i32::from_be_bytes(word)) / 2_147_483_648.0) as f32
            }
            Self::Float => f32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
            Self::Double => {
                let mut word = [0; 8];
                word.copy_from_slice(bytes);
                f64::from_be_bytes(word) as f32
            }
        }
    }
}

/// ITU-T G.711 mu-law: sign, three bits of exponent, four of mantissa, all inverted.
fn mu_law(byte: u8) -> f32 {
    let bits = !byte;
    let magnitude = ((i32::from(bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7);
    let value = magnitude - 0x84;
    (if bits & 0x80 == 0 { value } else { -value }) as f32 / 32_768.0
}

/// Decodes a stream that starts with [`MAGIC`].
pub(crate) fn decode(
    name: &str,
    mut stream: impl Read,
    limit: Limit,
) -> Result<(String, Mono), Error> {
    let unreadable = |source| Error::Unreadable { name: name.to_owned(), source };
    let malformed = |what: String| Error::Malformed { name: name.to_owned(), seconds: 0.0, what };
    let mut header = [0; 24];
    if fill(&mut stream, &mut header).map_err(unreadable)? < header.len() {
        return Err(malformed("its header is shorter than 24 bytes".to_owned()));
    }
    let word =
        |i: usize| u32::from_be_bytes([header[i], header[i + 1], header[i + 2], header[i + 3]]);
    let (offset, size, code, rate, channels) = (word(4), word(8), word(12), word(16), word(20));
    let Some(encoding) = Encoding::from_code(code) else {
        let what = format!("AU encoding {code}");
        return Err(Error::Unsupported { name: name.to_owned(), what });
    };
    let Some(annotation) = offset.checked_sub(24) else {
        return Err(malformed(format!("its data would start at byte {offset}, in the header")));
    };
    if !(1..=64).contains(&channels) {
        return Err(malformed(format!("it has {channels} channels, 1 to 64 are possible")));
    }
    io::copy(&mut stream.by_ref().take(u64::from(annotation)), &mut io::sink())
        .map_err(unreadable)?;

    let mut mono = Mono::new(name, rate, channels as usize, limit)?;
    let frame = encoding.width() * channels as usize;
    let announced = (size != UNKNOWN_SIZE).then(|| u64::from(size) / frame as u64);
    mono.check_length(announced.unwrap_or(0))?;
    let mut left = announced.unwrap_or(u64::MAX);
    let mut bytes = vec![0; frame * 8192];
    let mut samples = Vec::new();
    while left > 0 {
        let wanted = left.min(8192) as usize * frame;
        let got = fill(&mut stream, &mut bytes[..wanted]).map_err(unreadable)?;
        let whole = got - got % frame;
        samples.clear();
        samples.extend(bytes[..whole].chunks_exact(encoding.width()).map(|b| encoding.sample(b)));
        mono.push(&samples)?;
        left -= (whole / frame) as u64;
        if got < wanted {
            break;
        }
    }
    mono.check_complete(announced.unwrap_or(0))?;
    Ok((encoding.name(), mono))
}

/// Reads until `bytes` is full or the stream ends; how many were read.
fn fill(stream: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match stream.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{decode, mu_law};
    use crate::audio::Limit;

    fn au(offset: u32, size: u32, encoding: u32, channels: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = b".snd".to_vec();
        for word in [offset, size, encoding, 22_050, channels] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.resize(offset.max(24) as usize, b'x');
        bytes.extend(data);
        bytes
    }

    fn samples(bytes: &[u8]) -> Vec<f32> {
        decode("clip.au", bytes, Limit::default())
            .unwrap()
            .1
            .into_signal()
            .unwrap()
            .samples()
            .to_vec()
    }

    fn refusal(bytes: &[u8]) -> String {
        decode("clip.au", bytes, Limit::default()).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn sixteen_bits_are_exact_whatever_the_offset() {
        for offset in [24, 28, 41, 57] {
            let data = [0x80, 0x00, 0x00, 0x01, 0x7f, 0xff];
            let wanted = [-1.0, 1.0 / 32_768.0, 32_767.0 / 32_768.0];
            assert_eq!(samples(&au(offset, 6, 3, 1, &data)), wanted);
        }
    }

    #[test]
    fn every_encoding_reads_a_half() {
        assert_eq!(samples(&au(24, 1, 2, 1, &[0x40])), [0.5]);
        assert_eq!(samples(&au(24, 3, 4, 1, &[0x40, 0, 0])), [0.5]);
        assert_eq!(samples(&au(24, 4, 5, 1, &[0x40, 0, 0, 0])), [0.5]);
        assert_eq!(samples(&au(24, 4, 6, 1, &0.5_f32.to_be_bytes())), [0.5]);
        assert_eq!(samples(&au(24, 8, 7, 1, &0.5_f64.to_be_bytes())), [0.5]);
        // The extremes and the two zeros of the G.711 table.
        assert_eq!(
            [0x00, 0x80, 0x7f, 0xff].map(mu_law),
            [-32_124.0 / 32_768.0, 32_124.0 / 32_768.0, 0.0, 0.0]
        );
    }

    #[test]
    fn an_unknown_size_means_until_the_end_and_surplus_bytes_are_no_sound() {
        assert_eq!(samples(&au(24, u32::MAX, 3, 1, &[0x40, 0, 0x20, 0])), [0.5, 0.25]);
        assert_eq!(samples(&au(24, 2, 3, 1, &[0x40, 0, 0x20, 0])), [0.5]);
        assert_eq!(samples(&au(24, 4, 3, 2, &[0x40, 0, 0, 0])), [0.25]);
    }

    #[test]
    fn a_damaged_header_is_refused_with_its_value() {
        let cases = [
            (au(24, 2, 23, 1, &[0, 0]), "uses AU encoding 23"),
            (au(20, 2, 3, 1, &[0, 0]), "data would start at byte 20"),
            (au(24, 2, 3, 0, &[0, 0]), "0 channels"),
            (au(24, 8, 3, 1, &[0, 0]), "announces 4 frames and ends after 1"),
            (b".snd".to_vec(), "shorter than 24 bytes"),
        ];
        for (bytes, words) in cases {
            assert!(refusal(&bytes).contains(words), "{}", refusal(&bytes));
        }
    }
}
