//! Which framewise features are computed, and in which frames.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::features::framewise::FRAME_FEATURES;
use crate::features::{Error, Padding};

/// Changes whenever the same recipe and signal would give other numbers than before.
const EDITION: u32 = 1;

/// How a clip becomes a sequence: what a row of each frame holds, and which frames there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FrameSettings")]
pub struct FrameRecipe {
    columns: Vec<String>,
    frame: usize,
    hop: usize,
    every: usize,
    padding: Padding,
    bands: usize,
    coefficients: usize,
    deltas: usize,
}

/// A recipe as it is written, before it is checked. What is left out takes its default.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrameSettings {
    /// Names of [`FRAME_FEATURES`], at least one.
    pub columns: Vec<String>,
    /// Samples of one frame: even, 32..=65536.
    pub frame: usize,
    /// Samples from one frame to the next, 1..=frame.
    pub hop: usize,
    /// Every how many frames one is kept, 1..=1000.
    pub every: usize,
    /// What lies beyond the edges of a clip.
    pub padding: Padding,
    /// Mel bands, 1..=512.
    pub bands: usize,
    /// MFCCs, 1..=bands.
    pub coefficients: usize,
    /// Orders of deltas that follow the MFCCs, 0..=2.
    pub deltas: usize,
}

impl Default for FrameSettings {
    fn default() -> Self {
        let FrameRecipe { columns, frame, hop, every, padding, bands, coefficients, deltas } =
            FrameRecipe::default();
        Self { columns, frame, hop, every, padding, bands, coefficients, deltas }
    }
}

impl TryFrom<FrameSettings> for FrameRecipe {
    type Error = Error;

    fn try_from(settings: FrameSettings) -> Result<Self, Error> {
        let FrameSettings { columns, frame, hop, every, padding, bands, coefficients, deltas } =
            settings;
        Self { columns, frame, hop, every, padding, bands, coefficients, deltas }.checked()
    }
}

impl Default for FrameRecipe {
    /// Twenty MFCCs in the frames of the published table.
    fn default() -> Self {
        Self {
            columns: vec!["mfcc".to_owned()],
            frame: 2048,
            hop: 512,
            every: 1,
            padding: Padding::Reflect,
            bands: 128,
            coefficients: 20,
            deltas: 0,
        }
    }
}

impl FrameRecipe {
    /// The named features of [`FRAME_FEATURES`], in this order, everything else by default.
    ///
    /// # Errors
    /// When a name is unknown, or there is none.
    pub fn of(columns: &[&str]) -> Result<Self, Error> {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Self { columns, ..Self::default() }.checked()
    }

    /// Frames of `frame` samples (even, 32..=65536), `hop` samples apart (1..=frame).
    ///
    /// # Errors
    /// When one is outside its range.
    pub fn with_frames(self, frame: usize, hop: usize) -> Result<Self, Error> {
        Self { frame, hop, ..self }.checked()
    }

    /// Only every n-th frame (1..=1000): the sequence becomes shorter, its frames stay the same.
    ///
    /// # Errors
    /// When it is outside its range.
    pub fn with_every(self, every: usize) -> Result<Self, Error> {
        Self { every, ..self }.checked()
    }

    /// `bands` mel bands (1..=512), under MFCC and onset strength too, and as many `coefficients`
    /// (1..=bands).
    ///
    /// # Errors
    /// When one is outside its range.
    pub fn with_bands(self, bands: usize, coefficients: usize) -> Result<Self, Error> {
        Self { bands, coefficients, ..self }.checked()
    }

    /// Whether MFCCs are followed by their slopes (1), and these by their curvatures (2).
    ///
    /// # Errors
    /// When more than 2 are wanted.
    pub fn with_deltas(self, deltas: usize) -> Result<Self, Error> {
        Self { deltas, ..self }.checked()
    }

    /// What lies beyond the edges of a clip.
    #[must_use]
    pub fn with_padding(self, padding: Padding) -> Self {
        Self { padding, ..self }
    }

    /// The names of its features.
    pub fn features(&self) -> &[String] {
        &self.columns
    }

    /// Samples of one frame.
    pub fn frame(&self) -> usize {
        self.frame
    }

