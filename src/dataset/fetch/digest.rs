//! MD5 of a file, the checksum that GTZAN's archives are published with.
//!
//! It tells a damaged or another file for certain; against somebody who forges one it proves little.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use md5::{Digest, Md5};

use super::Error;
use crate::watch::{Event, Watch};

/// MD5 of a file in hexadecimal.
///
/// # Errors
/// When the file cannot be read, or the watcher asks to stop.
pub(super) fn md5(path: &Path, watch: &dyn Watch) -> Result<String, Error> {
    let unreadable = |source| Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    watch.event(&Event::BytesStarted { what: "checksum", done: 0, total: Some(total) });
    let mut hasher = Md5::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        if watch.stop() {
            return Err(Error::Stopped);
        }
        let count = file.read(&mut piece).map_err(unreadable)?;
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
        watch.event(&Event::BytesAdvanced(count as u64));
    }
    watch.event(&Event::StageEnded);
    let mut text = String::with_capacity(32);
    for byte in hasher.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_of_rfc_1321_is_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "message digest").unwrap();
        let found = super::md5(file.path(), &crate::watch::Silent).unwrap();
        assert_eq!(found, "f96b697d7cb7938d525a2f31aaf161d0");
    }
}
