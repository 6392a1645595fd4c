//! Arrays of NumPy, alone (`.npy`) or in an archive (`.npz`).
//!
//! Sizes are checked against the file before memory is asked for, and nothing is unpickled: an array
//! is data, never code.

use std::io::{BufReader, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use half::f16;
use npyz::{NpyFile, Order, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Error, npy_header};

/// The most numbers an array may hold: 16 GiB of single precision.
const MOST: u64 = 1 << 32;

/// Takes rows of an array: the number of each and its values.
pub type Sink<'a> = dyn FnMut(usize, &[f32]) -> Result<(), String> + 'a;

/// An array of numbers in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its extents, slowest first.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f32>,
}

impl Tensor {
    /// Reads the array `name` of an `.npz`, or the one array of an `.npy`.
    ///
    /// # Errors
    /// When the file is no such file, the array is not there, its numbers are no half, single or
    /// double precision floats, its shape promises more than the file holds, or one is not finite.
    pub fn read(path: &Path, name: Option<&str>) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Table { path: path.to_owned(), reason };
        let bytes =
            std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes, name).map_err(mistake)
    }

    /// As [`Tensor::read`], from bytes.
    ///
    /// # Errors
    /// In words, as for [`Tensor::read`].
    pub fn from_bytes(bytes: &[u8], name: Option<&str>) -> Result<Self, String> {
        let mut values = Vec::new();
        let shape = rows_of(Cursor::new(bytes), name, &mut |_, row| {
            values.extend_from_slice(row);
            Ok(())
        })?;
        Ok(Self { shape, values })
    }

    /// Hands out the rows (steps along the first axis) of an array one after another, with their
    /// numbers, and gives its shape. Memory holds one row, however many there are.
    ///
    /// # Errors
    /// As for [`Tensor::read`], and what `sink` refuses.
    pub fn each_row(
        path: &Path,
        name: Option<&str>,
        sink: &mut Sink<'_>,
    ) -> Result<Vec<usize>, Error> {
        let file = std::fs::File::open(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        rows_of(BufReader::new(file), name, sink)
            .map_err(|reason| Error::Table { path: path.to_owned(), reason })
    }

    /// How many numbers one step along the first axis holds.
    pub fn stride(&self) -> usize {
        self.shape.iter().skip(1).product()
    }
}

/// Gives the rows of an array of `.npy`, or in an archive, which is told by its first two letters.
fn rows_of(
    mut file: impl Read + Seek,
    name: Option<&str>,
    sink: &mut Sink<'_>,
) -> Result<Vec<usize>, String> {
    let said = |error: std::io::Error| error.to_string();
    let size = file.seek(SeekFrom::End(0)).map_err(said)?;
    file.rewind().map_err(said)?;
    let mut start = Vec::new();
    file.by_ref().take(2).read_to_end(&mut start).map_err(said)?;
    file.rewind().map_err(said)?;
    if start != b"PK" {
        return array(file, size, sink);
    }
    let mut archive = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let mut names = Vec::new();
    for file in archive.file_names() {
        let file = file.map_err(|error| error.to_string())?;
        names.push(file.strip_suffix(".npy").unwrap_or(&file).to_owned());
    }
    let wanted = match (name, names.as_slice()) {
        (Some(name), _) if names.iter().any(|known| known == name) => name.to_owned(),
        (None, [only]) => only.clone(),
        _ => {
            let asked = name.map_or("no array was named".to_owned(), |name| {
                format!("there is no array `{name}`")
            });
            return Err(format!("{asked}; the file holds {}", names.join(", ")));
        }
    };
    let file = archive.by_name(&format!("{wanted}.npy")).map_err(|error| error.to_string())?;
    let size = file.size();
    array(BufReader::new(file), size, sink)
}

