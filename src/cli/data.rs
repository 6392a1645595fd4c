//! `crossfold data`: data sets fetched, listed and verified.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::outcome::{Failure, Outcome, say};
use super::progress::Progress;
use crate::audio::Limit;
use crate::dataset::fetch::{
    Error, Fetched, Manifest, Order, Patience, Reach, Status, Verified, fetch, place_table, status,
    verify,
};
use crate::dataset::{Cache, Effort, locate};

/// Arguments of `crossfold data`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Download a data set, verify and unpack it, and extract its features
    Fetch(Fetch),
    /// Say which data sets are here, and what of each
    Status(State),
    /// Hold what is here to its listing: missing, altered and unlisted are told apart
    Verify(Verify),
}

/// Where data lies.
#[derive(Debug, Args)]
struct Folder {
    /// Folder with the data [default: $CROSSFOLD_DATA, else data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the set is had, in place of the program's own manifest
    #[arg(long, value_name = "FILE", hide = true)]
    manifest: Option<PathBuf>,
}

impl Folder {
    fn path(&self) -> PathBuf {
        locate::folder(self.data.as_deref())
    }

    fn manifest(&self, name: &str) -> Result<Manifest, Failure> {
        Ok(match &self.manifest {
            Some(path) => Manifest::read(path)?,
            None => Manifest::named(name)?,
        })
    }

    /// The manifests of the set that is named, or of all.
    fn manifests(&self, name: Option<&str>) -> Result<Vec<Manifest>, Failure> {
        match (name, &self.manifest) {
            (Some(name), _) => Ok(vec![self.manifest(name)?]),
            (None, Some(_)) => Ok(vec![self.manifest("")?]),
            (None, None) => Manifest::names().into_iter().map(|name| self.manifest(name)).collect(),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = FETCH)]
struct Fetch {
    /// The data set: gtzan (1.2 GB) or gtzan-mini (100 tracks of it)
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    folder: Folder,
    /// Take the archive from a mirror's address or from a file, .tar.gz or .zip
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    /// Take an archive whose length or checksum is not the published one; only tracks of the index
    /// are unpacked
    #[arg(long)]
    unverified: bool,
    /// Keep the archive after unpacking it
    #[arg(long)]
    keep: bool,
    /// Put a copy of the published feature table into its place instead; nothing is downloaded
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "unverified", "keep"])]
    table: Option<PathBuf>,
    /// How many clips at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

const FETCH: &str = "\
Examples:
  crossfold data fetch gtzan
  crossfold data fetch gtzan --data /scratch/music
  crossfold data fetch gtzan --from https://mirror.example/genres.tar.gz
  crossfold data fetch gtzan --from ~/Downloads/archive.zip --unverified
  crossfold data fetch gtzan --table ~/Downloads/features_30_sec.csv
  crossfold data fetch gtzan-mini

A call that was cut off goes on when it is given again. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
NO_PROXY are respected, and SSL_CERT_FILE names other certificate authorities.
Exit codes: 0 done; 1 the set is here but lacks tracks or is another recording; 2 it could not
be had; 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold data status
  crossfold data status --data /scratch/music --json")]
struct State {
    #[command(flatten)]
    folder: Folder,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold data verify
  crossfold data verify gtzan --json

Fetched sound is held to the hashes written when it was unpacked, tables to the index and the
published hash, sound from elsewhere to the names of the index.
Exit codes: 0 all is as listed; 1 something is missing, altered or unlisted; 2 there is nothing
to verify.")]
struct Verify {
    /// The data set [default: all that are here]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    folder: Folder,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// How many files at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Stopped => Self::Stopped,
            error => Self::Input(error.into()),
        }
    }
}

/// Runs the command.
pub fn data(arguments: &Arguments) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Fetch(arguments) => match &arguments.table {
            Some(file) => table(arguments, file),
            None => archive(arguments),
        },
        Command::Status(arguments) => state(arguments),
        Command::Verify(arguments) => held(arguments),
    }
}

