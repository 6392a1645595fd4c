//! Sound files under a folder, in the order of their names.

use std::path::{Path, PathBuf};

use super::Error;

/// Extensions that sound files go by; what a file is, its content says.
const EXTENSIONS: [&str; 9] = ["wav", "wave", "au", "flac", "mp3", "ogg", "oga", "m4a", "aac"];

/// All sound files that the paths name: files as they are, folders searched to the bottom.
///
/// # Errors
/// When a path is not there, a folder cannot be read, or no sound file is found at all.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut clips = Vec::new();
    for path in paths {
        let facts =
            std::fs::metadata(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        if facts.is_dir() {
            search(path, &mut clips)?;
        } else {
            clips.push(path.clone());
        }
    }
    if clips.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        return Err(Error::NoClips { path, extensions: EXTENSIONS.join(", ") });
    }
    Ok(clips)
}

fn search(folder: &Path, clips: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |source| Error::Read { path: folder.to_owned(), source };
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    entries.sort();
    for path in entries {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            search(&path, clips)?;
        } else if is_clip(&path) {
            clips.push(path);
        }
    }
    Ok(())
}

/// Whether a file's extension is that of a sound file.
pub(super) fn is_clip(path: &Path) -> bool {
    let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
}

/// The name of a clip's folder, which is its genre where clips lie as `genre/clip.wav`.
pub fn genre(path: &Path) -> Option<String> {
    let folder = path.parent()?.file_name()?;
    Some(folder.to_string_lossy().into_owned())
}

/// The name of a clip without its extension.
pub fn name(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::{find, genre, name};

    #[test]
    fn clips_are_found_in_the_order_of_their_names_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["rock/b.WAV", "rock/a.flac", "pop/c.mp3", "pop/notes.txt", "pop/.hidden.wav"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = find(&[folder.path().to_owned()]).unwrap();
        let names: Vec<String> = found.iter().map(|path| name(path)).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert_eq!(genre(&found[0]).as_deref(), Some("pop"));
        let empty = tempfile::tempdir().unwrap();
        let message = find(&[empty.path().to_owned()]).unwrap_err().to_string();
        assert!(message.contains("no sound file"), "{message}");
        assert!(find(&[folder.path().join("absent")]).is_err());
    }
}
