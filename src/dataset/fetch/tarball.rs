//! Entries of a `.tar.gz`.
//!
//! Entries are read raw: what extends a header (long names, PAX records) is read here within bounds,
//! because the library would take any amount of it into memory.

use std::fs::File;
use std::io::{BufReader, Read};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType, PaxExtensions};

use super::Error;
use super::unpack::{Bounded, Sink, Told};

/// The longest name, and the most records that extend a header, in bytes.
const EXTENSION: u64 = 64 << 10;

/// Takes what is wanted of the archive.
pub(super) fn unpack(file: File, sink: &mut Sink) -> Result<(), Error> {
    let told = Told { from: BufReader::with_capacity(1 << 20, file), watch: sink.watch };
    let unpacked = Bounded { from: GzDecoder::new(told), left: sink.left() };
    let mut archive = Archive::new(unpacked);
    let mut longer = None;
    let entries = archive.entries().map_err(|error| sink.damaged(&error))?;
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(|error| sink.damaged(&error))?;
        let own = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = longer.take().unwrap_or(own);
        match entry.header().entry_type() {
            EntryType::Directory => {
                sink.judge(&name)?;
            }
            EntryType::Regular | EntryType::Continuous => {
                if let Some(wanted) = sink.judge(&name)? {
                    sink.take(wanted, &mut entry)?;
                }
            }
            EntryType::XGlobalHeader => {}
            kind @ (EntryType::GNULongName | EntryType::XHeader) => {
                if entry.size() > EXTENSION {
                    let reason = format!("has a header of more than {EXTENSION} bytes");
                    return Err(sink.wrong_entry(&name, &reason));
                }
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(|error| sink.damaged(&error))?;
                longer = match kind {
                    EntryType::GNULongName => {
                        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
                    }
                    _ => path(&bytes),
                };
            }
            EntryType::Symlink | EntryType::Link | EntryType::GNULongLink => {
                return Err(sink.wrong_entry(&name, "is a link"));
            }
            _ => return Err(sink.wrong_entry(&name, "is no plain file")),
        }
    }
    // What follows the last entry belongs to the checksum.
    let mut rest = archive.into_inner();
    let mut piece = vec![0; 1 << 16];
    while rest.read(&mut piece).map_err(|error| sink.damaged(&error))? > 0 {}
    Ok(())
}

/// The path among PAX records.
fn path(records: &[u8]) -> Option<String> {
    PaxExtensions::new(records)
        .filter_map(Result::ok)
        .find(|record| record.key_bytes() == b"path")
        .map(|record| String::from_utf8_lossy(record.value_bytes()).into_owned())
}
