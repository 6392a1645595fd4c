//! Where a data set is had, and how to know it: one small file beside its index.

use std::path::Path;

use serde::Deserialize;

use super::Error;
use crate::dataset::Index;

/// The sets that can be fetched, each with its manifest.
const MANIFESTS: [(&str, &str); 2] = [
    ("gtzan", include_str!("../../../data/gtzan/manifest.json")),
    ("gtzan-mini", include_str!("../../../data/gtzan-mini/manifest.json")),
];

/// The index of the mini set.
const MINI: &str = include_str!("../../../data/gtzan-mini/index.csv");

/// Where a data set is had, and how to know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The data set's name, which is that of its folder.
    pub name: String,
    /// The archive's file name here.
    pub archive: String,
    /// Addresses of the archive, in the order in which they are tried.
    pub addresses: Vec<String>,
    /// MD5 of the archive as published, 32 hexadecimal digits.
    pub md5: String,
    /// Its length in bytes, where that is published.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// How many tracks it holds.
    pub tracks: usize,
    /// The published feature table, where there is one.
    #[serde(default)]
    pub table: Option<Published>,
}

/// A published file that nobody may give away, but that has a known hash.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Its file name.
    pub file: String,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

impl Manifest {
    /// Names of the sets that can be fetched.
    pub fn names() -> [&'static str; 2] {
        MANIFESTS.map(|(name, _)| name)
    }

    /// The manifest of a set that the program knows.
    ///
    /// # Errors
    /// When it knows none of that name; the message lists those it knows.
    pub fn named(name: &str) -> Result<Self, Error> {
        let known = MANIFESTS.iter().find(|(known, _)| *known == name);
        let (_, text) = known.ok_or_else(|| Error::Manifest {
            place: format!("`{name}`"),
            reason: crate::registry::expected(name, Self::names()),
        })?;
        Self::parse(text, &format!("data/{name}/manifest.json"))
    }

    /// A manifest in a file.
    ///
    /// # Errors
    /// When the file cannot be read, or is no manifest.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::parse(&text, &path.display().to_string())
    }

    fn parse(text: &str, place: &str) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Manifest { place: place.to_owned(), reason };
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| mistake(error.to_string()))?;
        // The names become paths.
        for name in [&manifest.name, &manifest.archive] {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
                return Err(mistake(format!("`{name}` is no plain file name")));
            }
        }
        let md5 = &manifest.md5;
        if md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(mistake(format!("md5 `{md5}` is not 32 hexadecimal digits")));
        }
        if manifest.tracks == 0 {
            return Err(mistake("`tracks` must be at least 1".to_owned()));
        }
        Ok(manifest)
    }

    /// What is known of the tracks; their names say which files of an archive are wanted.
    ///
    /// # Errors
    /// Never, unless the index was damaged before the program was built.
    pub fn index(&self) -> Result<Index, Error> {
        Ok(match self.name.as_str() {
            "gtzan-mini" => Index::of_files(MINI, "data/gtzan-mini/index.csv")?,
            _ => Index::gtzan()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn the_manifests_of_the_program_are_whole_and_agree_with_their_indexes() {
        for name in Manifest::names() {
            let manifest = Manifest::named(name).unwrap();
            assert_eq!(manifest.name, name);
            assert_eq!(manifest.index().unwrap().tracks.len(), manifest.tracks);
            assert!(manifest.addresses[0].starts_with("https://"));
        }
        let message = Manifest::named("gtzam").unwrap_err().to_string();
        assert!(message.contains("gtzan-mini") && message.contains("did you mean"), "{message}");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in ["../x", "", ".ssh", "a/b"] {
            let text = serde_json::json!({
                "name": name, "archive": "a.zip", "addresses": [], "md5": "0".repeat(32), "tracks": 1,
            });
            assert!(Manifest::parse(&text.to_string(), "test").is_err(), "{name}");
        }
    }
}
