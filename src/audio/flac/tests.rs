//! Streams are written here in all ways there are, and heard by symphonia beside.

use std::io::Cursor;

use super::bits::Bits;
use super::checks::{crc8, crc16};
use super::decode;
use crate::audio::Limit;
use crate::audio::decode::{self, by_symphonia};

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Bits of the last byte that are still free.
    free: u32,
}

impl Writer {
    fn push(&mut self, value: i64, count: u32) {
        for at in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            *self.bytes.last_mut().unwrap() |= ((value >> at & 1) as u8) << self.free;
        }
    }

    fn push_rice(&mut self, residual: i64, parameter: u32) {
        let number = if residual < 0 { -2 * residual - 1 } else { 2 * residual };
        (0..number >> parameter).for_each(|_| self.push(0, 1));
        self.push(1, 1);
        self.push(number, parameter);
    }
}

/// How a subframe is written.
#[derive(Clone, Copy)]
enum Kind {
    Constant,
    Verbatim,
    Fixed(usize),
    /// So many weights, of so many bits.
    Linear(usize, u32),
}

/// How residuals are written.
#[derive(Clone, Copy)]
struct Code {
    parameter: u32,
    /// 4 or 5 bits for a parameter.
    length: u32,
    /// Parts as a power of two; the last is not coded, but has so many bits a residual.
    parts: u32,
    raw: Option<u32>,
    wasted: u32,
}

const PLAIN: Code = Code { parameter: 9, length: 4, parts: 0, raw: None, wasted: 0 };

fn write_subframe(to: &mut Writer, samples: &[i64], width: u32, kind: Kind, code: Code) {
    let samples: Vec<i64> = samples.iter().map(|sample| sample >> code.wasted).collect();
    let width = width - code.wasted;
    let (number, weights, shift) = match kind {
        Kind::Constant => (0, Vec::new(), 0),
        Kind::Verbatim => (1, Vec::new(), 0),
        Kind::Fixed(order) => {
            let weights = [&[][..], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]][order].to_vec();
            (8 + order as i64, weights, 0)
        }
        Kind::Linear(order, precision) => {
            let most = (1_i64 << (precision - 1)) - 1;
            let weights = (0..order as i64).map(|at| (most - 7 * at) * [1, -1][at as usize % 2]);
            (31 + order as i64, weights.collect(), precision - 1)
        }
    };
    to.push(number, 7);
    to.push(i64::from(code.wasted > 0), 1);
    (1..code.wasted).for_each(|_| to.push(0, 1));
    to.push(1, u32::from(code.wasted > 0));
    match kind {
        Kind::Constant => to.push(samples[0], width),
        Kind::Verbatim => samples.iter().for_each(|sample| to.push(*sample, width)),
        Kind::Fixed(_) | Kind::Linear(..) => {
            samples[..weights.len()].iter().for_each(|sample| to.push(*sample, width));
            if let Kind::Linear(_, precision) = kind {
                to.push(i64::from(precision) - 1, 4);
                to.push(shift.into(), 5);
                weights.iter().for_each(|weight| to.push(*weight, precision));
            }
            to.push(i64::from(code.length) - 4, 2);
            to.push(code.parts.into(), 4);
            let size = samples.len() >> code.parts;
            for at in weights.len()..samples.len() {
                let past = weights.iter().zip(samples[..at].iter().rev());
                let sum: i64 = past.map(|(weight, sample)| weight * sample).sum();
                let residual = samples[at] - (sum >> shift);
                let raw = code.raw.filter(|_| at >= samples.len() - size);
                if at == weights.len() || at % size == 0 {
                    match raw {
                        Some(raw) => {
                            to.push(-1, code.length);
                            to.push(raw.into(), 5);
                        }
                        None => to.push(code.parameter.into(), code.length),
                    }
                }
                match raw {
                    Some(raw) => to.push(residual, raw),
                    None => to.push_rice(residual, code.parameter),
                }
            }
        }
    }
}

