//! Framewise features of a log-mel spectrogram that is all there is of a clip.
//!
//! Where the sound itself is at hand, [`framewise`](super::framewise()) computes more of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds::bounded;
use crate::features::blocks::contrast::{Contrast, contrasts};
use crate::features::blocks::series::{SERIES, shapes};
use crate::features::blocks::{Block, LogMel};
use crate::features::{Error, Grid, delta, mfcc};

bounded! {
    /// A number of mel bands.
    Bands: usize, at_least 1, at_most 512
}
bounded! {
    /// A number of MFCCs.
    Coefficients: usize, at_least 1, at_most 512
}
bounded! {
    /// Orders of deltas.
    Deltas: usize, at_most 2
}

/// One kind of framewise feature made of log-mel frames.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FromMel {
    /// The bands themselves, in dB.
    LogMel(LogMelBands),
    /// Shape of the spectral envelope, with its slopes and curvatures in time if asked for.
    Mfcc(MfccOfMel),
    /// How far peaks stand out from valleys in eight broad bands, and the valleys, in dB.
    Contrast,
    /// Centroid, spread, flatness, level, roll-off and flux of each frame's power over the bands.
    Shape,
}

/// Broad bands of the contrast, as in the block of that name.
const BROAD: usize = 8;

/// The bands themselves, in dB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogMelBands {
    /// Bands left after neighbours were averaged (in dB), a divisor of the bands there are; all
    /// where nothing is said.
    pub bands: Option<Bands>,
}

/// Mel-frequency cepstral coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MfccOfMel {
    /// How many, at most as many as there are bands. Twenty are the published table's.
    pub coefficients: Coefficients,
    /// Whether slopes in time follow (1), and curvatures after them (2). Fitted to nine frames.
    pub deltas: Deltas,
}

impl Default for MfccOfMel {
    fn default() -> Self {
        Self { coefficients: Coefficients::literal(20), deltas: Deltas::literal(0) }
    }
}

impl FromMel {
    /// Names of its columns, of frames of `bands` mel bands.
    ///
    /// # Errors
    /// When the bands do not allow it.
    pub fn columns(&self, bands: usize) -> Result<Vec<String>, Error> {
        let numbered = |name: &str, count: usize| {
            (1..=count).map(|at| format!("{name}{at}")).collect::<Vec<_>>()
        };
        match self {
            Self::LogMel(set) => {
                let kept = set.bands.map_or(bands, Bands::get);
                if !bands.is_multiple_of(kept) {
                    let bound = "a divisor of the number of mel bands there are";
                    return Err(Error::Setting {
                        setting: "bands",
                        bound,
                        value: kept.to_string(),
                    });
                }
                Ok(numbered("mel", kept))
            }
            Self::Mfcc(set) => {
                let count = set.coefficients.get();
                if count > bands {
                    let bound = "at most the number of mel bands there are";
                    let value = count.to_string();
                    return Err(Error::Setting { setting: "coefficients", bound, value });
                }
                let orders = ["mfcc", "mfcc_delta", "mfcc_delta2"].into_iter();
                let orders = orders.take(1 + set.deltas.get());
                Ok(orders.flat_map(|name| numbered(name, count)).collect())
            }
            Self::Contrast => {
                Block::Contrast(Contrast::default()).accepts(1, bands)?;
                Ok([numbered("contrast", BROAD), numbered("valley", BROAD)].concat())
            }
            Self::Shape => Ok(SERIES.iter().map(|name| format!("shape_{name}")).collect()),
        }
    }

    /// Its values: frames × columns.
    fn values(&self, log_mel: &Grid) -> Result<Grid, Error> {
        match self {
            Self::LogMel(set) => {
                let bands = set.bands.map_or(log_mel.width(), Bands::get);
                Ok(averaged(log_mel, log_mel.width() / bands))
            }
            Self::Mfcc(set) => {
                let mut grids = vec![mfcc::mfcc(log_mel, set.coefficients.get())];
                for order in 1..=set.deltas.get() {
                    grids.push(delta::delta(&grids[0], order)?);
                }
                Ok(Grid::beside(&grids, 1))
            }
            Self::Contrast => Ok(grid_of(&contrasts(&look(log_mel), BROAD), 2 * BROAD)),
            Self::Shape => Ok(grid_of(&shapes(&look(log_mel)), SERIES.len())),
        }
    }
}

fn look(log_mel: &Grid) -> LogMel<'_> {
    LogMel::new(log_mel.values(), log_mel.width())
}

