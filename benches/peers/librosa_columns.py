"""Times the 57 columns with librosa, called as notebooks on this table call it.

    pip install -r benches/peers/librosa_requirements.txt
    python benches/peers/librosa_columns.py CLIP

prints versions and the processor time of each stage in milliseconds, on one thread. Compare with
`cargo bench --profile dev --bench features -- CLIP` in the same hour on the same machine.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import sys
import time

import librosa
import numpy as np
import scipy

RUNS = 5


def columns(y, sr):
    """Mean and variance of every feature, each from the samples with librosa's defaults."""
    row = []
    for feature in (
        librosa.feature.chroma_stft(y=y, sr=sr),
        librosa.feature.rms(y=y),
        librosa.feature.spectral_centroid(y=y, sr=sr),
        librosa.feature.spectral_bandwidth(y=y, sr=sr),
        librosa.feature.spectral_rolloff(y=y, sr=sr),
        librosa.feature.zero_crossing_rate(y),
        *librosa.effects.hpss(y),
    ):
        row += [np.mean(feature), np.var(feature)]
    row.append(librosa.beat.beat_track(y=y, sr=sr)[0])
    for coefficient in librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20):
        row += [np.mean(coefficient), np.var(coefficient)]
    return row


def measure(name, work):
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    print(f"{name:26} {statistics.median(times):8.1f} ms")


def main():
    path = sys.argv[1]
    print(f"librosa {librosa.__version__}, numpy {np.__version__}, scipy {scipy.__version__}")
    y, sr = librosa.load(path)
    print(f"{len(y) / sr:.1f} s at {sr} Hz, median of {RUNS} runs, processor time")
    measure("decode", lambda: librosa.load(path))
    measure("stft", lambda: np.abs(librosa.stft(y)))
    measure("hpss from samples", lambda: librosa.effects.hpss(y))
    measure("mfcc from samples", lambda: librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20))
    measure("tempo from samples", lambda: librosa.beat.beat_track(y=y, sr=sr))
    measure("57 columns", lambda: columns(y, sr))


if __name__ == "__main__":
    main()
