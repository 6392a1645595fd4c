//! The header of an array, looked at before the library that reads arrays parses it.
//!
//! The header is an expression of Python, and the library's parser tries the last item of every
//! bracket twice, so its time doubles with each level: 25 in 40 bytes take more than 20 seconds. An
//! array of plain numbers has two brackets, those of the map and of the shape.

use std::io::{Chain, Cursor, Read};

/// How every array begins.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header, in bytes. NumPy writes 118 for up to four axes.
const LONGEST: usize = 4096;

/// The opening brackets of a header of plain numbers.
const BRACKETS: usize = 2;

/// The same bytes again, the header among them known to be cheap to parse.
///
/// # Errors
/// In words, when the bytes cannot be read or the header is none of an array of plain numbers.
pub fn checked<R: Read>(mut reader: R) -> Result<Chain<Cursor<Vec<u8>>, R>, String> {
    let mut start = Vec::new();
    take(&mut reader, 12, &mut start)?;
    // What is no array at all is left to the library to refuse.
    if start.starts_with(MAGIC) && start.len() == 12 {
        let (size, at) = match start[6] {
            1 => (usize::from(u16::from_le_bytes([start[8], start[9]])), 10),
            _ => (u32::from_le_bytes([start[8], start[9], start[10], start[11]]) as usize, 12),
        };
        if size > LONGEST {
            return Err(format!("its header has {size} bytes; at most {LONGEST} are read"));
        }
        take(&mut reader, (at + size).saturating_sub(start.len()), &mut start)?;
        let header = start.get(at..(at + size).min(start.len())).unwrap_or_default();
        if header.iter().filter(|byte| b"([{".contains(byte)).count() > BRACKETS {
            return Err(
                "its header describes more than plain numbers; save one array of float16, \
                        float32 or float64"
                    .to_owned(),
            );
        }
    }
    Ok(Cursor::new(start).chain(reader))
}

/// Appends up to `count` bytes.
fn take(reader: &mut impl Read, count: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
    reader.take(count as u64).read_to_end(bytes).map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::checked;
    use crate::dataset::Tensor;

    /// An array with this header, version 1 or 2.
    fn array(version: u8, header: &str) -> Vec<u8> {
        let size = header.len() as u32;
        let bytes = if version == 1 { 2 } else { 4 };
        let mut array = b"\x93NUMPY".to_vec();
        array.extend([version, 0]);
        array.extend(&size.to_le_bytes()[..bytes]);
        array.extend(header.as_bytes());
        array
    }

    #[test]
    fn every_byte_comes_out_again() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
        for version in [1, 2] {
            let mut whole = array(version, header);
            whole.extend([0, 0, 0, 0x3f]);
            assert_eq!(Tensor::from_bytes(&whole, None).unwrap().values, [0.5]);
            for cut in 0..=whole.len() {
                let mut again = Vec::new();
                checked(&whole[..cut]).unwrap().read_to_end(&mut again).unwrap();
                assert_eq!(again, whole[..cut]);
            }
        }
    }

    /// Found by fuzzing: the time to parse such a header doubled with every bracket.
    #[test]
    fn nested_brackets_are_refused_before_they_are_parsed() {
        for bracket in ["[", "(1,", "{"] {
            for depth in [30, 1000] {
                let header = format!("{{'descr': {}", bracket.repeat(depth));
                let message = Tensor::from_bytes(&array(1, &header), None).unwrap_err();
                assert!(message.contains("more than plain numbers"), "{message}");
            }
        }
    }

    /// Found by fuzzing: memory for a header of any promised size was asked for at once.
    #[test]
    fn a_header_of_gigabytes_is_refused_before_memory_is_asked_for() {
        let mut bytes = array(2, "{}");
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        let message = Tensor::from_bytes(&bytes, None).unwrap_err();
        assert_eq!(message, "its header has 4294967295 bytes; at most 4096 are read");
    }
}
