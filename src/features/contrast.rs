//! How far the peaks of the spectrum stand out from its valleys, octave by octave.

use crate::features::{Error, Grid, Spectrum, mel};

/// Octave bands above the lowest.
const OCTAVES: usize = 6;
/// Upper edge of the lowest band in hertz; each further band ends an octave higher.
const LOWEST: f64 = 200.0;
/// Share of a band's bins that counts as peaks, and as valleys.
const QUANTILE: f64 = 0.02;

/// Bands of a frame: the lowest and its octaves.
pub(crate) const BANDS: usize = OCTAVES + 1;

/// Mean of the largest 2 % of |D| in a band over that of the smallest, in dB: frames × 7.
///
/// Bands are 0..200, 200..400, … 6400..12800 Hz (the last to half the rate); both means are
/// expressed as 10 log10 and cut 80 dB under the clip's largest. From 0; silence gives 0.
/// Jiang, Lu, Zhang, Tao & Cai 2002.
///
/// # Errors
/// When the rate is too low for all bands, or the frames are too short for a bin in each.
pub(crate) fn contrast(spectrum: &Spectrum) -> Result<Grid, Error> {
    let bands = bands(spectrum)?;
    let mut peaks = Grid::zeros(spectrum.frames(), BANDS);
    let mut valleys = Grid::zeros(spectrum.frames(), BANDS);
    let mut sorted = Vec::new();
    let rows = peaks.rows_mut().zip(valleys.rows_mut());
    for (magnitude, (peaks, valleys)) in spectrum.magnitude().rows().zip(rows) {
        for (band, (first, end, count)) in bands.iter().enumerate() {
            sorted.clear();
            sorted.extend_from_slice(&magnitude[*first..*end]);
            sorted.sort_unstable_by(f32::total_cmp);
            valleys[band] = mean(&sorted[..*count]);
            peaks[band] = mean(&sorted[sorted.len() - count..]);
        }
    }
    mel::to_decibels(peaks.values_mut());
    mel::to_decibels(valleys.values_mut());
    for (peak, valley) in peaks.values_mut().iter_mut().zip(valleys.values()) {
        *peak -= valley;
    }
    Ok(peaks)
}

/// First bin, bin after the last, and number of extreme bins of each band.
///
/// As in librosa, a band begins with the last bin of the one before, and all but the last leave out
/// their own last bin, though it counts for the number of extreme ones.
fn bands(spectrum: &Spectrum) -> Result<Vec<(usize, usize, usize)>, Error> {
    let edge = |band: usize| if band == 0 { 0.0 } else { LOWEST * (band as f64 - 1.0).exp2() };
    if edge(OCTAVES) >= f64::from(spectrum.rate()) / 2.0 {
        let bound = "above 12800 Hz for spectral contrast";
        return Err(Error::Setting { setting: "rate", bound, value: spectrum.rate().to_string() });
    }
    let frequencies = spectrum.frequencies();
    let mut bands = Vec::with_capacity(BANDS);
    for band in 0..BANDS {
        let is_last = band == OCTAVES;
        let first = frequencies.partition_point(|&f| f < edge(band));
        let end = frequencies.partition_point(|&f| f <= edge(band + 1));
        let first = first.saturating_sub(usize::from(band > 0));
        let end = if is_last { frequencies.len() } else { end };
        let used = if is_last { end } else { end.saturating_sub(1) };
        let count = (QUANTILE * end.saturating_sub(first) as f64).round_ties_even().max(1.0);
        if used < first + count as usize {
            let bound = "long enough for a bin in every band of spectral contrast (512)";
            let value = spectrum.frame().to_string();
            return Err(Error::Setting { setting: "frame", bound, value });
        }
        bands.push((first, used, count as usize));
    }
    Ok(bands)
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

#[cfg(test)]
mod tests {
    use super::contrast;
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};
    use crate::seed::Seed;

    fn spectrum(signal: &crate::audio::Signal, frame: usize) -> Spectrum {
        Spectrum::of(signal, (frame, frame / 4), Padding::Reflect, Detail::Full)
    }

    #[test]
    fn a_sine_stands_out_in_its_band_and_noise_in_none() {
        let sine = contrast(&spectrum(&synth::sine(1000.0, 1.0, RATE), 2048)).unwrap();
        let noise = synth::noise(Seed::new(1), 1.0, RATE);
        let noise = contrast(&spectrum(&noise, 2048)).unwrap();
        // 1000 Hz lies in the band 800..1600.
        assert!(sine.row(20)[3] > 40.0, "{:?}", sine.row(20));
        assert!(noise.row(20)[1..].iter().all(|&c| (5.0..40.0).contains(&c)));
    }

    #[test]
    fn silence_has_no_contrast() {
        let grid = contrast(&spectrum(&synth::silence(0.2, RATE), 2048)).unwrap();
        assert!(grid.values().iter().all(|&c| c == 0.0));
    }

    #[test]
    fn frames_too_short_or_a_rate_too_low_are_refused() {
        let signal = synth::silence(0.2, RATE);
        assert!(contrast(&spectrum(&signal, 512)).is_ok());
        let error = contrast(&spectrum(&signal, 64)).unwrap_err().to_string();
        assert!(error.starts_with("frame must be long enough"), "{error}");
        let error = contrast(&spectrum(&synth::silence(0.2, 8000), 2048)).unwrap_err().to_string();
        assert!(error.starts_with("rate must be above 12800"), "{error}");
    }
}
