"""What the peers share: a clock, the table, the folds of a record, one line of JSON as an answer.

Every peer is a process of its own. It times its work without imports and prints one JSON object as
the last line of its output.
"""

import csv
import importlib.metadata
import json
import pathlib
import time

GENRES = "blues classical country disco hiphop jazz metal pop reggae rock".split()


class Clock:
    """Processor and wall seconds between entering and leaving; may be entered again, and adds up."""

    def __init__(self):
        self.cpu = self.wall = 0.0

    def __enter__(self):
        self._started = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_):
        cpu, wall = self._started
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall


def answer(clock, *libraries, **more):
    """Prints what was measured, and with which versions."""
    versions = {name: importlib.metadata.version(name) for name in libraries}
    print(json.dumps({"cpu": clock.cpu, "wall": clock.wall, "versions": versions, **more}))


def clips(folder, most=None):
    """Clips that lie as GENRE/CLIP.flac or .wav, by name; with `most`, as many of each genre as will do."""
    paths = sorted(path for path in pathlib.Path(folder).glob("*/*") if path.suffix in (".flac", ".wav"))
    if most:
        # The first of each genre, the second of each ...
        paths.sort(key=lambda path: path.stem.split(".")[1:])
    return paths[:most]


def table(path):
    """Tracks, columns (rows × width, double precision) and numbers of the genres of a feature table."""
    import numpy as np

    with open(path, newline="") as lines:
        head, *rows = csv.reader(lines)
    first, last = head.index("length") + 1, head.index("label")
    tracks = [row[0].removesuffix(".wav") for row in rows]
    values = np.array([row[first:last] for row in rows], dtype=np.float64)
    return tracks, values, np.array([GENRES.index(row[last]) for row in rows])


def folds(record, tracks):
    """Row numbers to train and to test on, for each fold of a record: the very rows it had."""
    record = json.loads(pathlib.Path(record).read_text())
    place = {track: at for at, track in enumerate(tracks)}
    rows = [place[unit["id"]] for unit in record["units"]]
    return [([rows[at] for at in fold["train"]], [rows[at] for at in fold["test"]]) for fold in record["folds"]]


def mean(values):
    return sum(values) / len(values)
