//! `crossfold data` against servers that break, lie and loop, and archives that mean harm.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

mod archives;
#[path = "../common/mod.rs"]
mod common;
mod download;
mod server;
#[path = "../common/sound.rs"]
mod sound;
mod table;
mod unpack;
mod verify;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Variables that would lead a request elsewhere.
const PROXIES: [&str; 9] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
];

/// The program in a folder, with a cache and a manifest of its own, and without proxies.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = common::command(folder, arguments);
    command.env("CROSSFOLD_CACHE", folder.join("cache"));
    for name in PROXIES {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// `data fetch gtzan` by the manifest of the folder, with more arguments.
fn fetch(folder: &Path, more: &[&str]) -> Output {
    run(folder, &[&["data", "fetch", "gtzan", "--manifest", "manifest.json"], more].concat())
}

/// A folder with a manifest of an archive that lies at these addresses.
fn folder(archive: &[u8], addresses: &[String]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    archives::manifest(folder.path(), archive, addresses, 12);
    folder
}

/// Paths of all files under a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}
