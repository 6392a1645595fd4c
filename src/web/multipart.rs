//! The one file in a multipart body, cut out as the body comes in.
//!
//! Stricter than the libraries for this: whatever is not the file (lines between parts, heads, other
//! fields) has a small bound of its own. With one bound for everything, a head or a preamble of
//! megabytes, sent byte by byte, is searched again from its start with each byte.

use memchr::memmem::Finder;

/// Bytes of one head.
const HEAD: usize = 8 << 10;
/// Bytes of all parts that are not the file.
const OTHER: usize = 64 << 10;
/// How many parts there may be.
const PARTS: usize = 8;
/// Longest boundary, by RFC 2046.
const BOUNDARY: usize = 70;

/// The field that holds the clip.
const FIELD: &str = "file";

/// What is wrong with a body, as a fragment.
pub(super) type Fault = &'static str;

/// Reads a body piece by piece.
pub(super) struct Parser {
    /// `\r\n--` and the boundary.
    finder: Finder<'static>,
    /// What came in and is not yet understood.
    rest: Vec<u8>,
    place: Place,
    parts: usize,
    other: usize,
    found: bool,
}

/// Where in the body the parser stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind a boundary.
    Boundary,
    /// In the lines above a part.
    Head,
    /// In the file.
    File,
    /// In another part.
    Other,
    /// Behind the last boundary.
    End,
}

impl Parser {
    /// A parser of bodies with this boundary.
    pub(super) fn new(boundary: &str) -> Self {
        let delimiter = format!("\r\n--{boundary}");
        Self {
            finder: Finder::new(delimiter.as_bytes()).into_owned(),
            // The first boundary has no line before it; with this one it is like all others.
            rest: b"\r\n".to_vec(),
            place: Place::Other,
            parts: 0,
            other: 0,
            found: false,
        }
    }

    /// Takes the next piece of the body and appends to `file` what belongs to the file.
    pub(super) fn feed(&mut self, piece: &[u8], file: &mut Vec<u8>) -> Result<(), Fault> {
        self.rest.extend_from_slice(piece);
        let mut at = 0;
        while let Some(step) = self.step(at, file)? {
            at += step;
        }
        self.rest.drain(..at);
        Ok(())
    }

    /// That the body ended where it should, and had the file.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        match (self.place, self.found) {
            (Place::End, true) => Ok(()),
            (Place::End, false) => Err("it has no field `file`"),
            _ => Err("it ends in the middle"),
        }
    }

    /// Goes on from `at`; says how many bytes were understood, or `None` when more are needed.
    fn step(&mut self, at: usize, file: &mut Vec<u8>) -> Result<Option<usize>, Fault> {
        let rest = &self.rest[at..];
        match self.place {
            Place::End => Ok((!rest.is_empty()).then_some(rest.len())),
            Place::Boundary => match rest {
                // The line's end is left: it is the first half of the empty line when a head has none.
                [b'\r', b'\n', ..] => {
                    self.place = Place::Head;
                    self.parts += 1;
                    if self.parts > PARTS { Err("it has too many parts") } else { Ok(Some(0)) }
                }
                [b'-', b'-', ..] => {
                    self.place = Place::End;
                    Ok(Some(2))
                }
                [] | [b'\r' | b'-'] => Ok(None),
                _ => Err("a boundary is followed by other bytes"),
            },
            Place::Head => {
                let shown = &rest[..rest.len().min(HEAD)];
                let Some(end) = memchr::memmem::find(shown, b"\r\n\r\n") else {
                    return if rest.len() < HEAD { Ok(None) } else { Err("a head is too long") };
                };
                let is_file = field(&rest[..end])?.is_some_and(|name| name == FIELD);
                if is_file && self.found {
                    return Err("it has more than one field `file`");
                }
                self.found |= is_file;
                self.place = if is_file { Place::File } else { Place::Other };
                Ok(Some(end + 4))
            }
            Place::File | Place::Other => {
                let needle = self.finder.needle();
                if self.parts == 0 && !rest.iter().zip(needle).all(|(a, b)| a == b) {
                    return Err("it does not begin with its boundary");
                }
                let found = self.finder.find(rest);
                // Without a boundary, all but what could be its beginning belongs to the part.
                let size = needle.len();
                let content = found.unwrap_or_else(|| (rest.len() + 1).saturating_sub(size));
                if self.place == Place::File {
                    file.extend_from_slice(&rest[..content]);
                } else {
                    self.other += content;
                    if self.other > OTHER {
                        return Err("fields other than `file` are too large");
                    }
                }
                if found.is_some() {
                    self.place = Place::Boundary;
                    return Ok(Some(content + size));
                }
                Ok((content > 0).then_some(content))
            }
        }
    }
}

/// The boundary in a content type of `multipart/form-data`; `None` for other types.
pub(super) fn boundary(content_type: &str) -> Option<Result<String, Fault>> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")
        .filter(|it| (1..=BOUNDARY).contains(&it.len()) && it.is_ascii());
    Some(boundary.ok_or("its boundary is missing or too long"))
}

