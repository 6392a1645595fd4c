//! What the server is told, and what follows from it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How the server answers, and how much it takes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where it listens; loopback unless said otherwise.
    pub address: IpAddr,
    /// Port; 0 takes any free one.
    pub port: u16,
    /// Names by which it may be called, without ports. On loopback, and wherever this is not empty, a
    /// request for any other name but loopback's own is refused: a foreign page whose name was pointed
    /// at this machine shall not reach the server through a visitor's browser.
    pub names: Vec<String>,
    /// Largest file in bytes.
    pub limit_bytes: usize,
    /// Longest clip in seconds.
    pub limit_seconds: f64,
    /// Seconds in which a whole request must be in.
    pub upload_seconds: f64,
    /// How many clips are heard at once.
    pub jobs: usize,
    /// How many more may be uploaded or wait meanwhile.
    pub queue: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            names: Vec::new(),
            limit_bytes: 50 << 20,
            limit_seconds: 900.0,
            upload_seconds: 60.0,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            queue: 8,
        }
    }
}

impl Settings {
    /// Time for a whole request.
    pub(super) fn upload_time(&self) -> Duration {
        Duration::from_secs_f64(self.upload_seconds)
    }

    /// Time for the head of a request, and for the next one to begin on a connection that is kept:
    /// ten seconds, and never more than a whole request has.
    pub(super) fn head_time(&self) -> Duration {
        self.upload_time().min(Duration::from_secs(10))
    }
}
