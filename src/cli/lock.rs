//! One run at a time in a folder of results.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;

use super::outcome::Failure;

/// Held while a run writes to a folder. The system lets go of it when the process ends, however it
/// ends, so no dead run can hold it.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// When another run holds it, or the folder cannot be written to.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(".lock");
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::Input(anyhow::anyhow!(
                "another run is writing to {}; wait for it, or name another folder by `--results DIR`",
                folder.display()
            ))),
            // Some network file systems know no locks; a run there is as safe as files allow.
            Err(TryLockError::Error(_)) => Ok(Self { _file: file }),
        }
    }
}