/// A stream of these channels, in frames of `block` samples that are all written in one way.
fn stream(
    channels: &[Vec<i64>],
    (bits, block): (u32, usize),
    (layout, varies): (i64, bool),
    kind: Kind,
    code: Code,
) -> Vec<u8> {
    let mut to = Writer::default();
    let size = channels[0].len();
    b"fLaC".iter().for_each(|byte| to.push((*byte).into(), 8));
    to.push(34, 32);
    to.push(block as i64 - i64::from(varies), 16);
    to.push(block as i64, 16);
    to.push(0, 48);
    to.push(22_050, 20);
    to.push(channels.len() as i64 - 1, 3);
    to.push(i64::from(bits) - 1, 5);
    to.push(size as i64, 36);
    (0..2).for_each(|_| to.push(0, 64));
    // Padding, the last of the metadata.
    to.push(0x8100_0003, 32);
    to.push(0, 24);
    for first in (0..size).step_by(block) {
        let start = to.bytes.len();
        let of_frame: Vec<&[i64]> =
            channels.iter().map(|all| &all[first..size.min(first + block)]).collect();
        to.push(0xfff8 + i64::from(varies), 16);
        to.push(7, 4);
        to.push(if first == 0 { 0 } else { 13 }, 4);
        to.push(layout, 4);
        to.push([0, 4][usize::from(bits == 16 && first > 0)], 3);
        to.push(0, 1);
        let number = if varies { first } else { first / block } as i64;
        if number < 128 {
            to.push(number, 8);
        } else {
            to.push(0xc0 | number >> 6, 8);
            to.push(0x80 | (number & 0x3f), 8);
        }
        to.push(of_frame[0].len() as i64 - 1, 16);
        if first > 0 {
            to.push(22_050, 16);
        }
        let check = crc8(&to.bytes[start..]);
        to.push(check.into(), 8);
        let pairs = |make: fn(i64, i64) -> i64| -> Vec<i64> {
            of_frame[0].iter().zip(of_frame[1]).map(|(a, b)| make(*a, *b)).collect()
        };
        let written = match layout {
            8 => vec![pairs(|a, _| a), pairs(|a, b| a - b)],
            9 => vec![pairs(|a, b| a - b), pairs(|_, b| b)],
            10 => vec![pairs(|a, b| (a + b) >> 1), pairs(|a, b| a - b)],
            _ => of_frame.iter().map(|samples| samples.to_vec()).collect(),
        };
        for (at, samples) in written.iter().enumerate() {
            let more = u32::from(matches!((layout, at), (8 | 10, 1) | (9, 0)));
            write_subframe(&mut to, samples, bits + more, kind, code);
        }
        to.free = 0;
        let check = crc16(&to.bytes[start..]);
        to.push(check.into(), 16);
    }
    to.bytes
}

/// Something between a tone and noise, in 7/8 of full scale.
fn sound(size: usize, bits: u32, seed: i64) -> Vec<i64> {
    let most = f64::from(1_u32 << (bits - 1));
    let sample = |at: i64| {
        let noise = ((at * 7919 + seed * 104_729) % 257 - 128) as f64 / 128.0;
        let tone = ((at + 13 * seed) as f64 / 9.0).sin();
        ((0.85 * tone + 0.02 * noise) * most) as i64
    };
    (0..size as i64).map(sample).collect()
}

fn samples(result: Option<(String, crate::audio::mono::Mono)>) -> Vec<f32> {
    result.unwrap().1.into_signal().unwrap().samples().to_vec()
}

/// Both hear the same, and what was written.
fn check(channels: &[Vec<i64>], bits: u32, bytes: &[u8], what: &str) {
    let fast = decode("clip", &mut Cursor::new(bytes), Limit::default()).unwrap();
    let fast = samples(fast.map(|mono| (String::new(), mono)).or_else(|| panic!("{what}")));
    let known = by_symphonia("clip", Cursor::new(bytes.to_vec()), Limit::default()).unwrap();
    assert_eq!(fast, samples(Some(known)), "{what}");
    let scale = f64::from(1_u32 << (bits - 1));
    for (at, found) in fast.iter().enumerate() {
        let frame = channels.iter().map(|all| (all[at] as f64 / scale) as f32);
        assert_eq!(*found, frame.sum::<f32>() / channels.len() as f32, "{what}");
    }
}

#[test]
fn every_kind_of_subframe_is_heard_as_symphonia_hears_it() {
    let kinds = [Kind::Verbatim, Kind::Fixed(0), Kind::Fixed(1), Kind::Fixed(2)]
        .into_iter()
        .chain([Kind::Fixed(3), Kind::Fixed(4), Kind::Constant])
        .chain([1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 31, 32].map(|order| Kind::Linear(order, 12)))
        .chain([Kind::Linear(8, 15), Kind::Linear(2, 5)]);
    for (at, kind) in kinds.enumerate() {
        for bits in [8, 16, 24] {
            let mut one = sound(300, bits, 3);
            if matches!(kind, Kind::Constant) {
                let constant = one[7];
                one.fill(constant);
            }
            let code = Code { parameter: bits - 4, length: 5, ..PLAIN };
            let bytes = stream(&[one.clone()], (bits, 128), (0, false), kind, code);
            check(&[one], bits, &bytes, &format!("kind {at}, {bits} bits"));
        }
    }
}

