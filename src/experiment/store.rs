//! A record as files: `record.json`, and `predictions.parquet` beside it.

use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::Error;
use super::described::FORMAT;
use super::predictions;
use super::record::{ContenderFacts, Record};
use crate::atomic;

impl Record {
    /// Writes the record into a folder; the predictions first, so that a `record.json` never stands
    /// without them.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let keep = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            atomic::write(&path, bytes).map_err(|source| Error::Write { path, source })
        };
        let path = folder.join("predictions.parquet");
        let bytes =
            predictions::to_parquet(self).map_err(|reason| Error::Record { path, reason })?;
        keep("predictions.parquet", &bytes)?;
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, Lines::default());
        self.serialize(&mut serializer).expect("a record is plain data, and memory takes it");
        bytes.push(b'\n');
        keep("record.json", &bytes)
    }

    /// Reads a record from a folder.
    ///
    /// # Errors
    /// When a file is not there or not what this program writes.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut record = Self::without_predictions(folder)?;
        let path = folder.join("predictions.parquet");
        let bytes =
            std::fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        record.predictions = predictions::from_parquet(&record, &bytes)
            .map_err(|reason| Error::Record { path, reason })?;
        Ok(record)
    }

    /// Reads what `record.json` says, and no predictions.
    ///
    /// # Errors
    /// When the file is not there or not what this program writes.
    pub fn without_predictions(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("record.json");
        let text = std::fs::read_to_string(&path)
            .map_err(|source| Error::Read { path: path.clone(), source })?;
        let damaged = |reason: String| Error::Record { path: path.clone(), reason };
        let record: Self =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if record.format != FORMAT {
            return Err(damaged(format!(
                "its format is {}, and this program reads {FORMAT}",
                record.format
            )));
        }
        record.consistent().map_err(damaged)?;
        Ok(record)
    }

    /// Refuses numbers that point at nothing, before anything is indexed by them.
    fn consistent(&self) -> Result<(), String> {
        let (units, genres, contenders) =
            (self.units.len(), self.dataset.genres.len(), self.contenders.len());
        let below = |what: &str, number: usize, count: usize| {
            if number < count {
                Ok(())
            } else {
                Err(format!("{what} {number}, and there are {count}"))
            }
        };
        if genres == 0 || self.folds.is_empty() || contenders == 0 {
            return Err("it has no genres, no folds or no contenders".to_owned());
        }
        for unit in &self.units {
            below("a unit is of genre", unit.genre, genres)?;
        }
        for fold in &self.folds {
            for &unit in fold.train.iter().chain(&fold.test) {
                below("a fold holds unit", unit, units)?;
            }
        }
        let named = |one: &ContenderFacts| self.experiment.baseline == one.name;
        if !self.contenders.iter().any(named) {
            return Err(format!("no contender is the baseline `{}`", self.experiment.baseline));
        }
        let of = self.cells.iter().map(|it| (it.contender, it.repeat, it.fold));
        let of = of.chain(self.failures.iter().map(|it| (it.contender, it.repeat, it.fold)));
        for (contender, repeat, fold) in of {
            below("a cell is of contender", contender, contenders)?;
            if !self.folds.iter().any(|it| (it.repeat, it.fold) == (repeat, fold)) {
                return Err(format!(
                    "a cell is of fold {fold} of repeat {repeat}, which is not there"
                ));
            }
        }
        Ok(())
    }
}

/// How deep things stand on lines of their own; what lies deeper stays on one line.
const DEPTH: usize = 2;

/// JSON for reading and for diffs: one line for each fold, cell and unit.
#[derive(Default)]
struct Lines {
    depth: usize,
    filled: bool,
}

impl Lines {
    fn open<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: u8) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(&[bracket])
    }

    fn close<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: u8) -> io::Result<()> {
        self.depth -= 1;
        if self.filled && self.depth < DEPTH {
            self.line(writer)?;
        }
        self.filled = true;
        writer.write_all(&[bracket])
    }

    fn item<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth <= DEPTH { self.line(writer) } else { Ok(()) }
    }

    fn line<W: io::Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        writer.write_all("  ".repeat(self.depth).as_bytes())
    }
}

impl Formatter for Lines {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b'[')
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b']')
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.item(writer, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b'{')
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b'}')
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}
