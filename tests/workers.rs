//! Runs whose cells are answered elsewhere: by workers that share a folder, and by a SLURM cluster.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use common::{command, crossfold, err, out, succeeds};
use crossfold::experiment::Record;

const SHARED: &str = "\
question: Does it matter who runs the cells?
dataset: gtzan-mini
protocol: { folds: 5, repeats: 2 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - svm: { library: crossfold }
  - dense: { hidden: [32], epochs: 15 }
  - ensemble: { name: vote, of: [svm, dense] }
  - ensemble: { name: stack, of: [svm, dense], by: stack }
";

fn predictions(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join("results").join(name).join("predictions.parquet")).unwrap()
}

fn shared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shared.yaml"), SHARED).unwrap();
    folder
}

#[test]
fn workers_with_interleaved_ranges_leave_the_record_of_one_process() {
    let (alone, folder) = (shared(), shared());
    succeeds(alone.path(), &["run", "shared.yaml"]);
    let said = succeeds(folder.path(), &["run", "shared.yaml", "--prepare"]);
    assert!(said.contains("50 cells") && said.contains("run-cells results/shared 0-49"), "{said}");
    // A later edit of the file is none of a prepared run's business.
    fs::write(folder.path().join("shared.yaml"), "question: none").unwrap();
    // Ensembles of the first round may come before their members have ended, and wait.
    for _ in 0..2 {
        let workers: Vec<_> = (0..3)
            .map(|task| {
                let range = format!("{task}-49:3");
                command(folder.path(), &["run-cells", "results/shared", &range])
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for worker in workers {
            assert!(worker.wait_with_output().unwrap().status.success());
        }
    }
    fs::write(folder.path().join("shared.yaml"), SHARED).unwrap();
    let output = crossfold(folder.path(), &["run", "shared.yaml"]);
    assert!(err(&output).contains("50 of 50 cells found"), "{}", err(&output));
    assert!(predictions(folder.path(), "shared") == predictions(alone.path(), "shared"));
}

#[test]
fn a_worker_refuses_what_it_cannot_run() {
    let folder = shared();
    let refused = |arguments: &[&str]| -> String {
        let output = crossfold(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        err(&output)
    };
    let said = refused(&["run-cells", "results/shared", "0"]);
    assert!(said.contains("no run was prepared here"), "{said}");
    succeeds(folder.path(), &["run", "shared.yaml", "--prepare"]);
    let said = refused(&["run-cells", "results/shared", "50"]);
    assert!(said.contains("this run has cells 0 to 49"), "{said}");
    let said = refused(&["run-cells", "results/shared", "5-1"]);
    assert!(said.contains("is no range of cells"), "{said}");
    let ticket = folder.path().join("results/shared/cells/run.json");
    let text = fs::read_to_string(&ticket).unwrap();
    fs::write(&ticket, text.replace("seed", "sead").replace("epochs: 15", "epochs: 16")).unwrap();
    let said = refused(&["run-cells", "results/shared", "0"]);
    assert!(said.contains("other data or by another build"), "{said}");
    fs::write(&ticket, &text[..text.len() / 2]).unwrap();
    let said = refused(&["run-cells", "results/shared", "0"]);
    assert!(said.contains("run.json") && said.contains("prepare the run again"), "{said}");
}

#[test]
fn without_a_cluster_the_engine_says_what_it_needs() {
    let folder = shared();
    let output = command(folder.path(), &["run", "shared.yaml", "--engine", "slurm"])
        .env("PATH", folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("needs SLURM's commands"), "{}", err(&output));
}

/// A SLURM cluster of this machine, which ends with the test.
struct Cluster {
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Starts it; `None`, with the reason printed, where that cannot be done.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let output = Self::script("start", folder.path());
        match output.status.code() {
            Some(0) => Some(Self { folder }),
            Some(77) => {
                println!("skipped: {}", out(&output).trim());
                None
            }
            _ => panic!("{}{}", out(&output), err(&output)),
        }
    }

    fn script(action: &str, folder: &Path) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slurm/cluster.sh");
        Command::new(script).arg(action).arg(folder).output().unwrap()
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("slurm.conf")
    }

    fn says(&self, command: &str, arguments: &[&str]) -> String {
        let output =
            Command::new(command).args(arguments).env("SLURM_CONF", self.config()).output();
        out(&output.unwrap())
    }

    /// Tasks in the queue, as `12_3 RUNNING`.
    fn queue(&self) -> Vec<String> {
        let said = self.says("squeue", &["--noheader", "--array", "--format=%i %T"]);
        said.lines().map(str::to_owned).collect()
    }

    fn run(&self, folder: &Path, experiment: &str, extra: &[&str]) -> Command {
        let arguments = [&["run", experiment, "--engine", "slurm"], extra].concat();
        let mut run = command(folder, &arguments);
        run.env("SLURM_CONF", self.config()).stdout(Stdio::piped()).stderr(Stdio::piped());
        run
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Self::script("stop", self.folder.path());
    }
}

/// One cluster, because its ports are taken once: the same record, a killed task, Ctrl-C, a lost cause.
#[test]
fn a_slurm_cluster_leaves_the_record_of_threads() {
    let Some(cluster) = Cluster::start() else { return };

    // The study of the README, on the hundred tracks that stand in for the full set.
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/models.yaml");
    let (alone, folder) = (shared(), shared());
    for folder in [&alone, &folder] {
        fs::copy(&models, folder.path().join("models.yaml")).unwrap();
    }
    succeeds(alone.path(), &["run", "models.yaml"]);
    let output = cluster.run(folder.path(), "models.yaml", &["--chunk", "20"]).output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("240 cells submitted in 12 tasks"), "{}", err(&output));
    assert!(predictions(folder.path(), "models") == predictions(alone.path(), "models"));
    let of = |folder: &Path| Record::read(&folder.join("results/models")).unwrap();
    let (here, there) = (of(alone.path()), of(folder.path()));
    assert_eq!(there.provenance.engine.as_deref(), Some("slurm"));
    assert_eq!((here.provenance.engine, here.folds), (None, there.folds));

    // Killed in the middle: the cells of the task are submitted again. Ensembles follow their members.
    let (alone, folder) = (shared(), shared());
    succeeds(alone.path(), &["run", "shared.yaml"]);
    // A task's first attempt sleeps before its worker begins, so that it is killed before it ends.
    let sleeper = "#!/bin/sh\n[ -e slept-$SLURM_ARRAY_TASK_ID ] || \
                   { touch slept-$SLURM_ARRAY_TASK_ID; sleep 4; }\n";
    fs::write(folder.path().join("sleeper.sh"), sleeper).unwrap();
    let extra = ["--chunk", "10", "--template", "sleeper.sh"];
    let run = cluster.run(folder.path(), "shared.yaml", &extra).spawn().unwrap();
    let task = wait(|| {
        cluster.queue().iter().find_map(|line| Some(line.strip_suffix(" RUNNING")?.to_owned()))
    });
    cluster.says("scancel", &["--signal=KILL", "--full", &task]);
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("cells submitted again in"), "{}", err(&output));
    assert!(predictions(folder.path(), "shared") == predictions(alone.path(), "shared"));

    // Ctrl-C cancels what was submitted; the same command goes on.
    let folder = shared();
    let run = cluster.run(folder.path(), "shared.yaml", &["--chunk", "5"]).spawn().unwrap();
    wait(|| (!cluster.queue().is_empty()).then_some(()));
    let id = run.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(run.wait_with_output().unwrap().status.code(), Some(130));
    wait(|| cluster.queue().is_empty().then_some(()));
    let output = cluster.run(folder.path(), "shared.yaml", &["--chunk", "5"]).output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    assert!(predictions(folder.path(), "shared") == predictions(alone.path(), "shared"));

    // A template that ends before the worker begins: lost as often as allowed, then a hole.
    let folder = shared();
    fs::write(folder.path().join("lost.sh"), "#!/bin/sh\nexit 3\n").unwrap();
    let extra = ["--chunk", "25", "--resubmit", "1", "--template", "lost.sh"];
    let output = cluster.run(folder.path(), "shared.yaml", &extra).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(err(&output).contains("its task ended 2 times without an answer"), "{}", err(&output));
}

/// Asks until there is an answer.
fn wait<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain");
}
