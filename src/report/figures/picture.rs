//! SVG as a picture of dots, by the same font.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::font;

/// Dots in a point.
const SCALE: f32 = 2.0;

/// The SVG as PNG, twice as many dots as points; `Err` says in words what is wrong with it.
pub(super) fn draw(svg: &str) -> Result<Vec<u8>, String> {
    let options = Options {
        fontdb: font::database(),
        font_family: "DejaVu Sans".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size();
    let size = size.scale_by(SCALE).ok_or("it has no size")?;
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or("it is too large")?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    encoded(&pixmap).map_err(|error| error.to_string())
}

/// Red, green and blue only: the sheet is opaque, and a third less is to be packed.
fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let opaque: Vec<u8> =
        pixmap.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&opaque)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_broken_drawing_is_an_error_in_words() {
        assert!(draw("<svg").is_err());
    }
}
