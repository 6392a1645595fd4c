#!/usr/bin/env python3
"""The same work by crossfold and by librosa, scikit-learn, PyTorch and SciPy: what each takes.

    pip install -r benches/peers/requirements.txt
    python benches/peers/run.py --data DIR [--crossfold target/debug/crossfold] [--nets NETS]
        [--only ROW ...] [--rounds 3] [--out benches]

--data holds audio/GENRE/CLIP.flac, tabular/features_30_sec.csv and framewise/logmel_db.npz with
tracks.txt; --nets names the binary of benches/nets.rs (`cargo bench --profile dev --bench nets
--no-run` prints where it lies; without it the rows lstm and cnn are left out). Ours and the peers take
turns. Everything measured goes to results.json in --out, which keeps the rows that were not run, and
the tables of it to RESULTS.md. `run.py --render` draws these again and measures nothing.

Each piece of work is a process of its own, with one thread (row `models`: two processes). Peers time
their work without starting or importing; ours is the whole process, or, for models on folds, what the
record says its fits and predictions took, which is the thread's processor time. Wall times of a process
are those from start to end. Needs Python 3.11.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import measure
from ours import Crossfold, cells, on_folds
from render import render

ROOT = measure.HERE.parent.parent
MFCC = "columns: [mfcc]\nframe: 2048\nhop: 512\nbands: 128\ncoefficients: 20\npadding: reflect\n"
SVM = "svm: {{ kernel: rbf, c: 10, gamma: 0.01, library: {} }}"
FORESTS = {"random-forest": "forest: { name: random-forest, trees: 500 }", "forest": "forest: { trees: 500, extra: true, bootstrap: false }"}


class Bench:
    def __init__(self, arguments, work):
        self.data, self.work = arguments.data.resolve(), work
        self.table = self.data / "tabular" / "features_30_sec.csv"
        self.crossfold = Crossfold(arguments.crossfold, self.data, work)
        self.nets = arguments.nets and arguments.nets.resolve()
        self.python, self.rounds, self.commit, self.versions = sys.executable, arguments.rounds, None, {}

    # --- One run of ours, one of a peer: {cpu, wall, peak_mb, …}, seconds of the work.

    def peer(self, script, *arguments):
        found = measure.peer(self.python, script, *arguments)
        self.versions.update(found.pop("versions", {}))
        return found

    def process(self, *arguments):
        return self.crossfold.command(*arguments)[0]

    def ours_on_folds(self, name, model):
        process, record, accuracy = self.crossfold.experiment(name, on_folds(model))
        self.commit = record["provenance"]["commit"]
        # The record times threads by the processor's clock: there is no wall time of the fits alone.
        return {"cpu": cells(record), "wall": None, "peak_mb": process["peak_mb"], "accuracy": accuracy.popitem()[1], "process": process}

    def peer_on_folds(self, script, name, model, *more):
        arguments = [model, self.table] if script == "tables.py" else [model, "--table", self.table]
        return self.peer(script, *arguments, "--record", self.crossfold.record(name), *more)

    # --- Rows: parts that take turns, and which of them are held against each other.

    def columns(self):
        ours, theirs, audio = self.work / "ours.csv", self.work / "theirs.csv", self.data / "audio"
        # The published columns come from an older librosa; the numbers of this one have a recipe of their own.
        same = self.work / "same.csv"
        self.process("extract", audio, "--recipe", "librosa-0.11", "-o", same, "--no-cache")
        parts = {
            "crossfold": lambda: self.process("extract", audio, "-o", ours, "--jobs", 1, "--no-cache"),
            "librosa": lambda: self.peer("columns.py", audio, "-o", theirs, "--against", same),
        }
        return parts, [("57 columns of the clips", "crossfold", "librosa", 30)]

    def mfcc(self):
        ours, recipe, parts, pairs = self.work / "ours.npy", self.work / "mfcc.yaml", {}, []
        recipe.write_text(MFCC)
        wav = self.work / "wav"
        self.peer("wavs.py", self.data / "audio", "-o", wav)
        # GTZAN is published as PCM; decoding FLAC adds about as much to either side.
        for kind, audio in [("WAV", wav), ("FLAC", self.data / "audio")]:
            extract = ["extract", audio, "--recipe", recipe, "-o", ours, "--jobs", 1, "--no-cache"]
            parts[f"crossfold, {kind}"] = lambda extract=extract: self.process(*extract)
            for name in ["librosa", "torch"]:
                peer = ["mfcc.py", name, audio, "-o", self.work / f"{name}.npy", "--against", ours]
                parts[f"{name}, {kind}"] = lambda peer=peer: self.peer(*peer)
                pairs.append((f"MFCC-20 frames of the clips, {kind}", f"crossfold, {kind}", f"{name}, {kind}", 2))
        return parts, pairs

    def svm(self):
        parts = {
            "crossfold": lambda: self.ours_on_folds("svm", SVM.format("crossfold")),
            "scikit-learn": lambda: self.peer_on_folds("tables.py", "svm", "svm"),
            "scikit-learn, calibrated": lambda: self.peer_on_folds("tables.py", "svm", "svm-calibrated"),
            "crossfold, linfa": lambda: self.ours_on_folds("svm-linfa", SVM.format("linfa")),
        }
        work = "SVM, RBF, C 10, gamma 0.01; 10 folds"
        return parts, [
            (work, "crossfold", "scikit-learn", 1),
            (f"{work} (theirs calibrated too)", "crossfold", "scikit-learn, calibrated", None),
            (f"{work} (ours by linfa)", "crossfold, linfa", "scikit-learn", None),
        ]

    def forest(self):
        parts = {}
        for name, model in FORESTS.items():
            parts[f"crossfold, {name}"] = lambda name=name, model=model: self.ours_on_folds(name, model)
            parts[f"scikit-learn, {name}"] = lambda name=name: self.peer_on_folds("tables.py", name, name)
        return parts, [
            ("random forest of 500 trees; 10 folds", "crossfold, random-forest", "scikit-learn, random-forest", 2),
            ("extra trees, 500; 10 folds", "crossfold, forest", "scikit-learn, forest", 2),
        ]

    def logistic(self):
        parts = {
            "crossfold": lambda: self.ours_on_folds("logistic", "logistic: { c: 1 }"),
            "scikit-learn": lambda: self.peer_on_folds("tables.py", "logistic", "logistic"),
        }
        return parts, [("logistic regression, C 1; 10 folds", "crossfold", "scikit-learn", None)]

    def dense(self):
        model = "dense: { hidden: [512, 256, 128, 64], epochs: 100 }"
        parts = {
            "crossfold": lambda: self.ours_on_folds("dense", model),
            "PyTorch": lambda: self.peer_on_folds("nets.py", "dense", "dense", "--epochs", 100),
        }
        return parts, [("dense net 512-256-128-64, batch 32, 100 epochs; 10 folds", "crossfold", "PyTorch", 1.2)]

    def noise(self, net, work, wanted):
        def ours():
            """The bench fits once to warm up, and then as often as it says: each fit's share of the process."""
            process, said = measure.run([self.nets, "cpu", net], measure.environment())
            line = next(line for line in said.splitlines() if line.startswith(f"crossfold cpu {net}:"))
            wall, fits = float(line.split()[3]), int(line.split("median of ")[1].split()[0])
            return {"cpu": process["cpu"] / (fits + 1), "wall": wall, "peak_mb": process["peak_mb"], "process": process}

        if not self.nets:
            raise FileNotFoundError("--nets names no binary")
        return {"crossfold": ours, "PyTorch": lambda: self.peer("nets.py", net)}, [(work, "crossfold", "PyTorch", wanted)]

    def lstm(self):
        return self.noise("lstm", "LSTM 2 × 128 on 1000 × 130 × 33, an epoch", 1)

    def cnn(self):
        return self.noise("cnn", "CNN 16-32-64-128 on 1000 × 128 × 128, an epoch", 1)

    def models(self):
        path = ROOT / "experiments" / "models.yaml"

        def ours():
            process, record, accuracy = self.crossfold.run(path, jobs=2)
            self.commit = record["provenance"]["commit"]
            return {**process, "accuracy": sum(accuracy.values()) / len(accuracy), "accuracies": accuracy}

        def theirs():
            record = self.crossfold.record("models")
            return self.peer("models_yaml.py", self.table, "--record", record, "-o", self.work / "predictions.npz")

        work = "experiments/models.yaml, 8 contenders on 30 folds, two cores; ratio of wall times"
        return {"crossfold": ours, "scikit-learn, PyTorch": theirs}, [(work, "crossfold", "scikit-learn, PyTorch", 1.5)]

    def kernel(self):
        strongest = (ROOT / "experiments" / "strongest.yaml").read_text()
        features = "  r3:\n" + strongest.split("  r3:\n")[1].split("  r4:\n")[0]

        def ours():
            process, record, accuracy = self.crossfold.experiment("kernel", on_folds("kernel: { name: kernel-r3, features: r3 }", features))
            self.commit = record["provenance"]["commit"]
            return {**process, "accuracy": accuracy["kernel-r3"]}

        parts = {
            "crossfold": ours,
            "NumPy, SciPy": lambda: self.peer("kernel_r3.py", self.data, "--record", self.crossfold.record("kernel")),
        }
        return parts, [("kernel R3 with its dictionaries; 10 folds", "crossfold", "NumPy, SciPy", 2)]

    def startup(self):
        results = self.work / "cached" / "dense"
        shutil.copytree(ROOT / "results" / "dense", results, dirs_exist_ok=True)
        imports = [self.python, "-c", "import librosa, sklearn, torch"]
        parts = {
            "crossfold --help": lambda: self.process("--help"),
            "import": lambda: measure.run(imports, measure.environment())[0],
            "crossfold report": lambda: self.process("report", results),
        }
        return parts, [
            ("start: help, against importing librosa, sklearn and torch", "crossfold --help", "import", 20),
            ("start: report of a finished run, against the same", "crossfold report", "import", 20),
        ]

    # --- Turns.

    def row(self, name):
        parts, pairs = getattr(self, name)()
        runs = {part: [] for part in parts}
        for turn in range(self.rounds):
            for part, work in parts.items():
                found = work()
                runs[part].append(found)
                wall = "–" if found["wall"] is None else f"{found['wall']:.2f} s"
                accuracy = f", accuracy {found['accuracy']:.3f}" if "accuracy" in found else ""
                print(f"{name} {turn + 1}: {part}: CPU {found['cpu']:.3f} s, wall {wall}, {found['peak_mb']:.0f} MB{accuracy}", file=sys.stderr, flush=True)
        by = "wall" if name == "models" else "cpu"
        pairs = [{"work": work, "ours": ours, "peer": peer, "wanted": wanted, "by": by} for work, ours, peer, wanted in pairs]
        return {"pairs": pairs, "runs": runs, "date": measure.machine()["date"]}


