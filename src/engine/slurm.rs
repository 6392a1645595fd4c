//! Cells as the tasks of SLURM job arrays.
//!
//! What counts is what lies in the shared folder: a cell is done when its file is there. The queue is
//! asked only whether tasks are still to come; exit codes and accounting, which some clusters do not
//! have, are not asked at all.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Error;
use crate::experiment::{Cell, CellFacts, Cells, Plan, Record, collect, now};
use crate::watch::{Event, Watch};

mod queue;
mod script;

use queue::{Job, Queue};

/// How cells are run on a cluster.
#[derive(Clone, Debug)]
pub struct Slurm {
    /// A batch script to which the worker's command is added: partition, time, memory, modules.
    pub template: Option<PathBuf>,
    /// How many cells a task runs; at least so many tasks as the cluster's limit asks for are joined.
    pub chunk: Option<usize>,
    /// How many tasks of an array run at once, where it is limited.
    pub at_once: Option<usize>,
    /// How often cells whose task ended without them are submitted again.
    pub resubmit: usize,
    /// The program that workers run.
    pub program: PathBuf,
}

/// Tasks that an array has where nobody says how many cells a task runs.
const TASKS: usize = 64;
/// The first and the longest wait between two questions to the queue.
const WAIT: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// How long files of ended tasks may take to be seen over a shared file system.
const LATE: Duration = Duration::from_secs(10);
/// How long the queue may be out of reach.
const PATIENCE: Duration = Duration::from_secs(600);

/// A run in the hands of a cluster.
struct Errand<'a> {
    slurm: &'a Slurm,
    queue: Queue,
    plan: &'a Plan,
    cells: &'a Cells,
    run: &'a Path,
    watch: &'a dyn Watch,
    script: String,
}

impl Slurm {
    /// Has every cell that was not finished before run by the cluster, and assembles the record.
    ///
    /// `run` is the folder of the run, in which its ticket lies; it must be shared with the cluster.
    /// Cells that failed, and those whose tasks were lost too often, are holes in the record.
    ///
    /// # Errors
    /// When a command of the cluster is missing or fails, a file cannot be read or written, or the
    /// watcher asks to stop, which cancels what was submitted.
    pub fn run(
        &self,
        plan: &Plan,
        cells: &Cells,
        run: &Path,
        watch: &dyn Watch,
    ) -> Result<Record, Error> {
        let (started, wall) = (now(), Instant::now());
        cells.forget_failures(plan);
        let run = &std::path::absolute(run)
            .map_err(|source| Error::Read { path: run.to_owned(), source })?;
        for notice in &plan.dataset.notices {
            watch.event(&Event::Notice(notice));
        }
        let queue = Queue::find()?;
        let numbers: Vec<usize> = (0..plan.cells.len()).collect();
        let tasks = self.tasks(numbers.len(), queue.longest_array());
        let script = script::script(self, run, tasks, numbers.len())?;
        let errand = Errand { slurm: self, queue, plan, cells, run, watch, script };
        let of = |ensembles: bool| -> Vec<usize> {
            let of_kind = |number: &&usize| plan.is_ensemble(plan.cells[**number]) == ensembles;
            numbers.iter().filter(of_kind).copied().collect()
        };
        let found = numbers.len() - errand.open(&numbers).len();
        if found > 0 {
            let total = numbers.len();
            watch
                .event(&Event::Notice(&format!("{found} of {total} cells found; the run goes on")));
        }
        // Ensembles join what their members said, so they come after all of them.
        for (what, numbers) in
            [("cells on the cluster", of(false)), ("ensembles on the cluster", of(true))]
        {
            let open = errand.open(&numbers);
            if open.is_empty() {
                continue;
            }
            watch.event(&Event::StageStarted { what, total: open.len() });
            let ended = errand.finish(&open, tasks);
            watch.event(&Event::StageEnded);
            ended?;
        }
        let mut record = collect(plan, cells)?;
        let seconds = |cell: &CellFacts| cell.fit_seconds + cell.predict_seconds;
        record.provenance.cpu_seconds = record.cells.iter().map(seconds).sum();
        record.provenance.wall_seconds = wall.elapsed().as_secs_f64().round();
        record.provenance.engine = Some("slurm".to_owned());
        record.provenance.started = started;
        record.provenance.jobs = tasks;
        Ok(record)
    }

    /// How many tasks share the cells; task t of n runs cells t, t + n, t + 2n: neighbours in the plan
    /// are folds of one model, so each task has a like share of the slow ones.
    fn tasks(&self, cells: usize, longest: usize) -> usize {
        let wanted = self.chunk.map_or(TASKS, |chunk| cells.div_ceil(chunk));
        wanted.clamp(1, longest.max(1)).min(cells.max(1))
    }
}

