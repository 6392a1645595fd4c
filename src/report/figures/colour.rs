//! Colours that survive colour blindness and grey print.

use plotters::style::RGBAColor;

/// A colour and how much it covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colour {
    red: u8,
    green: u8,
    blue: u8,
    cover: f64,
}

/// Text and axes.
pub(super) const INK: Colour = Colour::rgb(0x1f, 0x24, 0x2b);
/// What is said in passing.
pub(super) const SOFT: Colour = Colour::rgb(0x5c, 0x64, 0x70);
/// Grid lines.
pub(super) const GRID: Colour = Colour::rgb(0xe3, 0xe6, 0xea);
/// The sheet.
pub(super) const PAPER: Colour = Colour::rgb(0xff, 0xff, 0xff);
/// Okabe and Ito's blue: the first series.
pub(super) const BLUE: Colour = Colour::rgb(0x00, 0x72, 0xb2);
/// Okabe and Ito's vermilion: the second series, and what to heed.
pub(super) const VERMILION: Colour = Colour::rgb(0xd5, 0x5e, 0x00);

/// Lines that stand side by side in one panel: Okabe and Ito's palette without its yellow, which
/// paper swallows, in an order that alternates light and dark.
pub(super) const SERIES: [Colour; 7] = [
    BLUE,
    VERMILION,
    Colour::rgb(0x00, 0x9e, 0x73),
    Colour::rgb(0x1f, 0x24, 0x2b),
    Colour::rgb(0xcc, 0x79, 0xa7),
    Colour::rgb(0xe6, 0x9f, 0x00),
    Colour::rgb(0x56, 0xb4, 0xe9),
];

impl Colour {
    const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, cover: 1.0 }
    }

    /// The same colour, covering only a part of what lies below.
    pub(super) const fn thin(self, cover: f64) -> Self {
        Self { cover, ..self }
    }

    /// Relative luminance, 0 to 1, as WCAG 2 defines it for contrast.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// As SVG writes it, its cover left aside.
    pub(super) fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.red, self.green, self.blue)
    }

    /// As plotters wants it.
    pub(super) fn plotters(self) -> RGBAColor {
        RGBAColor(self.red, self.green, self.blue, self.cover)
    }
}

/// A share of 0..1 as one hue from near-white to dark blue.
///
/// Lightness in OKLab falls in a straight line, so equal steps look equal and a grey copy still
/// tells high from low.
pub(super) fn sequential(share: f64) -> Colour {
    let share = share.clamp(0.0, 1.0);
    let lightness = 0.985 - 0.665 * share;
    // As much colour as the screen's gamut holds on this way, none at the white end.
    let chroma = 0.004 + 0.25 * share * (1.0 - 0.62 * share);
    let hue = 252.0_f64.to_radians();
    oklab(lightness, chroma * hue.cos(), chroma * hue.sin())
}

/// White or black, whichever reads better on [`sequential`] of the same share.
pub(super) fn on_sequential(share: f64) -> Colour {
    let ground = sequential(share).luminance() + 0.05;
    if 1.05 / ground > ground / 0.05 { PAPER } else { Colour::rgb(0, 0, 0) }
}

/// Ottosson 2020: OKLab to linear light to sRGB.
#[allow(clippy::many_single_char_names, clippy::similar_names)]
fn oklab(lightness: f64, a: f64, b: f64) -> Colour {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    Colour::rgb(
        channel(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        channel(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        channel(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s),
    )
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn channel(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let encoded =
        if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (255.0 * encoded).round() as u8
}

#[cfg(test)]
mod tests {
    use super::{on_sequential, sequential};

    #[test]
    fn a_grey_copy_still_falls_from_light_to_dark() {
        let grey: Vec<f64> =
            (0..=20).map(|step| sequential(f64::from(step) / 20.0).luminance()).collect();
        assert!(grey.windows(2).all(|pair| pair[1] < pair[0]), "{grey:?}");
    }

    #[test]
    fn text_can_be_read_on_every_shade() {
        for step in 0..=100 {
            let share = f64::from(step) / 100.0;
            let (paper, ink) = (sequential(share).luminance(), on_sequential(share).luminance());
            let contrast = (paper.max(ink) + 0.05) / (paper.min(ink) + 0.05);
            assert!(contrast > 4.5, "{share}: {contrast}");
        }
    }
}