fn table(arguments: &Fetch, file: &Path) -> Result<Outcome, Failure> {
    let manifest = arguments.folder.manifest(&arguments.name)?;
    let placed = place_table(&manifest, &arguments.folder.path(), file)?;
    let kind = if placed.published {
        "the published table byte for byte"
    } else {
        "not the published file byte for byte, so committed records were made from another"
    };
    say(&format!(
        "{}: {} rows, 57 columns, {kind}\n{}",
        placed.path.display(),
        placed.rows,
        now(&manifest, &arguments.folder, None)
    ))?;
    Ok(Outcome::Done)
}

fn archive(arguments: &Fetch) -> Result<Outcome, Failure> {
    let manifest = arguments.folder.manifest(&arguments.name)?;
    let data = arguments.folder.path();
    let order = Order {
        manifest: &manifest,
        data: &data,
        from: arguments.from.as_deref(),
        unverified: arguments.unverified,
        keep: arguments.keep,
        patience: Patience::default(),
    };
    let jobs = super::jobs(arguments.jobs);
    let cache = Cache::of_user();
    let progress = Progress::new();
    let effort = Effort { jobs, strict: false, limit: Limit::default() };
    let fetched = fetch(&order, &Reach { cache: &cache, effort, watch: &progress })?;
    for fault in &fetched.faults {
        eprintln!("fault: {fault}");
    }
    say(&format!(
        "{}{}",
        told(&manifest, &fetched),
        now(&manifest, &arguments.folder, Some(&fetched))
    ))?;
    Ok(if fetched.faults.is_empty() { Outcome::Done } else { Outcome::Unexpected })
}

/// What is here now.
fn told(manifest: &Manifest, fetched: &Fetched) -> String {
    let (place, genres) = (&fetched.place, &fetched.genres);
    let tracks: usize = genres.values().sum();
    let each = match (genres.values().min(), genres.values().max()) {
        (Some(least), Some(most)) if least == most => format!("{least} a genre"),
        (Some(least), Some(most)) => format!("{least} to {most} a genre"),
        _ => String::new(),
    };
    let already = if fetched.found { " (already here)" } else { "" };
    let mut text = format!(
        "{}: {tracks} tracks of {} genres, {each}{already}\n  sound     {}\n  index     {}\n  features  {}\n",
        manifest.name,
        genres.len(),
        place.sound().display(),
        place.sound().join("index.csv").display(),
        place.table().display(),
    );
    for failed in &fetched.unreadable {
        let name = failed.path.file_name().unwrap_or_default().to_string_lossy();
        let broken = if name.starts_with("jazz.00054") { "as in many copies, " } else { "" };
        let at = place.unreadable();
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{broken}{name} cannot be decoded and is left out; it lies in {}: {}",
            at.display(),
            // The reason names the file where it was unpacked, which is gone.
            failed.reason.rsplit_once(&*name).map_or(failed.reason.as_str(), |(_, rest)| rest
                .trim_start_matches(':')
                .trim_start())
        );
    }
    text
}

/// What can be run now.
fn now(manifest: &Manifest, folder: &Folder, fetched: Option<&Fetched>) -> String {
    if manifest.name == "gtzan" {
        let flag = match &folder.data {
            Some(path) => format!(" --data {}", path.display()),
            None => String::new(),
        };
        return format!("now: crossfold run experiments/dense.yaml{flag}");
    }
    let sound = fetched.map_or_else(|| folder.path(), |fetched| fetched.place.sound());
    let sound = std::fs::canonicalize(&sound).unwrap_or(sound);
    let sound = sound.display();
    format!("now: an experiment with `dataset: {{ audio: {sound}, index: {sound}/index.csv }}`")
}

fn state(arguments: &State) -> Result<Outcome, Failure> {
    let data = arguments.folder.path();
    let mut all = Vec::new();
    for manifest in arguments.folder.manifests(None)? {
        all.push(status(&manifest, &data)?);
    }
    if arguments.json {
        let sets: Vec<_> = all
            .iter()
            .map(|set| {
                serde_json::json!({
                    "name": set.name, "tracks": set.tracks, "table": set.table,
                    "extracted": set.extracted, "embedded": set.embedded, "sound": set.sound,
                    "clips": set.clips, "listed": set.listed, "log_mels": set.frames,
                    "begun": set.begun.as_ref().map(|(path, bytes, of)| {
                        serde_json::json!({ "path": path, "bytes": bytes, "of": of })
                    }),
                })
            })
            .collect();
        say(&serde_json::json!({ "data": data, "sets": sets }).to_string())?;
        return Ok(Outcome::Done);
    }
    let mut text = format!("data folder: {}\n", data.display());
    for set in &all {
        text += &described(set);
    }
    say(&text)?;
    Ok(Outcome::Done)
}

