//! The commands of SLURM.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::script::LOGS;
use crate::engine::Error;

/// Remembers the job among the cells, so that a run that was cut off finds it again.
const JOB: &str = "cells/slurm-job";

/// A job array that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job(String);

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A cluster whose commands are on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Queue;

impl Queue {
    /// Makes sure that there is a cluster.
    pub fn find() -> Result<Self, Error> {
        said(Command::new("sbatch").arg("--version"))?;
        Ok(Self)
    }

    /// How many tasks an array may have: what the cluster says, else SLURM's own default.
    pub fn longest_array(self) -> usize {
        let config = said(Command::new("scontrol").args(["show", "config"])).unwrap_or_default();
        let line = config.lines().find(|line| line.starts_with("MaxArraySize"));
        let limit = line.and_then(|line| line.split('=').nth(1)?.trim().parse().ok());
        // Numbers of tasks are below the limit, and begin with 0.
        limit.unwrap_or(1001)
    }

    /// Submits these tasks of an array.
    pub fn submit(
        self,
        run: &Path,
        script: &str,
        tasks: &[usize],
        at_once: Option<usize>,
    ) -> Result<Job, Error> {
        let logs = run.join(LOGS);
        std::fs::create_dir_all(&logs)
            .map_err(|source| Error::Write { path: logs.clone(), source })?;
        let file = run.join("cells/slurm.sh");
        crate::atomic::write(&file, script.as_bytes())
            .map_err(|source| Error::Write { path: file.clone(), source })?;
        let most = at_once.map_or(String::new(), |most| format!("%{most}"));
        let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let id = said(
            Command::new("sbatch")
                .arg("--parsable")
                .arg(format!("--job-name=crossfold-{name}"))
                .arg(format!("--array={}{most}", ranges(tasks)))
                .arg(format!("--output={}/%A_%a.log", logs.display()))
                .arg(format!("--chdir={}", run.display()))
                .arg(&file),
        )?;
        // On clusters that are joined, the cluster's name follows a semicolon.
        let id = id.trim().split(';').next().unwrap_or_default().to_owned();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = format!("expected the number of a job, found `{id}`");
            return Err(Error::Queue { command: "sbatch --parsable".to_owned(), reason });
        }
        // Without it a run that was cut off would submit its cells twice, and lose nothing.
        let _ = crate::atomic::write(&run.join(JOB), id.as_bytes());
        Ok(Job(id))
    }

    /// Why tasks of a job wait, empty while some run; `None` when no task is to come.
    pub fn state(self, job: &Job) -> Result<Option<String>, Error> {
        let listed = Command::new("squeue")
            .args(["--noheader", "--array", "--format=%T %r", "--jobs", &job.0])
            .stdin(Stdio::null())
            .output();
        let output = listed.map_err(|error| missing("squeue", &error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            // A job that ended a while ago is forgotten, which squeue calls an invalid id.
            let forgotten = String::from_utf8_lossy(&output.stderr).contains("Invalid job id");
            return if forgotten { Ok(None) } else { Err(failed("squeue", &output)) };
        }
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let waiting = lines.iter().all(|line| line.starts_with("PENDING"));
        let reason = lines[0].split_once(' ').map_or("", |(_, reason)| reason);
        // That others are before it is nothing to be told.
        let usual = ["None", "Priority", "Resources", "JobArrayTaskLimit", "(null)"];
        let told = waiting && !usual.contains(&reason);
        Ok(Some(if told { reason.to_owned() } else { String::new() }))
    }

    /// Cancels a job; one that has ended stays as it is.
    pub fn cancel(self, job: &Job) {
        let _ = said(Command::new("scancel").arg(&job.0));
    }

    /// A job of an earlier run in this folder that is still in the queue.
    pub fn adopt(self, run: &Path) -> Option<Job> {
        let id = std::fs::read_to_string(run.join(JOB)).ok()?;
        let job = Job(id.trim().to_owned());
        let number = !job.0.is_empty() && job.0.bytes().all(|byte| byte.is_ascii_digit());
        (number && matches!(self.state(&job), Ok(Some(_)))).then_some(job)
    }

    /// Forgets the job of this folder.
    pub fn forget(self, run: &Path) {
        let _ = std::fs::remove_file(run.join(JOB));
    }
}

/// What a command says, if it succeeds.
fn said(command: &mut Command) -> Result<String, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| missing(&name, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(&name, &output))
}

fn missing(command: &str, error: &std::io::Error) -> Error {
    Error::Queue {
        command: command.to_owned(),
        reason: format!(
            "{error}; `--engine slurm` needs SLURM's commands: run it where jobs are submitted, or \
             leave it out to run on threads"
        ),
    }
}

fn failed(command: &str, output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    Error::Queue {
        command: command.to_owned(),
        reason: if said.is_empty() { format!("ended with {}", output.status) } else { said },
    }
}

/// Sorted numbers as SLURM writes them: `0-2,5`.
fn ranges(numbers: &[usize]) -> String {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => parts.push((number, number)),
        }
    }
    let text = |(first, last): (usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    parts.into_iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_as_ranges() {
        assert_eq!(super::ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
        assert_eq!(super::ranges(&[4]), "4");
    }
}
