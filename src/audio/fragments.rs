//! Fragmented MP4, looked at before symphonia reads it.
//!
//! The head of a fragment says how many packets follow, and symphonia counts up to that number
//! whatever the file holds: 900 bytes that promise four billion keep it busy for minutes.

use std::io::{self, Read, Seek, SeekFrom};

use crate::audio::Error;

/// The box of a fragment's heads, at the top of the file, and the box in it that counts packets.
const FRAGMENT: &[u8] = b"moof";
const RUN: &[u8] = b"trun";

/// Refuses an MP4 file of `length` bytes in which a fragment promises more packets than that.
/// Leaves the stream at its start.
pub(crate) fn check<S: Read + Seek>(name: &str, stream: &mut S, length: u64) -> Result<(), Error> {
    let unreadable = |source| Error::Unreadable { name: name.to_owned(), source };
    let most = most_packets(stream, length).map_err(unreadable)?;
    stream.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if u64::from(most) > length {
        let what = format!("a fragment promises {most} packets, more than the file has bytes");
        return Err(Error::Malformed { name: name.to_owned(), seconds: 0.0, what });
    }
    Ok(())
}

/// The most packets that a run promises.
fn most_packets<S: Read + Seek>(stream: &mut S, length: u64) -> io::Result<u32> {
    let (mut at, mut most) = (0, 0);
    while at < length {
        stream.seek(SeekFrom::Start(at))?;
        let mut head = Vec::new();
        stream.by_ref().take(16).read_to_end(&mut head)?;
        let (Some(short), Some(kind)) = (word(&head, 0), head.get(4..8)) else { break };
        // 0 means until the end of the file, and 1 that 64 bits follow.
        let size = match short {
            0 => length - at,
            1 => {
                u64::from(word(&head, 8).unwrap_or(0)) << 32
                    | u64::from(word(&head, 12).unwrap_or(0))
            }
            size => u64::from(size),
        };
        if kind == FRAGMENT {
            stream.seek(SeekFrom::Start(at))?;
            let mut heads = Vec::new();
            stream.by_ref().take(size).read_to_end(&mut heads)?;
            most = most.max(most_in(&heads));
        }
        let Some(next) = at.checked_add(size.max(8)) else { break };
        at = next;
    }
    Ok(most)
}

fn most_in(heads: &[u8]) -> u32 {
    let starts = (4..heads.len()).filter(|&at| heads[at..].starts_with(RUN));
    // Behind the name: 64 bits of size where the size before it is 1, flags, and the count.
    starts
        .filter_map(|at| word(heads, at + if word(heads, at - 4) == Some(1) { 16 } else { 8 }))
        .max()
        .unwrap_or(0)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::check;

    fn made(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = (8 + content.len() as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(content);
        bytes
    }

    /// A file whose second fragment has one run of `packets`.
    fn file(packets: u32, is_long: bool) -> Vec<u8> {
        let mut run = [0; 4].to_vec();
        run.extend(packets.to_be_bytes());
        let run = if is_long {
            [&[0, 0, 0, 1][..], b"trun", &24_u64.to_be_bytes(), &run].concat()
        } else {
            made(b"trun", &run)
        };
        let empty = made(b"moof", b"");
        [
            made(b"ftyp", b"isom"),
            empty,
            made(b"moof", &made(b"traf", &run)),
            made(b"mdat", &[0; 40]),
        ]
        .concat()
    }

    /// Found by fuzzing: such a file took minutes.
    #[test]
    fn a_fragment_cannot_promise_more_packets_than_the_file_has_bytes() {
        for is_long in [false, true] {
            let checked = |packets| {
                let bytes = file(packets, is_long);
                let length = bytes.len() as u64;
                check("clip", &mut Cursor::new(bytes), length)
            };
            checked(3).unwrap();
            let message = checked(u32::MAX).unwrap_err().to_string();
            assert!(message.contains("promises 4294967295 packets"), "{message}");
        }
    }

    #[test]
    fn boxes_of_any_size_end_the_walk() {
        let whole = file(3, true);
        for at in 0..whole.len() {
            for value in [0, 1, 0x80, 0xff] {
                let mut bent = whole.clone();
                bent[at] = value;
                let length = bent.len() as u64;
                let _ = check("clip", &mut Cursor::new(bent), length);
            }
        }
    }
}