/// Rows of `width` numbers.
fn grid_of(values: &[f32], width: usize) -> Grid {
    let mut grid = Grid::with_room(values.len() / width, width);
    values.chunks_exact(width).for_each(|row| grid.push(row.iter().copied()));
    grid
}

/// Means of every `count` neighbouring bands.
fn averaged(log_mel: &Grid, count: usize) -> Grid {
    if count == 1 {
        return log_mel.clone();
    }
    let mut grid = Grid::zeros(log_mel.frames(), log_mel.width() / count);
    for (row, levels) in grid.rows_mut().zip(log_mel.rows()) {
        for (mean, levels) in row.iter_mut().zip(levels.chunks_exact(count)) {
            *mean = levels.iter().sum::<f32>() / count as f32;
        }
    }
    grid
}

/// Names of the columns of all `kinds`, side by side.
///
/// # Errors
/// When the bands do not allow one of them.
pub fn from_mel_columns(kinds: &[FromMel], bands: usize) -> Result<Vec<String>, Error> {
    let columns = kinds.iter().map(|kind| kind.columns(bands)).collect::<Result<Vec<_>, _>>()?;
    Ok(columns.concat())
}

/// All `kinds` for every frame of a log-mel spectrogram (dB, frame after frame), side by side:
/// frames × columns.
///
/// # Errors
/// When the frames are too few, or the bands do not allow it.
pub fn from_mel(kinds: &[FromMel], log_mel: &[f32], bands: usize) -> Result<Grid, Error> {
    from_mel_columns(kinds, bands)?;
    let grid = grid_of(log_mel, bands);
    let grids = kinds.iter().map(|kind| kind.values(&grid)).collect::<Result<Vec<_>, _>>()?;
    Ok(Grid::beside(&grids, 1))
}

#[cfg(test)]
mod tests {
    use super::{FromMel, from_mel, from_mel_columns};
    use crate::audio::{RATE, synth};
    use crate::features::{FrameRecipe, framewise};

    fn read(text: &str) -> Vec<FromMel> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn mfccs_of_the_log_mel_are_those_of_the_sound() {
        let signal = synth::chirp(100.0, 5000.0, 0.5, RATE);
        let recipe = FrameRecipe::of(&["mfcc"]).unwrap().with_deltas(1).unwrap();
        let known = framewise(&signal, &recipe).unwrap();
        let log_mel = framewise(&signal, &FrameRecipe::of(&["log-mel"]).unwrap()).unwrap();
        let kinds = read(r#"[{"mfcc": {"deltas": 1}}]"#);
        assert_eq!(&from_mel(&kinds, log_mel.grid().values(), 128).unwrap(), known.grid());
        assert_eq!(from_mel_columns(&kinds, 128).unwrap(), known.columns());
    }

    #[test]
    fn every_kind_gives_finite_values_of_its_columns() {
        let kinds = read(r#"[{"log-mel": {}}, "contrast", {"mfcc": {"deltas": 2}}, "shape"]"#);
        let signal = synth::click(0.2, 0.5, RATE);
        let log_mel = framewise(&signal, &FrameRecipe::of(&["log-mel"]).unwrap()).unwrap();
        let grid = from_mel(&kinds, log_mel.grid().values(), 128).unwrap();
        assert_eq!(grid.width(), from_mel_columns(&kinds, 128).unwrap().len());
        assert_eq!(grid.frames(), log_mel.grid().frames());
        assert!(grid.values().iter().all(|value| value.is_finite()));
    }

    #[test]
    fn neighbouring_bands_are_averaged() {
        let kinds = read(r#"[{"log-mel": {"bands": 2}}]"#);
        let grid = from_mel(&kinds, &[1.0, 3.0, 5.0, 5.0, 0.0, 1.0, 2.0, 4.0], 4).unwrap();
        assert_eq!(grid.values(), [2.0, 5.0, 0.5, 3.0]);
        assert_eq!(from_mel_columns(&kinds, 4).unwrap(), ["mel1", "mel2"]);
    }

    #[test]
    fn bands_and_coefficients_that_do_not_fit_are_named() {
        let refused = |text| from_mel_columns(&read(text), 128).unwrap_err().to_string();
        assert!(refused(r#"[{"log-mel": {"bands": 60}}]"#).contains("bands must be a divisor"));
        assert!(refused(r#"[{"mfcc": {"coefficients": 200}}]"#).contains("but is 200"));
        let few = from_mel_columns(&read(r#"["contrast"]"#), 16).unwrap_err().to_string();
        assert!(few.contains("32") && few.contains("16"), "{few}");
    }
}
