//! The comparison as `run --json` prints it.

use super::{File, Material};
use crate::report::{Error, json};

/// `scores.json`.
#[allow(clippy::unnecessary_wraps)] // as every format's
pub(super) fn files(material: &Material<'_>) -> Result<Vec<File>, Error> {
    let text = format!("{}\n", json(material.record, material.table));
    Ok(vec![File::new("scores.json", text)])
}
