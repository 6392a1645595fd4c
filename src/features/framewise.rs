//! One row for every frame: what sequence models learn from.

use std::cell::OnceCell;

use crate::audio::Signal;
use crate::features::onset::{Aggregate, onset_strength};
use crate::features::spectrum::onset_delay;
use crate::features::{Detail, Error, FrameRecipe, Grid, Spectrum};
use crate::features::{
    bandwidth, centroid, chroma, contrast, delta, mel, mfcc, rms, rolloff, zero_crossings,
};

/// One framewise feature.
pub struct FrameFeature {
    /// Its name in recipes.
    pub name: &'static str,
    /// The unit of its values.
    pub unit: &'static str,
    /// What it measures, in one line.
    pub doc: &'static str,
    /// The names of its columns.
    columns: fn(&FrameRecipe) -> Vec<String>,
    /// Its values: frames × columns.
    values: fn(&Look) -> Result<Grid, Error>,
}

/// Every framewise feature. Adding one is adding an entry.
pub static FRAME_FEATURES: [FrameFeature; 10] = [
    FrameFeature {
        name: "log-mel",
        unit: "dB",
        doc: "power in mel bands, at most 80 dB under the clip's loudest",
        columns: |recipe| numbered("mel", recipe.bands()),
        values: |look| Ok(look.log_mel().clone()),
    },
    FrameFeature {
        name: "mfcc",
        unit: "dB·√bands",
        doc: "shape of the spectral envelope, with its slopes and curvatures in time if asked for",
        columns: mfcc_columns,
        values: mfcc_values,
    },
    FrameFeature {
        name: "chroma",
        unit: "share of the strongest class",
        doc: "strength of the twelve pitch classes, C first",
        columns: |_| numbered("chroma", chroma::CLASSES),
        values: |look| Ok(chroma::chroma(look.spectrum())),
    },
    FrameFeature {
        name: "centroid",
        unit: "Hz",
        doc: "centre of mass of the magnitude spectrum",
        columns: |_| vec!["centroid".to_owned()],
        values: |look| Ok(single(&centroid::centroid(look.spectrum()))),
    },
    FrameFeature {
        name: "bandwidth",
        unit: "Hz",
        doc: "spread of the magnitude spectrum around its centroid",
        columns: |_| vec!["bandwidth".to_owned()],
        values: |look| Ok(single(&bandwidth::bandwidth(look.spectrum()))),
    },
    FrameFeature {
        name: "rolloff",
        unit: "Hz",
        doc: "frequency below which 85 % of the magnitude lies",
        columns: |_| vec!["rolloff".to_owned()],
        values: |look| Ok(single(&rolloff::rolloff(look.spectrum()))),
    },
    FrameFeature {
        name: "zero-crossings",
        unit: "share of samples",
        doc: "how often the signal changes its sign",
        columns: |_| vec!["zero_crossing_rate".to_owned()],
        values: |look| {
            let (frame, hop) = (look.recipe.frame(), look.recipe.hop());
            Ok(single(&zero_crossings::zero_crossing_rate(look.signal.samples(), frame, hop)))
        },
    },
    FrameFeature {
        name: "rms",
        unit: "full scale",
        doc: "root mean square of the samples: loudness",
        columns: |_| vec!["rms".to_owned()],
        values: |look| {
            let (frame, hop) = (look.recipe.frame(), look.recipe.hop());
            Ok(single(&rms::rms(look.signal.samples(), frame, hop, look.recipe.padding())))
        },
    },
    FrameFeature {
        name: "contrast",
        unit: "dB",
        doc: "peaks of the spectrum over its valleys, in seven octave bands",
        columns: |_| numbered("contrast", contrast::BANDS),
        values: |look| {
            // Valleys lie up to 100 dB under the peaks of their frame: too deep for single precision.
            let frames = (look.recipe.frame(), look.recipe.hop());
            let padding = look.recipe.padding();
            contrast::contrast(&Spectrum::of(look.signal, frames, padding, Detail::Full))
        },
    },
    FrameFeature {
        name: "onset",
        unit: "dB",
        doc: "mean rise over mel bands since the frame before",
        columns: |_| vec!["onset".to_owned()],
        values: |look| {
            let delay = onset_delay(look.recipe.frame(), look.recipe.hop());
            let onsets = onset_strength(look.log_mel(), delay, Aggregate::Mean);
            let mut grid = Grid::with_room(onsets.len(), 1);
            for onset in onsets {
                grid.push([onset].into_iter());
            }
            Ok(grid)
        },
    },
];

/// What framewise features are computed from, each thing once and only where one asks for it.
struct Look<'a> {
    signal: &'a Signal,
    recipe: &'a FrameRecipe,
    spectrum: OnceCell<Spectrum>,
    log_mel: OnceCell<Grid>,
}

impl<'a> Look<'a> {
    fn of(signal: &'a Signal, recipe: &'a FrameRecipe) -> Self {
        Self { signal, recipe, spectrum: OnceCell::new(), log_mel: OnceCell::new() }
    }

    fn spectrum(&self) -> &Spectrum {
        let frames = (self.recipe.frame(), self.recipe.hop());
        let padding = self.recipe.padding();
        let spectrum = || Spectrum::of(self.signal, frames, padding, Detail::Magnitude);
        self.spectrum.get_or_init(spectrum)
    }

