"""Times the 57 columns of clips with librosa, from FLAC files to a CSV table.

    python benches/peers/columns.py AUDIO -o features.csv [--most N] [--against features.csv]

The recipe is that of librosa_columns.py. One clip is computed before the clock starts, because numba
compiles some of librosa when it is first called. --against says the largest difference from another
table of the same clips, in standard deviations of the column, and which column it is.
"""

import argparse
import csv
import warnings

import librosa
import numpy as np

from librosa_columns import columns
from work import Clock, answer, clips, table

FAMILIES = "chroma_stft rms spectral_centroid spectral_bandwidth rolloff zero_crossing_rate harmony perceptr".split()
NAMES = [f"{family}_{of}" for family in FAMILIES for of in ("mean", "var")] + ["tempo"]
NAMES += [f"mfcc{number}_{of}" for number in range(1, 21) for of in ("mean", "var")]


def row(path):
    y, sr = librosa.load(path)
    values = [float(np.squeeze(value)) for value in columns(y, sr)]
    return [f"{path.stem}.wav", len(y), *values, path.parent.name]


def against(one, other):
    """The largest difference of two tables in standard deviations of the other's column."""
    tracks, values, _ = table(one)
    others, known, _ = table(other)
    place = {track.removesuffix(".flac"): at for at, track in enumerate(others)}
    known = known[[place[track] for track in tracks]]
    apart = np.abs(values - known).max(axis=0) / known.std(axis=0)
    return {"largest": float(apart.max()), "column": NAMES[int(apart.argmax())], "median": float(np.median(apart))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("audio")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--most", type=int)
    parser.add_argument("--against")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")  # of empty frequency sets in silent frames
    paths = clips(arguments.audio, arguments.most)
    row(paths[0])
    with Clock() as clock:
        rows = [row(path) for path in paths]
        with open(arguments.output, "w", newline="") as out:
            csv.writer(out).writerows([["filename", "length", *NAMES, "label"], *rows])
    more = {"difference": against(arguments.output, arguments.against)} if arguments.against else {}
    answer(clock, "librosa", "numpy", "scipy", "numba", "soundfile", clips=len(paths), **more)


if __name__ == "__main__":
    main()
