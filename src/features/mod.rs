//! From a signal to frames, and from frames to one row.
//!
//! Knows signals and recipes, never labels.

/// Names of the families of features.
pub const FAMILIES: [&str; 5] = ["chroma", "spectral", "harmonic", "rhythm", "mfcc"];

/// The family of a column, if it is one of the published ones.
pub fn family_of(column: &str) -> Option<&'static str> {
    let families = [
        ("chroma", "chroma"),
        ("rms", "spectral"),
        ("spectral", "spectral"),
        ("rolloff", "spectral"),
        ("zero_crossing", "spectral"),
        ("harmony", "harmonic"),
        ("perceptr", "harmonic"),
        ("tempo", "rhythm"),
        ("mfcc", "mfcc"),
    ];
    families.iter().find(|(prefix, _)| column.starts_with(prefix)).map(|(_, family)| *family)
}
