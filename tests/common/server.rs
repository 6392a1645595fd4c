//! A server of its own for each test, on a port that the system chooses.

#![allow(clippy::unwrap_used, dead_code)] // a failed step fails the test; not every test uses all

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A running server; it is killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    /// The folder it runs in, which also is its folder for temporary files.
    pub folder: tempfile::TempDir,
}

impl Server {
    /// Starts one with more arguments.
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all = vec!["serve", "--port", "0"];
        all.extend(arguments);
        let mut child = crate::common::command(folder.path(), &all)
            .env("TMPDIR", folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (kept, lines) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        let reader = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("http://").and_then(|it| it.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{first}{}", log.lock().unwrap()));
        Self { child, address, log, reader: Some(reader), folder }
    }

    /// What it said on stderr so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A line of `/proc/PID/status` in bytes; `None` where the system has no such file.
    pub fn memory(&self, line: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':'))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    }

    /// Names of the files it holds open, where the system tells.
    pub fn open_files(&self) -> Vec<String> {
        let links = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        let target = |entry: std::fs::DirEntry| std::fs::read_link(entry.path()).ok();
        let targets = links.into_iter().flatten().filter_map(|entry| target(entry.ok()?));
        targets.map(|it| it.display().to_string()).filter(|it| it.starts_with('/')).collect()
    }

    /// Sends it a signal, as in `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for its end, and gives how it ended and all it said on stderr.
    pub fn end(mut self, most: Duration) -> (ExitStatus, String) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.reader.take().unwrap().join().unwrap();
                return (status, self.log());
            }
            assert!(begun.elapsed() < most, "still running after {most:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
