//! Entries of a `.zip`.

use std::fs::File;
use std::io::BufReader;

use zip::ZipArchive;

use super::Error;
use super::unpack::{ENTRIES, Sink};
use crate::watch::Event;

/// Takes what is wanted of the archive.
pub(super) fn unpack(file: File, sink: &mut Sink) -> Result<(), Error> {
    let damaged = |sink: &Sink, error: zip::result::ZipError| sink.damaged(&error.into());
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(sink, error))?;
    if archive.len() > ENTRIES {
        return Err(sink.wrong(&format!("it has more than {ENTRIES} entries")));
    }
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|error| damaged(sink, error))?;
        let name = entry.name().map_err(|error| damaged(sink, error))?.into_owned();
        // The kind of file in Unix attributes; 8 is a plain file, 4 a folder, 0 unsaid.
        let kind = entry.unix_mode().map_or(0, |mode| mode >> 12);
        if entry.is_symlink() || kind == 0o12 {
            return Err(sink.wrong_entry(&name, "is a link"));
        }
        if ![0, 0o4, 0o10].contains(&kind) {
            return Err(sink.wrong_entry(&name, "is no plain file"));
        }
        if entry.encrypted() {
            return Err(sink.wrong_entry(&name, "is encrypted"));
        }
        let (packed, is_folder) = (entry.compressed_size(), entry.is_dir());
        drop(entry);
        if let Some(wanted) = sink.judge(&name)?.filter(|_| !is_folder) {
            let mut entry = archive.by_index(at).map_err(|error| damaged(sink, error))?;
            sink.take(wanted, &mut entry)?;
        }
        sink.watch.event(&Event::BytesAdvanced(packed));
    }
    Ok(())
}
