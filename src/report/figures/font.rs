//! The one font of every figure: measured by plotters, drawn by resvg, carried in the program.

use std::sync::{Arc, LazyLock};

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb::Database;

/// What figures ask for; a reader without DejaVu sees the sans-serif of the house.
pub(super) const FAMILY: &str = "DejaVu Sans, sans-serif";

/// plotters takes the height of a line where others take the em; this is its ratio between them.
pub(super) const LINE_PER_EM: f64 = 1.24;

/// Ascent plus descent of DejaVu Sans, in em: what plotters' measuring takes for the size.
const HEIGHT_PER_EM: f64 = 1.164;

static REGISTERED: LazyLock<()> = LazyLock::new(|| {
    for (style, bytes) in
        [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())]
    {
        let registered = register_font(FAMILY, style, bytes);
        assert!(registered.is_ok(), "the font in the program is a font");
    }
});

static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::new();
    database.load_font_data(dejavu::sans::regular().to_vec());
    database.load_font_data(dejavu::sans::bold().to_vec());
    database.set_sans_serif_family("DejaVu Sans");
    Arc::new(database)
});

/// The font for plotters, `size` being the em.
pub(super) fn font(size: f64, bold: bool) -> FontDesc<'static> {
    LazyLock::force(&REGISTERED);
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size * LINE_PER_EM, style)
}

/// The fonts for resvg: this one and no other.
pub(super) fn database() -> Arc<Database> {
    Arc::clone(&DATABASE)
}

/// How wide `text` is when its em is `size`.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Measured large, because plotters gives whole units.
    let large = 100.0;
    let (wide, _) = font(large, bold).box_size(text).expect("the font is registered");
    f64::from(wide) * size / large * HEIGHT_PER_EM / LINE_PER_EM
}

/// `text` in lines no wider than `limit`, parted after spaces, hyphens and underscores, or anywhere
/// where a word is longer than a line.
pub(super) fn wrap(text: &str, limit: f64, size: f64, bold: bool) -> Vec<String> {
    let fits = |line: &str| width(line.trim_end(), size, bold) <= limit;
    let mut lines = vec![String::new()];
    for word in text.split_inclusive([' ', '-', '_']) {
        let line = lines.last_mut().expect("there is always a line");
        if fits(&format!("{line}{word}")) {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for letter in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            if line.is_empty() || fits(&format!("{line}{letter}")) {
                line.push(letter);
            } else {
                lines.push(letter.to_string());
            }
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{width, wrap};

    #[test]
    fn widths_are_those_of_the_font() {
        // DejaVu Sans: the digit advances 1303 of 2048 units, bold 1425.
        assert!((width("0000", 10.0, false) - 4.0 * 6.362).abs() < 0.15);
        assert!((width("0000", 10.0, true) - 4.0 * 6.958).abs() < 0.15);
    }

    #[test]
    fn long_names_are_parted_at_hyphens_and_nothing_is_lost() {
        let lines = wrap("dense-without-chroma-and-spectral-contrast", 110.0, 11.0, false);
        assert!(lines.len() > 1 && lines[0].ends_with('-'));
        assert!(lines.iter().all(|line| width(line, 11.0, false) <= 110.0));
        assert_eq!(lines.concat(), "dense-without-chroma-and-spectral-contrast");
        assert_eq!(wrap(&"x".repeat(40), 60.0, 11.0, false).concat(), "x".repeat(40));
    }
}
