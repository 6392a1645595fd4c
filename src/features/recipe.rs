//! Which of librosa's conventions a row follows, and which parts of a clip become rows.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::audio::Signal;
use crate::features::{Error, Padding};

/// Changes whenever the same recipe and signal would give other numbers than before, so that no
/// cache serves old ones.
const EDITION: u32 = 1;

/// What becomes of the samples after the last whole hop when the parts of HPSS become sound again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tail {
    /// They are silent, yet counted in mean and variance: librosa before 0.10.
    Zero,
    /// They are reconstructed: librosa from 0.10 on.
    Kept,
}

/// How 57 numbers are made of a clip. Frames of 2048 samples, 512 apart, in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "Wire")]
pub struct Recipe {
    name: &'static str,
    padding: Padding,
    tail: Tail,
    seconds: Option<f64>,
}

/// As a recipe is written: `{name: kaggle, segments: {seconds: 3}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    segments: Option<Segments>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Segments {
    seconds: f64,
}

impl Recipe {
    /// The published table: reflected edges, silent tail (librosa 0.7 and 0.8).
    pub const KAGGLE: Self =
        Self { name: "kaggle", padding: Padding::Reflect, tail: Tail::Zero, seconds: None };
    /// librosa 0.11: zeros beyond the edges, tail reconstructed.
    pub const LIBROSA_0_11: Self =
        Self { name: "librosa-0.11", padding: Padding::Zero, tail: Tail::Kept, seconds: None };
    /// All named recipes.
    pub const ALL: [Self; 2] = [Self::KAGGLE, Self::LIBROSA_0_11];

    /// Samples of one frame.
    pub const FRAME: usize = 2048;
    /// Samples from one frame to the next.
    pub const HOP: usize = 512;
    /// Mel bands under MFCC and tempo.
    pub const BANDS: usize = 128;

    /// The recipe called `name`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|recipe| recipe.name == name).ok_or_else(|| {
            let known = Self::ALL.map(|recipe| recipe.name).join(", ");
            Error::UnknownRecipe { name: name.to_owned(), known }
        })
    }

    /// The same, but a row for every `seconds` of a clip instead of one for all of it.
    ///
    /// # Errors
    /// When a segment would be shorter than 0.1 s or longer than an hour.
    pub fn with_segments(self, seconds: f64) -> Result<Self, Error> {
        if (0.1..=3600.0).contains(&seconds) {
            return Ok(Self { seconds: Some(seconds), ..self });
        }
        Err(Error::Setting {
            setting: "segments.seconds",
            bound: "from 0.1 to 3600",
            value: seconds.to_string(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Seconds of one segment; `None` when a clip gives one row.
    pub fn segment_seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// What lies beyond the edges of a clip.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// What becomes of the last samples in HPSS.
    pub fn tail(&self) -> Tail {
        self.tail
    }

    /// BLAKE3 of the canonical text ([`Recipe`]'s `Display`): with the clip's, the key of a cache.
    pub fn hash(&self) -> String {
        blake3::hash(self.to_string().as_bytes()).to_hex().to_string()
    }
}

impl fmt::Display for Recipe {
    /// Everything the numbers depend on, in a form that stays the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "row edition={EDITION} frame={} hop={} bands={} padding={} tail={} segments=",
            Self::FRAME,
            Self::HOP,
            Self::BANDS,
            self.padding.name(),
            if self.tail == Tail::Zero { "zero" } else { "kept" },
        )?;
        match self.seconds {
            Some(seconds) => write!(f, "{seconds}s"),
            None => write!(f, "none"),
        }
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let recipe = Self::named(&wire.name);
        let recipe = match wire.segments {
            Some(Segments { seconds }) => recipe.and_then(|r| r.with_segments(seconds)),
            None => recipe,
        };
        recipe.map_err(D::Error::custom)
    }
}

impl From<Recipe> for Wire {
    fn from(recipe: Recipe) -> Self {
        let segments = recipe.seconds.map(|seconds| Segments { seconds });
        Self { name: recipe.name.to_owned(), segments }
    }
}

/// The parts of `signal` that become rows: all of it, or the segments of the recipe.
///
/// Segment k holds the samples k·s .. k·s + s - 1, one less than the s = seconds·rate from one
/// start to the next: the published 3-second table was cut so. What remains at the end is left out.
///
/// # Errors
/// When the signal is shorter than one segment.
pub fn segments(signal: &Signal, recipe: &Recipe) -> Result<Vec<Signal>, Error> {
    let Some(seconds) = recipe.seconds else { return Ok(vec![signal.clone()]) };
    let step = (seconds * f64::from(signal.rate())).round() as usize;
    let found = signal.samples().len();
    let starts = (0..).map(|k| k * step).take_while(|start| start + step - 1 <= found);
    let parts: Vec<Signal> = starts.filter_map(|start| signal.part(start, step - 1)).collect();
    if parts.is_empty() {
        let what = "one segment of the recipe";
        return Err(Error::TooShort { what, needed: step - 1, found, unit: "samples" });
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::{Recipe, segments};
    use crate::audio::{RATE, Signal};

    #[test]
    fn three_seconds_are_cut_as_in_the_published_table() {
        let recipe = Recipe::KAGGLE.with_segments(3.0).unwrap();
        let samples: Vec<f32> = (0..661_794).map(|i| i as f32).collect();
        let parts = segments(&Signal::new(samples, RATE).unwrap(), &recipe).unwrap();
        assert_eq!(parts.len(), 10);
        for (k, part) in parts.iter().enumerate() {
            assert_eq!(part.samples()[0], (k * 66_150) as f32);
            assert_eq!(part.samples().len(), 66_149);
        }
    }

    #[test]
    fn a_clip_of_exactly_one_segment_has_one_and_a_shorter_one_is_refused() {
        let recipe = Recipe::KAGGLE.with_segments(3.0).unwrap();
        let cut = |length| segments(&Signal::new(vec![0.0; length], RATE).unwrap(), &recipe);
        assert_eq!(cut(66_149).unwrap().len(), 1);
        assert_eq!(
            cut(66_148).unwrap_err().to_string(),
            "one segment of the recipe needs 66149 samples, but the signal has 66148; \
             leave the clip out"
        );
    }

    #[test]
    fn different_recipes_have_different_hashes_and_names_do_not_matter() {
        let three = Recipe::KAGGLE.with_segments(3.0).unwrap();
        let all = [Recipe::KAGGLE, Recipe::LIBROSA_0_11, three];
        let mut hashes = all.map(|recipe| recipe.hash()).to_vec();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 3);
        assert_eq!(
            Recipe::KAGGLE.to_string(),
            "row edition=1 frame=2048 hop=512 bands=128 padding=reflect tail=zero segments=none"
        );
    }

    #[test]
    fn a_recipe_is_read_as_it_is_written() {
        let recipe = Recipe::KAGGLE.with_segments(3.0).unwrap();
        let text = serde_json::to_string(&recipe).unwrap();
        assert_eq!(text, r#"{"name":"kaggle","segments":{"seconds":3.0}}"#);
        assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe);
        let refusal = |text| serde_json::from_str::<Recipe>(text).unwrap_err().to_string();
        assert!(refusal(r#"{"name":"keggle"}"#).contains("there are kaggle, librosa-0.11"));
        assert!(
            refusal(r#"{"name":"kaggle","segments":{"seconds":0}}"#)
                .contains("segments.seconds must be from 0.1 to 3600, but is 0")
        );
    }
}