/// An array whose file has `size` bytes, header included.
fn array(reader: impl Read, size: u64, sink: &mut Sink<'_>) -> Result<Vec<usize>, String> {
    // The archive may promise less than it unpacks to; what is read is bounded by the promise.
    let reader = npy_header::checked(reader.take(size))?;
    let file = NpyFile::new(reader).map_err(|error| error.to_string())?;
    if file.order() != Order::C && file.shape().len() > 1 {
        return Err("the array is in Fortran order; save it with `np.ascontiguousarray`".to_owned());
    }
    let shape = file.shape().to_vec();
    let count = shape.iter().try_fold(1_u64, |all, &extent| all.checked_mul(extent));
    count
        .filter(|&count| count <= MOST && count <= size)
        .ok_or_else(|| format!("its shape {shape:?} promises more numbers than the file holds"))?;
    if shape.contains(&0) {
        // Its other extents may be anything, and nothing in the file bounds them.
        return Err(format!("its shape {shape:?} holds no number"));
    }
    let shape: Vec<usize> = shape.iter().map(|&extent| extent as usize).collect();
    let kind = file.dtype().descr();
    let kind = kind.trim_matches(['\'', '"']).to_owned();
    let reader = file.into_inner();
    match kind.as_str() {
        "<f4" => stream(reader, &shape, f32::from_le_bytes, sink),
        ">f4" => stream(reader, &shape, f32::from_be_bytes, sink),
        #[allow(clippy::cast_possible_truncation)]
        "<f8" => stream(reader, &shape, |bytes| f64::from_le_bytes(bytes) as f32, sink),
        #[allow(clippy::cast_possible_truncation)]
        ">f8" => stream(reader, &shape, |bytes| f64::from_be_bytes(bytes) as f32, sink),
        "<f2" => stream(reader, &shape, |bytes| f16::from_le_bytes(bytes).to_f32(), sink),
        ">f2" => stream(reader, &shape, |bytes| f16::from_be_bytes(bytes).to_f32(), sink),
        other => {
            Err(format!("its numbers are of type {other}; save it as float16, float32 or float64"))
        }
    }?;
    Ok(shape)
}

/// Hands out the numbers of an array row by row; each must be finite. Of a row only as much is held as
/// the file has.
fn stream<const SIZE: usize>(
    mut reader: impl Read,
    shape: &[usize],
    convert: impl Fn([u8; SIZE]) -> f32,
    sink: &mut Sink<'_>,
) -> Result<(), String> {
    let width: usize = shape.iter().skip(1).product();
    let (mut bytes, mut row) = (Vec::new(), Vec::new());
    for at in 0..shape.first().copied().unwrap_or(1) {
        bytes.clear();
        // What cannot be read is missing, whatever the reason.
        let _ = reader.by_ref().take((width * SIZE) as u64).read_to_end(&mut bytes);
        row.clear();
        row.extend(bytes.as_chunks::<SIZE>().0.iter().map(|bytes| convert(*bytes)));
        if let Some(column) = row.iter().position(|value| !value.is_finite()) {
            let (place, value) = (at * width + column, row[column]);
            return Err(format!("number {place} is {value}; every number must be finite"));
        }
        if row.len() < width {
            let (place, all) = (at * width + row.len(), shape.iter().product::<usize>());
            return Err(format!("it holds {place} of {all} numbers"));
        }
        sink(at, &row)?;
    }
    Ok(())
}

/// How an array is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Two bytes a number: three decimal digits, enough for decibels.
    Half,
    /// Four bytes a number.
    Single,
}

/// Numbers on their way to a file.
type Numbers<'a> = &'a mut dyn Iterator<Item = std::io::Result<f32>>;

/// Writes an array of these numbers as `.npy`.
pub(super) fn npy_to(
    to: &mut dyn Write,
    shape: &[usize],
    precision: Precision,
    numbers: Numbers<'_>,
) -> std::io::Result<()> {
    let shape: Vec<u64> = shape.iter().map(|&extent| extent as u64).collect();
    match precision {
        Precision::Half => {
            let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
            let mut writer = options.writer(to).begin_nd()?;
            for number in numbers {
                writer.push(&f16::from_f32(number?))?;
            }
            writer.finish()
        }
        Precision::Single => {
            let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
            let mut writer = options.writer(to).begin_nd()?;
            for number in numbers {
                writer.push(&number?)?;
            }
            writer.finish()
        }
    }
}

