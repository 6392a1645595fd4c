//! A sheet to draw on: sizes in points, a title, text, lines; out comes SVG.
//!
//! plotters' SVG takes whole numbers only, so a drawing is made [`FINE`] times as large and scaled
//! back in the head of the file. Drawing into a string cannot fail, so nothing here does.

use std::cell::RefCell;
use std::fmt::Display;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontTransform, ShapeStyle, TextStyle};

use super::colour::{Colour, INK, PAPER, SOFT};
use super::font;
use super::raster::Raster;

/// Units of the drawing in a point.
const FINE: f64 = 10.0;
/// White around everything.
pub(super) const MARGIN: f64 = 16.0;
/// Size of the text that says the most.
pub(super) const TEXT: f64 = 11.5;
/// Size of numbers at axes and of what is said in passing.
pub(super) const SMALL: f64 = 10.0;
const TITLE: f64 = 14.0;
/// Height of a line of text over its size.
pub(super) const LEADING: f64 = 1.3;
/// Half the height of a capital, over the size: what centres a line of text.
const HALF_CAPITAL: f64 = 0.365;
/// plotters hangs text from 0.76 em above the base line.
const HANGING: f64 = 0.76;

/// Which end of a text its place names.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) colour: Colour,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
}

/// Text as most of it is.
pub(super) const PLAIN: Type = Type { size: TEXT, colour: INK, bold: false, anchor: Anchor::Start };
/// Numbers at axes, small print.
pub(super) const NOTE: Type = Type { size: SMALL, colour: SOFT, ..PLAIN };

impl Type {
    pub(super) const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// How wide `text` would be.
    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.bold)
    }
}

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) colour: Colour,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) const fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dashed: false }
    }

    pub(super) const fn dashed(colour: Colour, width: f64) -> Self {
        Self { colour, width, dashed: true }
    }
}

/// A figure before it is drawn: how wide, and what stands above it.
pub(super) struct Sheet<'a> {
    /// Width in points.
    pub(super) width: f64,
    /// What the figure shows.
    pub(super) title: &'a str,
    /// Of what it shows it: behind the title, or below where it does not fit.
    pub(super) dataset: &'a str,
    /// Below the title: the protocol, and how to read the figure.
    pub(super) small_print: &'a [String],
}

impl Sheet<'_> {
    /// Draws the title, then whatever `body` draws below it, from its second argument on down over
    /// `height` points; gives SVG.
    pub(super) fn draw(&self, height: f64, body: impl FnOnce(&Canvas<'_>, f64)) -> String {
        let bold = Type { size: TITLE, bold: true, ..PLAIN };
        let lines = |text: &str, style: Type| {
            font::wrap(text, self.width - 2.0 * MARGIN, style.size, style.bold)
                .into_iter()
                .map(move |line| (line, style))
                .collect::<Vec<_>>()
        };
        let mut heading = lines(&format!("{} · {}", self.title, self.dataset), bold);
        if heading.len() > 1 {
            heading = lines(self.title, bold);
            heading.extend(lines(self.dataset, bold));
        }
        heading.extend(self.small_print.iter().flat_map(|text| lines(text, NOTE)));
        let top = heading.iter().map(|(_, style)| style.size * LEADING).sum::<f64>() + MARGIN;
        // Whole points, so that level edges are sharp in a picture of dots.
        let top = (top + 10.0).ceil();
        let whole = (top + height + MARGIN).ceil();

        let mut svg = String::new();
        let fine = (unsigned(self.width * FINE), unsigned(whole * FINE));
        let rasters = {
            let area = SVGBackend::with_string(&mut svg, fine).into_drawing_area();
            let canvas = Canvas { area, rasters: RefCell::default() };
            canvas.rectangle([0.0, 0.0], [self.width, whole], PAPER);
            let mut y = MARGIN;
            for (line, style) in &heading {
                canvas.text([MARGIN, y + style.size], line, *style);
                y += style.size * LEADING;
            }
            body(&canvas, top);
            sure(canvas.area.present());
            canvas.rasters.into_inner()
        };
        for (number, raster) in rasters.iter().enumerate() {
            put(&mut svg, number, raster);
        }
        let (wide, high) = (fine.0, fine.1);
        svg.replacen(
            &format!("width=\"{wide}\" height=\"{high}\""),
            &format!("width=\"{}\" height=\"{whole}\"", self.width),
            1,
        )
    }
}

