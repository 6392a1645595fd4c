//! Any bytes as a sound file: WAV, AU, FLAC, MP3, Ogg Vorbis, AAC.

#![no_main]

use crossfold_fuzz::audio::{Limit, RATE, read_bytes};
use crossfold_fuzz::trial;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    trial(|| {
        if let Ok(clip) = read_bytes("clip", bytes.to_vec(), Limit::of_seconds(2.0)) {
            assert!(clip.signal.rate() == RATE && !clip.signal.samples().is_empty());
            assert!(clip.signal.samples().iter().all(|sample| sample.is_finite()));
        }
    });
});
