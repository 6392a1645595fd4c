"""Times experiments/models.yaml with scikit-learn, PyTorch and joblib: one script, both cores.

    python benches/peers/models_yaml.py TABLE --record record.json -o predictions.npz [--jobs 2]

Eight contenders on the folds of the record, one cell a task, one thread a cell, the longest cells
first so that no core waits at the end. Timed from reading the table to the table of accuracies, which
is printed; predictions are saved. Workers stand ready, with everything imported, before the clock
starts. Processor time is that of this process and of all cells, and memory the sum of the largest that
each process held.
"""

import argparse
import os
import resource
import sys
import time

import numpy as np
import torch
from joblib import Parallel, delayed

from nets import dense
from tables import MODELS, make
from work import Clock, answer, folds, table

NAMES = ["dense", "random-forest", "forest", "logistic", "tree", "svm", "knn", "majority"]
EPOCHS = 60


def peak():
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def cell(name, seed, values, labels, train, test):
    """Fits a contender on a fold: what it says of the test rows, processor seconds, memory."""
    torch.set_num_threads(1)
    with Clock() as clock:
        if name == "dense":
            said = dense(values, labels, train, test, EPOCHS, seed)
        else:
            said = make(name, seed).fit(values[train], labels[train]).predict(values[test])
    return said, clock.cpu, peak()


def ready():
    torch.set_num_threads(1)
    time.sleep(0.5)  # so that each worker gets one
    return peak()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--record", required=True)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    assert set(NAMES) == {*MODELS, "dense"}
    torch.set_num_threads(1)
    # Forked workers have imported everything already.
    with Parallel(arguments.jobs, backend="multiprocessing", batch_size=1) as parallel:
        parallel(delayed(ready)() for _ in range(arguments.jobs))
        with Clock() as clock:
            tracks, values, labels = table(arguments.table)
            parts = folds(arguments.record, tracks)
            tasks = [(name, seed) for name in NAMES for seed in range(len(parts))]
            found = parallel(delayed(cell)(name, seed, values, labels, *parts[seed]) for name, seed in tasks)
            right = {name: [] for name in NAMES}
            for (name, seed), (said, _, _) in zip(tasks, found):
                right[name].append(np.mean(said == labels[parts[seed][1]]))
            for name in NAMES:
                print(f"{name:14} {100 * np.mean(right[name]):5.1f} % ± {100 * np.std(right[name]):.1f}")
            np.savez(arguments.output, **{f"{name}-{seed}": said for (name, seed), (said, _, _) in zip(tasks, found)})
        sys.stdout.flush()
    clock.cpu += sum(cpu for _, cpu, _ in found)
    peaks = {}
    for process, megabytes in [held for _, _, held in found] + [peak()]:
        peaks[process] = max(megabytes, peaks.get(process, 0))
    accuracy = {name: float(np.mean(right[name])) for name in NAMES}
    each = {name: sum(cpu for (one, _), (_, cpu, _) in zip(tasks, found) if one == name) for name in NAMES}
    answer(clock, "joblib", "scikit-learn", "torch", "numpy", accuracies=accuracy, cell_cpu=each,
           accuracy=float(np.mean(list(accuracy.values()))), peak_mb=sum(peaks.values()), folds=len(parts))


if __name__ == "__main__":
    main()