/// Where a figure is drawn; places are `[x, y]` in points from the upper left corner.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    /// What plotters has no element for: put in for their marks when all else is drawn.
    rasters: RefCell<Vec<String>>,
}

impl Canvas<'_> {
    /// Text on a base line.
    pub(super) fn text(&self, [x, y]: [f64; 2], text: &str, style: Type) {
        self.set([x, y - HANGING * style.size], text, style, FontTransform::None);
    }

    /// Text whose capitals are centred on a height.
    pub(super) fn centred(&self, [x, y]: [f64; 2], text: &str, style: Type) {
        self.text([x, y + HALF_CAPITAL * style.size], text, style);
    }

    /// Text that reads upwards, its capitals centred on `x`.
    pub(super) fn upwards(&self, [x, y]: [f64; 2], text: &str, style: Type) {
        let hanging = x - (HANGING - HALF_CAPITAL) * style.size;
        self.set([hanging, y], text, style, FontTransform::Rotate270);
    }

    fn set(&self, place: [f64; 2], text: &str, style: Type, turn: FontTransform) {
        // What XML cannot hold would spoil the whole figure.
        let text: String = text
            .chars()
            .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
            .collect();
        let horizontal = match style.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = font::font(style.size * FINE, style.bold).transform(turn);
        let colour = style.colour.plotters();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Top));
        sure(self.area.draw_text(&text, &style, fine(place)));
    }

    /// A line through some places.
    pub(super) fn line(&self, places: &[[f64; 2]], stroke: Stroke) {
        let points: Vec<(i32, i32)> = places.iter().copied().map(fine).collect();
        let style =
            ShapeStyle::from(stroke.colour.plotters()).stroke_width(unsigned(stroke.width * FINE));
        if stroke.dashed {
            let (dash, gap) = (whole(5.0 * FINE), whole(3.0 * FINE));
            sure(self.area.draw(&DashedPathElement::new(points, dash, gap, style)));
        } else {
            sure(self.area.draw(&PathElement::new(points, style)));
        }
    }

    /// A filled rectangle between two corners.
    pub(super) fn rectangle(&self, from: [f64; 2], to: [f64; 2], colour: Colour) {
        let style = ShapeStyle::from(colour.plotters()).filled();
        sure(self.area.draw(&Rectangle::new([fine(from), fine(to)], style)));
    }

    /// A filled shape.
    pub(super) fn shape(&self, places: &[[f64; 2]], colour: Colour) {
        let points: Vec<(i32, i32)> = places.iter().copied().map(fine).collect();
        sure(self.area.draw(&Polygon::new(points, colour.plotters())));
    }

    /// Shades over the rectangle between two corners.
    pub(super) fn raster(&self, from: [f64; 2], to: [f64; 2], raster: &Raster) {
        let mut rasters = self.rasters.borrow_mut();
        let mark = (whole(rasters.len() as f64), 0);
        sure(self.area.draw(&Rectangle::new([mark; 2], PAPER.plotters().filled())));
        rasters.push(raster.svg(from.map(|at| at * FINE), to.map(|at| at * FINE)));
    }

    /// A filled disc.
    pub(super) fn dot(&self, centre: [f64; 2], radius: f64, colour: Colour) {
        let style = ShapeStyle::from(colour.plotters()).filled();
        sure(self.area.draw(&Circle::new(fine(centre), whole(radius * FINE), style)));
    }
}

/// Puts a raster where [`Canvas::raster`] left the mark of its number, a rectangle without extent.
fn put(svg: &mut String, number: usize, raster: &str) {
    let mark = format!("<rect x=\"{number}\" y=\"0\" width=\"0\" height=\"0\"");
    if let Some(from) = svg.find(&mark) {
        let end = svg[from..].find('\n').map_or(svg.len(), |length| from + length + 1);
        svg.replace_range(from..end, raster);
    }
}

fn sure<E: std::error::Error + Send + Sync>(drawn: Result<(), DrawingAreaErrorKind<E>>)
where
    DrawingAreaErrorKind<E>: Display,
{
    if let Err(error) = drawn {
        unreachable!("drawing into a string cannot fail: {error}");
    }
}

fn fine([x, y]: [f64; 2]) -> (i32, i32) {
    (whole(x * FINE), whole(y * FINE))
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn unsigned(value: f64) -> u32 {
    value.round() as u32
}