fn described(set: &Status) -> String {
    let table = match &set.table {
        Some(path) if set.extracted => format!("{} (extracted by this program)", path.display()),
        Some(path) => format!("{} (brought here)", path.display()),
        None if set.embedded => "in the program".to_owned(),
        None => "not here".to_owned(),
    };
    let sound = match (&set.sound, set.listed) {
        (Some(path), Some(listed)) => {
            format!("{}, {} clips, {listed} listed", path.display(), set.clips)
        }
        (Some(path), None) => format!("{}, {} clips, not listed", path.display(), set.clips),
        (None, _) => "not here".to_owned(),
    };
    let frames = match (&set.frames, &set.sound) {
        (Some(path), _) => path.display().to_string(),
        (None, _) if set.embedded => "in the program".to_owned(),
        (None, Some(_)) => "made of the sound when first needed".to_owned(),
        (None, None) => "not here".to_owned(),
    };
    let mut text = format!(
        "\n{}, {} tracks\n  table     {table}\n  sound     {sound}\n  log-mels  {frames}\n  index     in the program\n",
        set.name, set.tracks
    );
    if let Some((path, bytes, of)) = &set.begun {
        let of = of.map_or(String::new(), |of| format!(" of {of}"));
        let path = path.display();
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "  begun     {path}, {bytes}{of} bytes; `crossfold data fetch {}` goes on",
            set.name
        );
    } else if set.sound.is_none() && (set.table.is_none() || set.embedded) {
        let _ = writeln!(text, "  get it    crossfold data fetch {}", set.name);
    }
    text
}

fn held(arguments: &Verify) -> Result<Outcome, Failure> {
    let data = arguments.folder.path();
    let progress = Progress::new();
    let mut all = Vec::new();
    let manifests = arguments.folder.manifests(arguments.name.as_deref())?;
    for manifest in &manifests {
        let found = verify(manifest, &data, super::jobs(arguments.jobs), &progress)?;
        all.extend(found.into_iter().map(|found| (manifest.name.as_str(), found)));
    }
    if all.is_empty() {
        let name = arguments.name.as_deref().unwrap_or("gtzan");
        return Err(Failure::Input(anyhow::anyhow!(
            "there is nothing of {} in {}; `crossfold data fetch {name}` gets it",
            arguments.name.as_deref().unwrap_or("any data set"),
            data.display()
        )));
    }
    let holds = all.iter().all(|(_, found)| found.holds());
    if arguments.json {
        let found: Vec<_> = all
            .iter()
            .map(|(name, found)| {
                serde_json::json!({
                    "set": name, "of": found.of, "right": found.right, "missing": found.missing,
                    "altered": found.altered, "unlisted": found.unlisted, "untold": found.untold,
                })
            })
            .collect();
        say(&serde_json::json!({ "holds": holds, "found": found }).to_string())?;
    } else {
        let text: Vec<String> = all.iter().map(|(name, found)| verdict(name, found)).collect();
        say(&text.join("\n"))?;
    }
    Ok(if holds { Outcome::Done } else { Outcome::Unexpected })
}

fn verdict(name: &str, found: &Verified) -> String {
    let kinds =
        [("missing", &found.missing), ("altered", &found.altered), ("unlisted", &found.unlisted)];
    let mut text = format!("{name}: {}: {} as listed", found.of.display(), found.right);
    for (word, files) in kinds {
        // Writing to a text cannot fail.
        let _ = write!(text, ", {} {word}", files.len());
    }
    text.push('\n');
    for (word, files) in kinds {
        for file in files {
            let _ = writeln!(text, "  {word}: {file}");
        }
    }
    if !found.untold.is_empty() {
        let _ = writeln!(text, "  {}", found.untold);
    }
    text
}
