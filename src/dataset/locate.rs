//! Where a data set lies on this machine.

use std::path::{Path, PathBuf};

use super::Error;

/// Name of the variable that says where data lies.
pub const VARIABLE: &str = "CROSSFOLD_DATA";

/// Where the published feature table may lie under the data folder; the first found is taken. The
/// last is the one that this program extracted.
const TABLES: [&str; 10] = [
    "features_30_sec.csv",
    "features_30_sec.parquet",
    "tabular/features_30_sec.csv",
    "tabular/features_30_sec.parquet",
    "gtzan/features_30_sec.csv",
    "gtzan/tabular/features_30_sec.csv",
    "gtzan/Data/features_30_sec.csv",
    "Data/features_30_sec.csv",
    "gtzan/features_30_sec.parquet",
    "gtzan/features_extracted.csv",
];

/// Where log-mel spectrograms of GTZAN may lie, each with the list of its tracks.
const FRAMES: [(&str, &str); 4] = [
    ("framewise/log-mel.npz", "framewise/log-mel.tracks.txt"),
    ("framewise/logmel_db.npz", "framewise/tracks.txt"),
    ("gtzan/framewise/log-mel.npz", "gtzan/framewise/log-mel.tracks.txt"),
    ("gtzan/framewise/logmel_db.npz", "gtzan/framewise/tracks.txt"),
];

/// Where the sound of GTZAN may lie.
const SOUND: [&str; 8] = [
    "audio",
    "genres",
    "genres_original",
    "Data/genres_original",
    "gtzan/audio",
    "gtzan/genres",
    "gtzan/genres_original",
    "gtzan/Data/genres_original",
];

/// The folder that data is looked for in: the one given, else `CROSSFOLD_DATA`, else `data`.
pub fn folder(given: Option<&Path>) -> PathBuf {
    given.map(Path::to_owned).unwrap_or_else(|| {
        std::env::var_os(VARIABLE)
            .filter(|value| !value.is_empty())
            .map_or_else(|| PathBuf::from("data"), PathBuf::from)
    })
}

/// The feature table of GTZAN under a data folder: the published one, else the one that this program
/// extracted from fetched sound.
///
/// # Errors
/// [`Error::Absent`], which says how to get it.
pub fn gtzan_table(folder: &Path) -> Result<PathBuf, Error> {
    TABLES
        .iter()
        .map(|place| folder.join(place))
        .find(|path| path.is_file())
        .ok_or_else(|| Error::Absent { folder: folder.to_owned() })
}

/// Whether a table is one that this program extracted from fetched sound.
pub fn is_extracted(table: &Path) -> bool {
    table.file_name().is_some_and(|name| name == super::fetch::EXTRACTED)
}

/// An array of log-mel spectrograms under a data folder, and the list of its tracks.
pub fn gtzan_frames(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    FRAMES
        .iter()
        .map(|(array, tracks)| (folder.join(array), folder.join(tracks)))
        .find(|(array, tracks)| array.is_file() && tracks.is_file())
}

/// The folder of GTZAN's sound under a data folder.
pub fn gtzan_sound(folder: &Path) -> Option<PathBuf> {
    SOUND.iter().map(|place| folder.join(place)).find(|path| path.is_dir())
}

#[cfg(test)]
mod tests {
    use super::gtzan_table;

    #[test]
    fn the_table_is_found_as_unpacked_and_its_absence_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let message = gtzan_table(folder.path()).unwrap_err().to_string();
        for way in ["--data", "CROSSFOLD_DATA", "features_30_sec.csv"] {
            assert!(message.contains(way), "{message}");
        }
        std::fs::create_dir(folder.path().join("Data")).unwrap();
        let table = folder.path().join("Data/features_30_sec.csv");
        std::fs::write(&table, "").unwrap();
        assert_eq!(gtzan_table(folder.path()).unwrap(), table);
    }
}