    /// Samples from one frame to the next, before frames are left out.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Every how many frames one is kept.
    pub fn every(&self) -> usize {
        self.every
    }

    /// What lies beyond the edges of a clip.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// Mel bands.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// MFCCs.
    pub fn coefficients(&self) -> usize {
        self.coefficients
    }

    /// Orders of deltas that follow the MFCCs.
    pub fn deltas(&self) -> usize {
        self.deltas
    }

    /// BLAKE3 of the canonical text (`Display`): with the clip's, the key of a cache.
    pub fn hash(&self) -> String {
        blake3::hash(self.to_string().as_bytes()).to_hex().to_string()
    }

    fn checked(self) -> Result<Self, Error> {
        let refuse = |setting, bound, value: usize| {
            Err(Error::Setting { setting, bound, value: value.to_string() })
        };
        if self.columns.is_empty() {
            return refuse("the number of framewise features", "at least 1", 0);
        }
        for name in &self.columns {
            if !FRAME_FEATURES.iter().any(|feature| feature.name == name) {
                let known = FRAME_FEATURES.iter().map(|feature| feature.name);
                let known = known.collect::<Vec<_>>().join(", ");
                return Err(Error::UnknownFeature { name: name.clone(), known });
            }
        }
        if !(32..=65_536).contains(&self.frame) || !self.frame.is_multiple_of(2) {
            return refuse("frame", "an even number from 32 to 65536", self.frame);
        }
        if !(1..=self.frame).contains(&self.hop) {
            return refuse("hop", "from 1 to the length of a frame", self.hop);
        }
        if !(1..=1000).contains(&self.every) {
            return refuse("every", "from 1 to 1000", self.every);
        }
        if !(1..=512).contains(&self.bands) {
            return refuse("bands", "from 1 to 512", self.bands);
        }
        if !(1..=self.bands).contains(&self.coefficients) {
            return refuse("coefficients", "from 1 to the number of bands", self.coefficients);
        }
        if self.deltas > 2 {
            return refuse("deltas", "0, 1 or 2", self.deltas);
        }
        Ok(self)
    }
}

impl fmt::Display for FrameRecipe {
    /// Everything the numbers depend on, in a form that stays the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "frames edition={EDITION} columns={} frame={} hop={} every={} padding={} bands={} \
             coefficients={} deltas={}",
            self.columns.join("+"),
            self.frame,
            self.hop,
            self.every,
            self.padding.name(),
            self.bands,
            self.coefficients,
            self.deltas,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::FrameRecipe;

    #[test]
    fn what_is_left_out_takes_its_default_and_mistakes_are_named() {
        let read = serde_json::from_str::<FrameRecipe>;
        assert_eq!(read("{}").unwrap(), FrameRecipe::default());
        let recipe = read(r#"{"columns":["chroma","rms"],"hop":1024,"every":2}"#).unwrap();
        assert_eq!((recipe.hop(), recipe.every(), recipe.frame()), (1024, 2, 2048));
        let refusal = |text| read(text).unwrap_err().to_string();
        assert!(
            refusal(r#"{"columns":["chrome"]}"#).contains("called `chrome`; there are log-mel")
        );
        assert!(refusal(r#"{"hop":0}"#).contains("hop must be from 1 to the length of a frame"));
        assert!(refusal(r#"{"frame":999}"#).contains("but is 999"));
        assert!(refusal(r#"{"hopp":1}"#).contains("unknown field `hopp`"));
    }

    #[test]
    fn the_hash_follows_every_setting() {
        let base = FrameRecipe::default;
        let mut hashes: Vec<String> = [
            base(),
            FrameRecipe::of(&["rms"]).unwrap(),
            base().with_frames(1024, 512).unwrap(),
            base().with_frames(2048, 256).unwrap(),
            base().with_every(2).unwrap(),
            base().with_bands(64, 20).unwrap(),
            base().with_bands(128, 13).unwrap(),
            base().with_deltas(1).unwrap(),
            base().with_padding(crate::features::Padding::Zero),
        ]
        .iter()
        .map(FrameRecipe::hash)
        .collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 9);
    }
}
