//! What the machine has: cores, memory, wide registers, folders, a cluster.

use std::io;
use std::path::{Path, PathBuf};

use super::super::plan::bytes;
use super::{Finding, State};

pub(super) fn system() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let said =
        format!("{system} {architecture}, {cores} cores, all used where --jobs says nothing");
    Finding::good("system", said)
}

/// A run on a thousand tracks takes about a tenth of this.
const ENOUGH: f64 = 1e9;

pub(super) fn memory() -> Finding {
    match available() {
        Some((free, total)) if free < ENOUGH => {
            let said = format!("{} free of {}", bytes(free), bytes(total));
            Finding::good("memory", said)
                .but(State::Note, "lower --jobs: each holds its own training part")
        }
        Some((free, total)) => {
            Finding::good("memory", format!("{} free of {}", bytes(free), bytes(total)))
        }
        None => Finding::good("memory", "not known on this system"),
    }
}

/// Free and all memory in bytes, where the system says it.
fn available() -> Option<(f64, f64)> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let of = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
    };
    Some((of("MemAvailable")?, of("MemTotal")?))
}

pub(super) fn registers() -> Finding {
    let found = wide();
    if found.is_empty() {
        return Finding::good("SIMD", "none beyond the architecture's own");
    }
    Finding::good("SIMD", found.join(", "))
}

#[cfg(target_arch = "x86_64")]
fn wide() -> Vec<&'static str> {
    let known = [
        ("sse4.2", std::is_x86_feature_detected!("sse4.2")),
        ("avx", std::is_x86_feature_detected!("avx")),
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("fma", std::is_x86_feature_detected!("fma")),
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
    ];
    known.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn wide() -> Vec<&'static str> {
    if cfg!(target_feature = "neon") { vec!["neon"] } else { Vec::new() }
}

/// Tries to make a file in a folder, or in the nearest folder above that is there.
pub(super) fn writable(folder: &Path) -> io::Result<()> {
    let here = |path: &&Path| path.as_os_str().is_empty() || path.exists();
    let there = folder.ancestors().find(here).unwrap_or(Path::new(""));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    tempfile::tempfile_in(there).map(|_| ())
}

/// Bytes of all files in a folder and below.
#[allow(clippy::cast_precision_loss)]
pub(super) fn size(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0.0, |facts| facts.len() as f64),
        _ => 0.0,
    });
    sizes.fold(0.0, |sum, size| sum + size) // an empty `sum` would be −0
}

/// Whether a cluster's commands are there; `run --engine slurm` needs both.
pub(super) fn slurm() -> Finding {
    let found = ["sbatch", "squeue"].map(|name| (name, command(name)));
    let there: Vec<String> =
        found.iter().filter_map(|(_, path)| Some(path.as_ref()?.display().to_string())).collect();
    let lacking: Vec<&str> =
        found.iter().filter(|(_, path)| path.is_none()).map(|(name, _)| *name).collect();
    match (there.is_empty(), lacking.as_slice()) {
        (true, _) => Finding::good("SLURM", "not on this machine; --engine slurm needs it"),
        (false, []) => Finding::good("SLURM", there.join(", ")),
        (false, lacking) => {
            let said = format!("{}, but no {}", there.join(", "), lacking.join(", "));
            Finding::good("SLURM", said)
                .but(State::Note, "--engine slurm needs both; put them on PATH")
        }
    }
}

/// Where a command lies on PATH.
fn command(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}
