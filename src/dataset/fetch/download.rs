//! An archive from the network to a file, going on where it broke off.
//!
//! What has come lies in `ARCHIVE.part`. Each try asks for the rest only; a server that cannot send a
//! part sends the whole again. The file gets its own name when length and checksum are right.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::connection::{self, Answer, Failure, Head};
use super::digest::md5;
use super::{Error, Manifest};
use crate::watch::{Event, Watch};

/// The longest archive taken where its length is not published.
const MOST: u64 = 8 << 30;
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often a try is repeated, and how long apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Tries in a row that brought nothing before an address is given up.
    pub tries: u32,
    /// The pause after the first of them; each next one is twice as long.
    pub pause: Duration,
}

impl Default for Patience {
    /// Five tries, with pauses of 0.5, 1, 2 and 4 seconds.
    fn default() -> Self {
        Self { tries: 5, pause: Duration::from_millis(500) }
    }
}

/// Where an archive comes from and goes to.
pub(super) struct Download<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) addresses: &'a [String],
    /// Whether length and checksum must be the published ones.
    pub(super) verified: bool,
    pub(super) to: PathBuf,
    pub(super) patience: Patience,
    pub(super) watch: &'a dyn Watch,
}

/// Name of what has come so far.
pub(super) fn part(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// How a try ended that did not bring the rest.
enum Ended {
    /// Another try may help; it should wait so long if the server says so.
    Again { reason: String, no_way: bool, wait: Option<Duration> },
    /// This address is of no use.
    Useless(String),
    /// The whole command ends.
    Fatal(Error),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoWay(reason) => Self::Again { reason, no_way: true, wait: None },
            Failure::Broken(reason) => Self::Again { reason, no_way: false, wait: None },
            Failure::Final(reason) => Self::Useless(reason),
            Failure::Stopped => Self::Fatal(Error::Stopped),
        }
    }
}

