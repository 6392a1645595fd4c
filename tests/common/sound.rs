//! Sound files made of nothing but numbers.

#![allow(dead_code)] // not every test uses all

use crossfold::audio::{Signal, synth};

/// A WAV file of 16-bit samples, every channel the same.
pub fn wav(signal: &Signal, channels: u16) -> Vec<u8> {
    let rate = signal.rate();
    let size = signal.samples().len() as u32 * 2 * u32::from(channels);
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2 * u32::from(channels)).to_le_bytes());
    bytes.extend((2 * channels).to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    for sample in signal.samples() {
        let sample = (sample.clamp(-1.0, 1.0) * 32_767.0) as i16;
        for _ in 0..channels {
            bytes.extend(sample.to_le_bytes());
        }
    }
    bytes
}

/// A tune of two voices with a beat of 120 a minute, as WAV.
pub fn song(seconds: f64, rate: u32, channels: u16) -> Vec<u8> {
    let tone = |t: f64, hertz: f64| (std::f64::consts::TAU * hertz * t).sin();
    let tune = synth::from_time(seconds, rate, |t| {
        let step = [0, 4, 7, 12, 7, 4][(t * 2.0) as usize % 6];
        let note = 220.0 * f64::from(step).exp2().powf(1.0 / 12.0);
        let fade = (-6.0 * (t * 2.0).fract()).exp();
        0.3 * fade * (tone(t, note) + 0.5 * tone(t, 2.0 * note)) + 0.1 * tone(t, 110.0)
    });
    wav(&tune, channels)
}