impl Errand<'_> {
    /// Which of the numbered cells have not ended.
    fn open(&self, numbers: &[usize]) -> Vec<usize> {
        let open = |number: &&usize| !self.cells.ended(self.plan, self.cell(**number));
        numbers.iter().filter(open).copied().collect()
    }

    fn cell(&self, number: usize) -> Cell {
        self.plan.cells[number]
    }

    /// Submits tasks until every cell has ended or was lost too often.
    fn finish(&self, numbers: &[usize], tasks: usize) -> Result<(), Error> {
        let mut shown = 0;
        let mut adopted = self.queue.adopt(self.run);
        for attempt in 0..=self.slurm.resubmit {
            let open = self.open(numbers);
            if open.is_empty() {
                return Ok(());
            }
            let job = match adopted.take() {
                Some(job) => {
                    let text =
                        format!("job {job} of this run is still in the queue; waiting for it");
                    self.watch.event(&Event::Notice(&text));
                    job
                }
                None => self.submit(&open, tasks, attempt)?,
            };
            self.wait(&job, numbers, &mut shown)?;
        }
        for number in self.open(numbers) {
            let attempts = self.slurm.resubmit + 1;
            let reason = format!(
                "its task ended {attempts} times without an answer; what it said is in {}",
                self.run.join(script::LOGS).display()
            );
            self.cells.give_up(self.plan, self.cell(number), reason)?;
        }
        Ok(())
    }

    fn submit(&self, open: &[usize], tasks: usize, attempt: usize) -> Result<Job, Error> {
        let mut wanted: Vec<usize> = open.iter().map(|number| number % tasks).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let job = self.queue.submit(self.run, &self.script, &wanted, self.slurm.at_once)?;
        let again = if attempt == 0 { "" } else { " again" };
        let text = format!(
            "{} cells submitted{again} in {} tasks as job {job}; cells land in {}",
            open.len(),
            wanted.len(),
            self.cells.folder().display()
        );
        self.watch.event(&Event::Notice(&text));
        Ok(job)
    }

    /// Waits until the cells have ended or no task of the job is to come; asks ever less often while
    /// nothing happens.
    fn wait(&self, job: &Job, numbers: &[usize], shown: &mut usize) -> Result<(), Error> {
        let [mut pause, longest] = WAIT;
        let (mut reached, mut gone): (Instant, Option<Instant>) = (Instant::now(), None);
        let mut reason = String::new();
        loop {
            self.sleep(pause, job)?;
            let open = self.open(numbers);
            let ended = numbers.len() - open.len();
            let news = ended.saturating_sub(*shown);
            for _ in 0..news {
                self.watch.event(&Event::StageAdvanced);
            }
            *shown += news;
            if open.is_empty() || gone.is_some_and(|since| since.elapsed() > LATE) {
                self.queue.forget(self.run);
                return Ok(());
            }
            pause =
                if news > 0 || gone.is_some() { WAIT[0] } else { longest.min(pause.mul_f64(1.5)) };
            if gone.is_some() {
                continue;
            }
            match self.queue.state(job) {
                Ok(Some(waiting)) => {
                    reached = Instant::now();
                    if waiting != reason && !waiting.is_empty() {
                        self.watch.event(&Event::Notice(&format!("job {job} waits: {waiting}")));
                    }
                    reason = waiting;
                }
                Ok(None) => gone = Some(Instant::now()),
                Err(error) if reached.elapsed() > PATIENCE => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Sleeps, and cancels the job when asked to stop meanwhile.
    fn sleep(&self, pause: Duration, job: &Job) -> Result<(), Error> {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            if self.watch.stop() {
                self.queue.cancel(job);
                self.queue.forget(self.run);
                return Err(crate::experiment::Error::Stopped.into());
            }
            std::thread::sleep(Duration::from_millis(100).min(pause));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Slurm;

    #[test]
    fn tasks_respect_the_chunk_the_cells_and_the_cluster() {
        let slurm = |chunk| Slurm {
            template: None,
            chunk,
            at_once: None,
            resubmit: 0,
            program: "crossfold".into(),
        };
        assert_eq!(slurm(None).tasks(300, 1001), 64);
        assert_eq!(slurm(None).tasks(7, 1001), 7);
        assert_eq!(slurm(Some(10)).tasks(305, 1001), 31);
        assert_eq!(slurm(Some(1)).tasks(5000, 1001), 1001);
        assert_eq!(slurm(Some(400)).tasks(300, 1001), 1);
    }
}
