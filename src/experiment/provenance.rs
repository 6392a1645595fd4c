//! Where and by what a record is made, and how long things take.

use rustix::time::{ClockId, clock_gettime};

use super::record::{Machine, Provenance};

/// A processor-time clock, started at its making.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    id: ClockId,
    start: f64,
}

impl Clock {
    /// Processor time of this thread: other work on the machine does not count.
    pub fn of_thread() -> Self {
        Self { id: ClockId::ThreadCPUTime, start: read(ClockId::ThreadCPUTime) }
    }

    /// Processor time of all threads of this process.
    pub fn of_process() -> Self {
        Self { id: ClockId::ProcessCPUTime, start: read(ClockId::ProcessCPUTime) }
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        read(self.id) - self.start
    }
}

#[allow(clippy::cast_precision_loss)]
fn read(id: ClockId) -> f64 {
    let time = clock_gettime(id);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The moment, in UTC to the second.
#[allow(clippy::disallowed_methods)] // the record says when it was made; nothing else may ask
pub fn now() -> String {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now())
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// What can be said before anything has run.
pub fn here() -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: env!("CROSSFOLD_COMMIT").to_owned(),
        started: String::new(),
        wall_seconds: 0.0,
        cpu_seconds: 0.0,
        jobs: 0,
        engine: None,
        device: None,
        machine: Machine {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        },
    }
}

/// The processor's model name, where the system says it.
fn processor() -> String {
    let said = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    said.lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}