#[test]
fn every_layout_and_code_is_heard_as_symphonia_hears_it() {
    let codes = [
        PLAIN,
        // Some residuals have more bits than are looked up at once.
        Code { parameter: 10, ..PLAIN },
        Code { parameter: 20, length: 5, ..PLAIN },
        Code { parts: 3, ..PLAIN },
        Code { parts: 2, raw: Some(20), ..PLAIN },
        Code { parts: 1, raw: Some(25), length: 5, ..PLAIN },
        Code { wasted: 3, ..PLAIN },
    ];
    for (at, code) in codes.into_iter().enumerate() {
        for (layout, varies) in [(1, false), (8, true), (9, false), (10, true)] {
            let stereo = [5, 6].map(|seed| {
                let mut sound = sound(2000, 16, seed);
                if at == 1 {
                    sound.iter_mut().skip(80).step_by(160).for_each(|it| *it = 30_000 - 100 * seed);
                }
                // The mean of two channels has a bit less that is nothing.
                let unused = if code.wasted > 0 { code.wasted + 1 } else { 0 };
                sound.into_iter().map(|it| it >> unused << unused).collect::<Vec<_>>()
            });
            let kind = if at == 2 { Kind::Linear(9, 10) } else { Kind::Fixed(2) };
            let bytes = stream(&stereo, (16, 160), (layout, varies), kind, code);
            check(&stereo, 16, &bytes, &format!("code {at}, layout {layout}"));
        }
    }
    let six: Vec<Vec<i64>> = (0..6).map(|seed| sound(100, 16, seed)).collect();
    let bytes = stream(&six, (16, 64), (5, false), Kind::Fixed(1), PLAIN);
    check(&six, 16, &bytes, "six channels");
}

/// What both say of some bytes.
fn same(bytes: &[u8], what: &str) {
    let fast = decode::decode("clip", Cursor::new(bytes.to_vec()), Limit::default());
    let known = by_symphonia("clip", Cursor::new(bytes.to_vec()), Limit::default());
    match (fast, known) {
        (Ok(fast), Ok(known)) => {
            assert_eq!(fast.0, known.0, "{what}");
            assert_eq!(samples(Some(fast)), samples(Some(known)), "{what}");
        }
        (Err(fast), Err(known)) => assert_eq!(fast.to_string(), known.to_string(), "{what}"),
        (fast, known) => panic!("{what}: {} and {}", fast.is_ok(), known.is_ok()),
    }
}

#[test]
fn what_is_damaged_is_told_as_symphonia_tells_it() {
    let stereo = [1, 2].map(|seed| sound(200, 16, seed));
    let code = Code { parts: 1, raw: Some(20), ..PLAIN };
    let whole = stream(&stereo, (16, 64), (10, false), Kind::Linear(4, 10), code);
    same(&whole, "whole");
    for cut in 0..whole.len() {
        same(&whole[..cut], &format!("cut at {cut}"));
    }
    for at in 0..whole.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut bent = whole.clone();
            bent[at] ^= bit;
            same(&bent, &format!("byte {at} by {bit}"));
        }
    }
    let mut more = whole.clone();
    more.extend(b"TAG and what else stands behind");
    same(&more, "more behind");
}

/// Checks that hold let a frame's numbers be anything; a filter that grows must not overflow.
#[test]
fn frames_of_anything_with_checks_that_hold_are_no_harm() {
    let mono = [sound(4096, 16, 1)];
    let whole = stream(&mono, (16, 4096), (0, false), Kind::Linear(2, 5), PLAIN);
    let start = whole.windows(2).position(|pair| pair == [0xff, 0xf8]).unwrap();
    for seed in 0..300_usize {
        let mut bent = whole.clone();
        let end = bent.len() - 2;
        let places = start + 8 + seed % 5..(start + 10 + seed).min(end);
        for (at, byte) in bent[places].iter_mut().enumerate() {
            *byte = ((at * (seed + 3) * 2_654_435_761) >> 9) as u8;
        }
        let check = crc16(&bent[start..end]);
        bent[end..].copy_from_slice(&check.to_be_bytes());
        let _ = decode("clip", &mut Cursor::new(&bent), Limit::default());
    }
}

#[test]
fn remainders_are_those_of_the_definition() {
    let bytes: Vec<u8> = (0..100_u32).map(|at| ((at * at * 31) >> 3) as u8).collect();
    for length in [0, 1, 15, 16, 17, 100] {
        let known = bytes[..length].iter().fold(0_u16, |crc, byte| {
            (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
                (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 }
            })
        });
        assert_eq!(crc16(&bytes[..length]), known);
    }
    // The check value of this remainder in catalogues.
    assert_eq!(crc8(b"123456789"), 0xf4);
    assert_eq!(crc16(b"123456789"), 0xfee8);
}

#[test]
fn numbers_in_the_manner_of_utf_8() {
    let number = |bytes: &[u8]| Bits::new(bytes).number();
    assert_eq!(number(&[0x7f]), Some(0x7f));
    assert_eq!(number("ß".as_bytes()), Some(0xdf));
    assert_eq!(number("€".as_bytes()), Some(0x20ac));
    assert_eq!(number(&[0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]), Some((1 << 36) - 1));
    assert_eq!((number(&[0x80]), number(&[0xff]), number(&[0xc3, 0x20])), (None, None, None));
}