/// Writes an array of these numbers as `.npz`, compressed; the same numbers give the same bytes.
pub(super) fn npz_to(
    to: impl Write + Seek,
    name: &str,
    shape: &[usize],
    precision: Precision,
    numbers: Numbers<'_>,
) -> std::io::Result<()> {
    let mut archive = ZipWriter::new(to);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true);
    archive.start_file(format!("{name}.npy"), options).map_err(std::io::Error::other)?;
    npy_to(&mut BufWriter::new(&mut archive), shape, precision, numbers)?;
    archive.finish().map_err(std::io::Error::other)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Precision, Tensor, npy_to, npz_to};

    fn npy(tensor: &Tensor, precision: Precision) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut numbers = tensor.values.iter().map(|&value| Ok(value));
        npy_to(&mut bytes, &tensor.shape, precision, &mut numbers)?;
        Ok(bytes)
    }

    fn npz(name: &str, tensor: &Tensor, precision: Precision) -> std::io::Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        let mut numbers = tensor.values.iter().map(|&value| Ok(value));
        npz_to(&mut bytes, name, &tensor.shape, precision, &mut numbers)?;
        Ok(bytes.into_inner())
    }

    fn tensor() -> Tensor {
        Tensor { shape: vec![2, 3, 2], values: (0_u8..12).map(|i| f32::from(i) * 0.5).collect() }
    }

    #[test]
    fn an_array_written_is_read_again() {
        for precision in [Precision::Half, Precision::Single] {
            let alone = npy(&tensor(), precision).unwrap();
            assert_eq!(Tensor::from_bytes(&alone, None).unwrap(), tensor());
            let archive = npz("logmel", &tensor(), precision).unwrap();
            assert_eq!(Tensor::from_bytes(&archive, Some("logmel")).unwrap(), tensor());
            assert_eq!(Tensor::from_bytes(&archive, None).unwrap(), tensor());
            assert_eq!(archive, npz("logmel", &tensor(), precision).unwrap());
            let message = Tensor::from_bytes(&archive, Some("mel")).unwrap_err();
            assert_eq!(message, "there is no array `mel`; the file holds logmel");
        }
        assert_eq!(tensor().stride(), 6);
    }

    #[test]
    fn a_damaged_array_is_refused_and_never_panics() {
        let whole = npz("a", &tensor(), Precision::Single).unwrap();
        for cut in 0..whole.len() {
            let _ = Tensor::from_bytes(&whole[..cut], None);
        }
        let whole = npy(&tensor(), Precision::Single).unwrap();
        for cut in 0..whole.len() {
            assert!(Tensor::from_bytes(&whole[..cut], None).is_err(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut bent = whole.clone();
            bent[at] ^= 0x15;
            let _ = Tensor::from_bytes(&bent, None);
        }
    }

    /// Found by fuzzing: rows of no numbers were counted to the end, and extents multiplied.
    #[test]
    fn an_array_of_no_numbers_is_refused_whatever_its_other_extents() {
        for shape in ["(1000000000000, 0)", "(0, 9223372036854775808, 9223372036854775808)", "(0,)"]
        {
            let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}");
            let mut bytes = b"\x93NUMPY\x01\0".to_vec();
            bytes.extend((header.len() as u16).to_le_bytes());
            bytes.extend(header.as_bytes());
            let message = Tensor::from_bytes(&bytes, None).unwrap_err();
            assert!(message.ends_with("holds no number"), "{message}");
        }
    }

    #[test]
    fn what_is_no_array_of_finite_floats_is_refused_in_words() {
        let nan = Tensor { shape: vec![2], values: vec![1.0, f32::NAN] };
        let message = Tensor::from_bytes(&npy(&nan, Precision::Single).unwrap(), None).unwrap_err();
        assert_eq!(message, "number 1 is NaN; every number must be finite");
        let huge = Tensor { shape: vec![1 << 20, 1 << 20], values: Vec::new() };
        let header = npy(&huge, Precision::Single);
        let refused = header.map_or(true, |bytes| Tensor::from_bytes(&bytes, None).is_err());
        assert!(refused);
    }
}
