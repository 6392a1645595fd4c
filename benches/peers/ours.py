"""Runs crossfold: experiments on folds, and any other command."""

import json
import pathlib
import shutil

import measure

KAGGLE = "  kaggle57: { columns: all, scale: standard }\n"


class Crossfold:
    """The program, where its data lie, and a folder for what it leaves."""

    def __init__(self, program, data, work):
        self.program, self.data, self.work = pathlib.Path(program).resolve(), data, work

    def command(self, *arguments, limit=None, threads=1):
        """A command; what was kept of an earlier one is not found."""
        cache = self.work / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        env = measure.environment(CROSSFOLD_CACHE=str(cache), CROSSFOLD_DATA=str(self.data))
        if threads != 1:
            env = {name: value for name, value in env.items() if name not in measure.THREADS}
        return measure.run([self.program, *arguments], env, limit)

    def version(self):
        return self.command("--version")[1].split()[-1]

    def experiment(self, name, text, jobs=1, limit=None):
        """Runs an experiment anew: the process, the record and each contender's accuracy."""
        path = self.work / f"{name}.yaml"
        path.write_text(text)
        return self.run(path, jobs, limit)

    def run(self, path, jobs=1, limit=None):
        arguments = ["run", path, "--data", self.data, "--results", self.work / "results", "--jobs", jobs, "--fresh", "--json"]
        process, said = self.command(*arguments, limit=limit, threads=jobs)
        record = self.record(path.stem)
        found = {one["name"]: one["accuracy"] for one in json.loads(said)["contenders"]}
        return process, json.loads(record.read_text()), found

    def record(self, name):
        return self.work / "results" / name / "record.json"


def on_folds(model, features=KAGGLE, seed=42):
    """One contender on ten folds of GTZAN, tracks split at random, as experiments/strongest.yaml has them."""
    return (
        f"question: What does {model.split(':')[0]} cost?\ndataset: gtzan\nseed: {seed}\n"
        f"protocol: {{ folds: 10, repeats: 1, group: track }}\nfeatures:\n{features}models:\n  - {model}\n"
    )


def cells(record):
    """Processor seconds of all fits and predictions."""
    return sum(cell["fit_seconds"] + cell["predict_seconds"] for cell in record["cells"])
