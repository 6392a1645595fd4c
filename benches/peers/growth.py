#!/usr/bin/env python3
"""Time and memory as data grow: crossfold and its peers on more rows and more clips.

    pip install -r benches/peers/requirements.txt
    python benches/peers/growth.py --data DIR [--crossfold target/debug/crossfold] [--limit 300]
        [--only WORK ...] [--out benches]

Tables of 1000, 10,000 and 100,000 rows: rows of tabular/features_30_sec.csv drawn with replacement, to
which noise of a tenth of each column's standard deviation is added. A source row's copies never part: a
tenth of the source rows is tested, the rest trained on. One fit and one prediction, on one thread; for
the 57 columns 10, 30 and 101 clips. Each run is a process of its own; one that takes more than --limit
processor seconds is missing, and so are larger sizes of it. Time is that of the fit and the prediction
(of the clips, of all work: ours the whole process, theirs without imports), memory that of the process.

Writes growth.json, growth.png and growth.svg to --out; `growth.py --draw` draws again what was measured.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import measure
from ours import KAGGLE, Crossfold, cells

ROOT = measure.HERE.parent.parent
ROWS, CLIPS = [1000, 10_000, 100_000], [10, 30, 101]
# Work, its title, and crossfold's model; the peer's lies in growth_peer.py.
MODELS = {
    "svm": ("SVM", "svm: { kernel: rbf, c: 10, gamma: 0.01, library: crossfold }"),
    "forest": ("random forest", "forest: { trees: 100 }"),
    "logistic": ("logistic regression", "logistic"),
    "dense": ("dense net", "dense: { epochs: 10 }"),
    "knn": ("nearest neighbour", "knn: { k: 1 }"),
}
WORKS = ["columns", *MODELS]


class Growth:
    def __init__(self, arguments, work):
        self.data, self.work, self.limit = arguments.data.resolve(), work, arguments.limit
        self.crossfold = Crossfold(arguments.crossfold, self.data, work)

    def table(self, rows):
        """Makes a table and its split in a process of its own, so that this one stays small."""
        path = self.work / f"t{rows}.csv"
        if not path.exists():
            source = self.data / "tabular" / "features_30_sec.csv"
            measure.run([sys.executable, measure.HERE / "growth_peer.py", "table", source, path, rows], measure.environment())
        return path

    def ours(self, name, size):
        if name == "columns":
            folder = self.work / f"clips-{size}"
            if not folder.exists():
                paths = sorted((self.data / "audio").glob("*/*.flac"), key=lambda path: path.stem.split(".")[1:])
                for path in paths[:size]:
                    (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
                    (folder / path.parent.name / path.name).symlink_to(path)
            return self.crossfold.command("extract", folder, "-o", self.work / "o.csv", "--jobs", 1, "--no-cache", limit=self.limit)[0]
        table = self.table(size)
        text = (
            f"question: What does it cost?\ndataset: {{ table: {table.name} }}\n"
            f"protocol: {{ split: {{ file: {table.stem}.split.csv, column: split }} }}\nfeatures:\n{KAGGLE}models:\n  - {MODELS[name][1]}\n"
        )
        process, record, accuracy = self.crossfold.experiment("growth", text, limit=self.limit)
        return {"cpu": cells(record), "peak_mb": process["peak_mb"], "accuracy": accuracy.popitem()[1]}

    def peer(self, name, size):
        if name == "columns":
            return measure.peer(sys.executable, "columns.py", self.data / "audio", "-o", self.work / "o.csv", "--most", size, limit=self.limit)
        return measure.peer(sys.executable, "growth_peer.py", name, self.table(size), limit=self.limit)

    def run(self, name):
        """Ours and the peer in turn, size by size, each until it is over the limit."""
        found = {"ours": [], "peer": []}
        for size in CLIPS if name == "columns" else ROWS:
            for who, points in found.items():
                if points and "cpu" not in points[-1]:
                    continue
                try:
                    one = getattr(self, who)(name, size)
                    one = {key: one[key] for key in ("cpu", "peak_mb", "accuracy") if key in one}
                except measure.Failed as failed:
                    one = {"missing": f"more than {self.limit} s" if failed.late else "it failed"}
                    print(failed, file=sys.stderr)
                points.append({"size": size, **one})
                print(f"{name} {who} {points[-1]}", file=sys.stderr, flush=True)
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder with audio/ and tabular/")
    parser.add_argument("--crossfold", type=pathlib.Path, default=ROOT / "target/debug/crossfold", help="the program")
    parser.add_argument("--limit", type=int, default=300, help="processor seconds that a run may take")
    parser.add_argument("--only", nargs="+", choices=WORKS, default=WORKS, metavar="WORK", help=" ".join(WORKS))
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "benches", help="folder of growth.json and the figure")
    parser.add_argument("--draw", action="store_true", help="draw what was measured, measure nothing")
    arguments = parser.parse_args()
    path = arguments.out / "growth.json"
    found = json.loads(path.read_text()) if path.exists() else {"works": {}}
    if not arguments.draw:
        if not arguments.data:
            parser.error("--data is needed")
        with tempfile.TemporaryDirectory() as work:
            growth = Growth(arguments, pathlib.Path(work))
            for name in arguments.only:
                found["works"][name] = growth.run(name)
                found["machine"], found["limit_s"] = measure.machine(), arguments.limit
                found["crossfold"] = growth.crossfold.version()
                found["works"] = {name: found["works"][name] for name in WORKS if name in found["works"]}
                arguments.out.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(found, indent=1) + "\n")
    # Only now, because a child's peak begins at what its parent holds.
    from growth_figure import draw

    draw(found, {"columns": "57 columns", **{name: title for name, (title, _) in MODELS.items()}}, arguments.out / "growth")


if __name__ == "__main__":
    main()