ROWS = "columns mfcc svm forest logistic dense lstm cnn models kernel startup".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder with audio/, tabular/ and framewise/")
    parser.add_argument("--crossfold", type=pathlib.Path, default=ROOT / "target/debug/crossfold", help="the program")
    parser.add_argument("--profile", default="dev", help="the cargo profile that both binaries were built with")
    parser.add_argument("--nets", type=pathlib.Path, help="the binary of benches/nets.rs")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS, metavar="ROW", help=" ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=3, help="turns that ours and the peers take")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "benches", help="folder of results.json and RESULTS.md")
    parser.add_argument("--render", action="store_true", help="draw RESULTS.md again, measure nothing")
    arguments = parser.parse_args()
    path = arguments.out / "results.json"
    found = json.loads(path.read_text()) if path.exists() else {"rows": {}}
    if not arguments.render:
        if not arguments.data:
            parser.error("--data is needed")
        with tempfile.TemporaryDirectory() as work:
            bench = Bench(arguments, pathlib.Path(work))
            for name in arguments.only:
                try:
                    row = bench.row(name)
                except FileNotFoundError as missing:
                    print(f"{name} left out: {missing}", file=sys.stderr)
                    continue
                found["rows"][name] = row
                found["machine"], found["profile"] = measure.machine(), arguments.profile
                found["versions"] = {**found.get("versions", {}), **bench.versions, "python": sys.version.split()[0]}
                found["crossfold"] = {"version": bench.crossfold.version(), "commit": bench.commit or found.get("crossfold", {}).get("commit")}
                found["rows"] = {name: found["rows"][name] for name in ROWS if name in found["rows"]}
                arguments.out.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(found, indent=1) + "\n")
    text = render(found)
    (arguments.out / "RESULTS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
