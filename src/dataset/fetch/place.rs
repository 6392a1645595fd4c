//! Where a fetched data set lies: the files of its folder, by name.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::Error;

/// The folder of a fetched data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder, `NAME/` under the data folder.
    pub folder: PathBuf,
}

/// Name of a table that this program extracted, so that nobody takes it for the published one.
pub const EXTRACTED: &str = "features_extracted.csv";

impl Place {
    /// The place of a data set under a data folder.
    pub fn of(data: &Path, name: &str) -> Self {
        Self { folder: data.join(name) }
    }

    /// The sound, as `genres/GENRE/CLIP`.
    pub fn sound(&self) -> PathBuf {
        self.folder.join("genres")
    }

    /// Clips that cannot be decoded, out of the way of whoever reads the sound.
    pub fn unreadable(&self) -> PathBuf {
        self.folder.join("unreadable")
    }

    /// The table that this program extracted.
    pub fn table(&self) -> PathBuf {
        self.folder.join(EXTRACTED)
    }

    /// Where sound is unpacked until all of it is there.
    pub(super) fn staging(&self) -> PathBuf {
        self.folder.join(".genres.part")
    }

    /// Makes the folder, and takes it for this process alone. The system lets go of it when the
    /// process ends, however it ends.
    pub(super) fn lock(&self) -> Result<Lock, Error> {
        let path = self.folder.join(".lock");
        std::fs::create_dir_all(&self.folder)
            .map_err(|source| Error::write(&self.folder, source))?;
        let file = File::create(&path).map_err(|source| Error::write(&path, source))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Error::Busy { folder: self.folder.clone() }),
            // Some network file systems know no locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Lock { path, _file: file }),
        }
    }
}

/// Held while a data set is fetched.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
