//! Which part of a split each track belongs to, as a user's CSV says it.

use std::collections::BTreeMap;
use std::path::Path;

use super::Error;
use super::table::stem;

/// Columns that may name the tracks, in order of preference.
const NAMES: [&str; 3] = ["track", "filename", "path"];

/// Reads a CSV with a column of tracks (`track`, `filename` or `path`) and one of parts, as in
/// `track,split`; gives the part of each track, by its name as written and without the extension of a
/// sound file.
///
/// # Errors
/// When the file cannot be read, a column is missing, or a track is listed twice.
pub fn parts(path: &Path, column: &str) -> Result<BTreeMap<String, String>, Error> {
    let mistake = |reason: String| Error::Table { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().map_err(|error| mistake(error.to_string()))?.clone();
    let at = |name: &str| heads.iter().position(|head| head == name);
    let tracks = NAMES.into_iter().find_map(at).ok_or_else(|| {
        mistake(format!("there is no column of tracks; call it `{}`", NAMES.join("`, `")))
    })?;
    let part = at(column).ok_or_else(|| {
        let heads: Vec<&str> = heads.iter().collect();
        mistake(format!("there is no column `{column}`; there are `{}`", heads.join("`, `")))
    })?;
    let mut found = BTreeMap::new();
    for line in reader.records() {
        let line = line.map_err(|error| mistake(error.to_string()))?;
        let (name, part) = (&line[tracks], line[part].trim());
        if found.insert(name.to_owned(), part.to_owned()).is_some() {
            return Err(mistake(format!("{name} is listed twice")));
        }
        found.entry(stem(name).to_owned()).or_insert_with(|| part.to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::parts;

    fn read(text: &str, column: &str) -> Result<Vec<(String, String)>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let place = file.path().display().to_string();
        parts(file.path(), column)
            .map(|found| found.into_iter().collect())
            .map_err(|error| error.to_string().replace(&place, "s.csv"))
    }

    #[test]
    fn tracks_are_known_with_and_without_their_extension() {
        let found = read("filename,split\nrock.1.wav,train\npop.2,test\n", "split").unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["pop.2", "rock.1", "rock.1.wav"]);
    }

    #[test]
    fn what_a_file_of_parts_may_not_say_is_named() {
        insta::assert_snapshot!([
            read("name,split\na,train\n", "split"),
            read("track,fold\na,1\n", "split"),
            read("track,split\na,train\na,test\n", "split"),
        ].map(|found| found.unwrap_err()).join("\n"), @r"
        s.csv: there is no column of tracks; call it `track`, `filename`, `path`
        s.csv: there is no column `split`; there are `track`, `fold`
        s.csv: a is listed twice
        ");
    }
}