    /// Straight from the signal, whatever else is asked for: the same recipe entry, the same numbers.
    fn log_mel(&self) -> &Grid {
        let frames = (self.recipe.frame(), self.recipe.hop());
        let (padding, bands) = (self.recipe.padding(), self.recipe.bands());
        self.log_mel.get_or_init(|| mel::log_mel_of(self.signal, frames, padding, bands))
    }
}

/// A sequence: one row of named numbers for each frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    columns: Vec<String>,
    seconds: f64,
    grid: Grid,
}

impl Frames {
    /// The names of the numbers in a row.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Seconds from the middle of one frame to that of the next.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The numbers: frames × columns.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }
}

/// The names of the columns that `recipe` gives.
pub fn frame_columns(recipe: &FrameRecipe) -> Vec<String> {
    chosen(recipe).flat_map(|feature| (feature.columns)(recipe)).collect()
}

/// The features of `recipe` for every frame of `signal`, side by side; finite whatever the signal.
///
/// # Errors
/// When the signal is too short for deltas, or its rate or the frames too low for contrast.
pub fn framewise(signal: &Signal, recipe: &FrameRecipe) -> Result<Frames, Error> {
    let look = Look::of(signal, recipe);
    let grids = chosen(recipe).map(|feature| (feature.values)(&look));
    let grids = grids.collect::<Result<Vec<Grid>, Error>>()?;
    let columns = frame_columns(recipe);
    let grid = Grid::beside(&grids, recipe.every());
    debug_assert_eq!(grid.width(), columns.len());
    let seconds = (recipe.hop() * recipe.every()) as f64 / f64::from(signal.rate());
    Ok(Frames { columns, seconds, grid })
}

fn chosen(recipe: &FrameRecipe) -> impl Iterator<Item = &'static FrameFeature> {
    recipe.features().iter().map(|name| {
        let feature = FRAME_FEATURES.iter().find(|feature| feature.name == name);
        feature.expect("a recipe holds known names only")
    })
}

fn mfcc_columns(recipe: &FrameRecipe) -> Vec<String> {
    let orders = ["mfcc", "mfcc_delta", "mfcc_delta2"].into_iter().take(1 + recipe.deltas());
    orders.flat_map(|name| numbered(name, recipe.coefficients())).collect()
}

fn mfcc_values(look: &Look) -> Result<Grid, Error> {
    let mut grids = vec![mfcc::mfcc(look.log_mel(), look.recipe.coefficients())];
    for order in 1..=look.recipe.deltas() {
        grids.push(delta::delta(&grids[0], order)?);
    }
    Ok(Grid::beside(&grids, 1))
}

/// `name` with the numbers 1..=count.
fn numbered(name: &str, count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("{name}{i}")).collect()
}

/// A grid of one column.
fn single(values: &[f64]) -> Grid {
    let mut grid = Grid::with_room(values.len(), 1);
    for &value in values {
        grid.push([value as f32].into_iter());
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::{FRAME_FEATURES, frame_columns, framewise};
    use crate::audio::{RATE, synth};
    use crate::features::FrameRecipe;
    use crate::seed::Seed;

    fn all() -> FrameRecipe {
        FrameRecipe::of(&FRAME_FEATURES.each_ref().map(|feature| feature.name)).unwrap()
    }

    #[test]
    fn every_feature_gives_finite_values_of_its_width_for_every_signal() {
        let signals = [
            synth::silence(0.5, RATE),
            synth::click(0.2, 0.5, RATE),
            synth::noise(Seed::new(3), 0.5, RATE),
        ];
        let recipes = [all(), all().with_frames(512, 200).unwrap().with_deltas(2).unwrap()];
        for signal in &signals {
            for recipe in &recipes {
                let frames = framewise(signal, recipe).unwrap();
                assert_eq!(frames.columns().len(), frames.grid().width());
                assert_eq!(frames.grid().frames(), 1 + 11_025 / recipe.hop());
                assert!(frames.grid().values().iter().all(|value| value.is_finite()));
                assert_eq!(frames, framewise(signal, recipe).unwrap());
            }
        }
    }

    #[test]
    fn every_second_frame_is_every_second_frame() {
        let signal = synth::chirp(100.0, 5000.0, 0.5, RATE);
        let whole = framewise(&signal, &all()).unwrap();
        let half = framewise(&signal, &all().with_every(2).unwrap()).unwrap();
        assert_eq!(half.grid().frames(), whole.grid().frames().div_ceil(2));
        for (t, row) in half.grid().rows().enumerate() {
            assert_eq!(row, whole.grid().row(2 * t));
        }
        assert_eq!(half.seconds(), 1024.0 / 22_050.0);
    }

    #[test]
    fn column_names_are_unique_and_in_order() {
        let mut names = frame_columns(&all().with_deltas(2).unwrap());
        assert_eq!(names.len(), 128 + 60 + 12 + 5 + 7 + 1);
        assert_eq!((&*names[0], &*names[128], &*names[148]), ("mel1", "mfcc1", "mfcc_delta1"));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 213);
    }

    #[test]
    fn a_clip_too_short_for_deltas_is_refused() {
        let signal = synth::sine(440.0, 0.01, RATE);
        assert!(framewise(&signal, &all()).is_ok());
        let error = framewise(&signal, &all().with_deltas(1).unwrap()).unwrap_err().to_string();
        assert!(error.contains("a delta needs 9 frames"), "{error}");
    }
}