/// The field that a head names.
fn field(head: &[u8]) -> Result<Option<String>, Fault> {
    let head = std::str::from_utf8(head).map_err(|_| "a head is not UTF-8")?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let (_, parameters) = disposition.and_then(|it| it.split_once(';')).unwrap_or_default();
    Ok(parameter(parameters, "name"))
}

/// The value of a parameter in `a=b; c="d; e"`.
fn parameter(mut text: &str, wanted: &str) -> Option<String> {
    loop {
        let (name, value) = text.split_once('=')?;
        let name = name.trim_matches([' ', '\t', ';']);
        let value = value.trim_start();
        let (value, rest) = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, rest) = value.split_once(';').unwrap_or((value, ""));
                (value.trim_end().to_owned(), rest)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        text = rest;
    }
}

/// What stands before the closing quotation mark, and what behind it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            // Only these two are escaped: some browsers send paths of Windows as they are.
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Fault, Parser, boundary, parameter};

    /// The file in `body`, fed in pieces of `size` bytes.
    fn parsed(body: &[u8], size: usize) -> Result<Vec<u8>, Fault> {
        let mut parser = Parser::new("xyz");
        let mut file = Vec::new();
        for piece in body.chunks(size) {
            parser.feed(piece, &mut file)?;
        }
        parser.finish().map(|()| file)
    }

    fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend_from_slice(format!("--xyz\r\n{head}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        body
    }

    const FILE: &str = "Content-Disposition: form-data; name=\"file\"; filename=\"a; name=\\\"b\"";

    #[test]
    fn the_file_is_the_same_however_it_is_cut() {
        let content = b"\r\n--xy\r\n--x\r\n-\r\nRIFF\0\r\n--xyy\r\n\r";
        let other = "content-disposition: form-data; name=note";
        let whole = body(&[(other, b"some words"), (FILE, content), (other, b"")]);
        for size in 1..=whole.len() {
            assert_eq!(parsed(&whole, size).unwrap(), content, "pieces of {size}");
        }
        let mut none = Vec::new();
        let mut parser = Parser::new("xyz");
        for cut in 0..whole.len() - 4 {
            parser = Parser::new("xyz");
            parser.feed(&whole[..cut], &mut none).unwrap();
            assert!(parser.finish().is_err(), "cut at {cut}");
        }
        assert!(parser.finish().is_err());
    }

    #[test]
    fn what_is_no_form_with_one_file_is_refused() {
        let wrong = |body: &[u8]| parsed(body, 7).unwrap_err();
        let part = "Content-Disposition: form-data; name=\"other\"";
        assert_eq!(wrong(b""), "it ends in the middle");
        assert_eq!(wrong(b"RIFF and so on, without a form"), "it does not begin with its boundary");
        assert_eq!(wrong(b"--xyz--"), "it has no field `file`");
        assert_eq!(wrong(&body(&[("", b"")])), "it has no field `file`");
        assert_eq!(
            wrong(&body(&[(FILE, b"1"), (FILE, b"2")])),
            "it has more than one field `file`"
        );
        assert_eq!(wrong(&body(&[(part, &b"1"[..]); 9])), "it has too many parts");
        assert_eq!(wrong(b"--xyzw\r\n"), "a boundary is followed by other bytes");
        let long = "X: ".to_owned() + &"y".repeat(9000);
        assert_eq!(wrong(&body(&[(&long, b"")])), "a head is too long");
        let large = vec![0; 70_000];
        assert_eq!(wrong(&body(&[(part, &large)])), "fields other than `file` are too large");
        assert_eq!(wrong(&body(&[(FILE, b"1")])[..40]), "it ends in the middle");
    }

    #[test]
    fn an_empty_file_is_a_file() {
        assert_eq!(parsed(&body(&[(FILE, b"")]), 3).unwrap(), b"");
    }

    #[test]
    fn content_types_are_read_as_browsers_and_programs_write_them() {
        let of = |text: &str| boundary(text).map(|it| it.unwrap_or_else(str::to_owned));
        let none = "its boundary is missing or too long";
        assert_eq!(of("multipart/form-data; boundary=abc").unwrap(), "abc");
        assert_eq!(of("Multipart/Form-Data; charset=utf-8; Boundary=\"a;b\"").unwrap(), "a;b");
        assert_eq!(of("multipart/form-data").unwrap(), none);
        assert_eq!(of(&format!("multipart/form-data; boundary={}", "a".repeat(71))).unwrap(), none);
        assert_eq!(of("application/json"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn a_name_inside_quotation_marks_is_no_name() {
        let text = " form; filename=\"x\\\"; name=\\\"file\"; name=\"note\"";
        assert_eq!(parameter(text.trim_start_matches(" form;"), "name").unwrap(), "note");
        assert_eq!(parameter("filename=\"C:\\music\\a.wav\"; name=file", "name").unwrap(), "file");
        assert_eq!(parameter("name=\"open", "name"), None);
        assert_eq!(parameter("", "name"), None);
    }
}