impl Download<'_> {
    /// Brings the archive, whole and verified, to its place.
    ///
    /// # Errors
    /// When no address gives it; the message says why for each, what is kept, and the other ways.
    pub(super) fn run(&self) -> Result<(), Error> {
        let mut failures = Vec::new();
        for address in self.addresses {
            match self.from(address) {
                Ok(()) => return Ok(()),
                Err(Ended::Fatal(error)) => return Err(error),
                Err(Ended::Again { reason, .. } | Ended::Useless(reason)) => {
                    failures.push(format!("{address}: {reason}"));
                }
            }
        }
        let set = self.manifest.name.clone();
        let kept = match self.have() {
            0 => String::new(),
            bytes => format!(
                "{} are kept in {}; the same command goes on from there\n",
                megabytes(bytes),
                part(&self.to).display()
            ),
        };
        let table = self.manifest.table.as_ref().map_or(String::new(), |table| {
            let file = &table.file;
            format!("  - the published feature table alone: `crossfold data fetch {set} --table {file}`\n")
        });
        let (archive, failures) = (self.manifest.archive.clone(), failures.join("\n  - "));
        Err(Error::NoAddress { set, archive, failures, kept, table })
    }

    /// Bytes that have come so far.
    fn have(&self) -> u64 {
        std::fs::metadata(part(&self.to)).map_or(0, |facts| facts.len())
    }

    fn expected(&self) -> Option<u64> {
        self.manifest.bytes.filter(|_| self.verified)
    }

    fn from(&self, address: &str) -> Result<(), Ended> {
        let begun = self.have();
        let mut came = false;
        let mut vain = 0;
        loop {
            let before = self.have();
            let ended = match self.rest(address, before) {
                Ok(()) => break,
                Err(ended) => ended,
            };
            self.watch.event(&Event::StageEnded);
            let Ended::Again { reason, no_way, wait } = ended else { return Err(ended) };
            let grew = self.have() > before;
            came |= grew;
            vain = if grew { 1 } else { vain + 1 };
            // Without any way there at all, waiting seconds does not help; a line that was up may
            // come up again.
            if vain >= self.patience.tries || (no_way && !came) {
                return Err(Ended::Again { reason, no_way, wait });
            }
            let pause = self.patience.pause * 2_u32.saturating_pow(vain - 1);
            let pause = wait.map_or(pause, |wait| wait.min(LONGEST_WAIT).max(pause));
            self.notice(&format!("{reason}; another try in {:.1} s", pause.as_secs_f64()));
            self.pause(pause)?;
        }
        self.watch.event(&Event::StageEnded);
        self.keep(begun)
    }

    fn notice(&self, text: &str) {
        self.watch.event(&Event::Notice(text));
    }

    fn pause(&self, pause: Duration) -> Result<(), Ended> {
        let end = Instant::now() + pause;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if self.watch.stop() {
                return Err(Ended::Fatal(Error::Stopped));
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
        Ok(())
    }

    /// One try: asks for what is missing, and appends what comes.
    fn rest(&self, address: &str, have: u64) -> Result<(), Ended> {
        let place = part(&self.to);
        let failed = |source| Ended::Fatal(Error::write(&place, source));
        let mut have = have;
        if self.expected().is_some_and(|expected| have > expected) {
            std::fs::remove_file(&place).map_err(failed)?;
            have = 0;
        }
        if have > 0 && self.expected() == Some(have) {
            return Ok(());
        }
        let mut answer = connection::get(address, have, self.watch)?;
        let Some(from) = self.beginning(&answer.head, have)? else { return Ok(()) };
        let total = match (answer.head.range.1, answer.head.length) {
            (Some(whole), _) if answer.head.status == 206 => Some(whole),
            (_, Some(rest)) => Some(from + rest),
            _ => None,
        };
        if let (Some(total), Some(expected)) = (total, self.expected())
            && total != expected
        {
            return Err(Ended::Useless(format!(
                "its file has {total} bytes, the published one {expected}"
            )));
        }
        if total.is_some_and(|total| total > MOST) {
            return Err(Ended::Useless(format!("its file is longer than {}", megabytes(MOST))));
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&place).map_err(failed)?;
        if from < have {
            self.notice(&format!("{address} sends no parts of files; the download begins anew"));
            file.set_len(0).map_err(failed)?;
        } else if from > 0 {
            self.notice(&format!("the download goes on at {}", megabytes(from)));
        }
        let what = self.manifest.archive.as_str();
        self.watch.event(&Event::BytesStarted { what, done: from, total });
        let end = self.append(&mut answer, &mut file, from)?;
        match total {
            Some(total) if end < total => Err(Ended::Again {
                reason: format!("the connection ended after {end} of {total} bytes"),
                no_way: false,
                wait: None,
            }),
            _ => Ok(()),
        }
    }

    /// The byte that an answer begins with; `None` where nothing is missing.
    fn beginning(&self, head: &Head, have: u64) -> Result<Option<u64>, Ended> {
        let again = |reason: String| Ended::Again { reason, no_way: false, wait: head.wait };
        match head.status {
            200 => Ok(Some(0)),
            206 if head.range.0 == Some(have) => Ok(Some(have)),
            416 if head.range.1 == Some(have) => Ok(None),
            // What is here is no beginning of what is there.
            206 | 416 if have > 0 => {
                let place = part(&self.to);
                std::fs::remove_file(&place)
                    .map_err(|source| Ended::Fatal(Error::write(&place, source)))?;
                Err(again("the server has another file than the one begun".to_owned()))
            }
            status @ (408 | 429 | 500..=599) => Err(again(format!("the server answers {status}"))),
            404 | 410 => {
                let status = head.status;
                Err(Ended::Useless(format!("the server answers {status}: there is no such file")))
            }
            401 | 403 => {
                let status = head.status;
                Err(Ended::Useless(format!(
                    "the server answers {status}: it does not give it away"
                )))
            }
            status => Err(Ended::Useless(format!("the server answers {status}"))),
        }
    }

    fn append(&self, answer: &mut Answer, file: &mut File, from: u64) -> Result<u64, Ended> {
        let most = self.expected().unwrap_or(MOST);
        let mut end = from;
        while let Some(piece) = answer.piece()? {
            end += piece.len() as u64;
            if end > most {
                let place = part(&self.to);
                std::fs::remove_file(&place)
                    .map_err(|source| Ended::Fatal(Error::write(&place, source)))?;
                return Err(Ended::Useless(format!("it sends more than the {most} bytes awaited")));
            }
            file.write_all(&piece)
                .map_err(|source| Ended::Fatal(Error::write(part(&self.to), source)))?;
            self.watch.event(&Event::BytesAdvanced(piece.len() as u64));
        }
        Ok(end)
    }

    /// Verifies what has come and gives it its name; removes it where it is something else.
    fn keep(&self, begun: u64) -> Result<(), Ended> {
        let place = part(&self.to);
        if self.verified {
            let found = md5(&place, self.watch).map_err(Ended::Fatal)?;
            if !found.eq_ignore_ascii_case(&self.manifest.md5) {
                std::fs::remove_file(&place)
                    .map_err(|source| Ended::Fatal(Error::write(&place, source)))?;
                let anew = if begun > 0 { "; a download from the beginning may help" } else { "" };
                return Err(Ended::Useless(format!(
                    "what came has MD5 {found}, the published archive {}; it was removed{anew}",
                    self.manifest.md5
                )));
            }
        }
        let synced = File::open(&place).and_then(|file| file.sync_all());
        synced
            .and_then(|()| std::fs::rename(&place, &self.to))
            .map_err(|source| Ended::Fatal(Error::write(&self.to, source)))
    }
}

/// Bytes in words, as in `312 MB`.
#[allow(clippy::cast_precision_loss)]
pub(super) fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
