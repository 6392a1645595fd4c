"""What growth.py asks of a process of its own: a table of many rows, or a peer's fit on one.

    python benches/peers/growth_peer.py table SOURCE TABLE ROWS
    python benches/peers/growth_peer.py svm TABLE        # or forest, logistic, dense, knn

A peer reads TABLE and TABLE's split before its clock starts.
"""

import csv
import pathlib
import sys

from work import GENRES, Clock, answer, table

EPOCHS = 10


def split_of(path):
    path = pathlib.Path(path)
    return path.with_name(f"{path.stem}.split.csv")


def make(source, path, rows):
    """Rows of the source drawn with replacement, with noise; a tenth of the source rows is tested."""
    import numpy as np

    rng = np.random.default_rng(7)
    with open(source, newline="") as lines:
        head = next(csv.reader(lines))
    _, values, labels = table(source)
    tested = np.zeros(len(values), dtype=bool)
    tested[rng.choice(len(values), len(values) // 10, replace=False)] = True
    noise = 0.1 * values.std(axis=0)
    with open(path, "w", newline="") as out, open(split_of(path), "w", newline="") as split:
        out, split = csv.writer(out), csv.writer(split)
        out.writerow(head)
        split.writerow(["track", "split"])
        for at, row in enumerate(rng.integers(len(values), size=rows)):
            track = f"{GENRES[labels[row]]}.{at:07d}"
            drawn = values[row] + noise * rng.normal(size=len(noise))
            out.writerow([f"{track}.wav", 661794, *(f"{value:.7g}" for value in drawn), GENRES[labels[row]]])
            split.writerow([track, "test" if tested[row] else "train"])


def fit(name, path):
    import numpy as np

    tracks, values, labels = table(path)
    with open(split_of(path), newline="") as lines:
        part = {line["track"]: line["split"] for line in csv.DictReader(lines)}
    test = np.array([part[track] == "test" for track in tracks])
    train, test = np.flatnonzero(~test), np.flatnonzero(test)
    if name == "dense":
        import torch

        import nets

        torch.set_num_threads(1)
        nets.dense(values, labels, train[:320], test[:32], 1)  # warms up
        with Clock() as clock:
            said = nets.dense(values, labels, train, test, EPOCHS)
    else:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        import tables

        forest = make_pipeline(StandardScaler(), RandomForestClassifier(100, n_jobs=1, random_state=0))
        model = forest if name == "forest" else tables.make(name)
        with Clock() as clock:
            said = model.fit(values[train], labels[train]).predict(values[test])
    answer(clock, accuracy=float((said == labels[test]).mean()))


if __name__ == "__main__":
    if sys.argv[1] == "table":
        make(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        fit(sys.argv[1], sys.argv[2])
