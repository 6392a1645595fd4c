"""Reference numbers of the blocks that learn nothing, for two tracks that come with the program.

    pip install numpy==2.4.6 && python tests/golden/make_blocks.py

writes `blocks.json` beside this file: of each block, by its name or with its settings, the number of its values and twenty of them,
spread evenly from the first to the last. Written from the definitions in `src/features/blocks/`, with
NumPy's own transforms and eigenvectors.
"""

import json
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TRACKS = ("blues.00000", "metal.00000")
HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data" / "gtzan-mini"


def grouped(log_mel, groups):
    """Means of neighbouring bands; log_mel is bands x frames."""
    return log_mel.reshape(groups, -1, log_mel.shape[1]).mean(axis=1)


def covariance(log_mel):
    x = grouped(log_mel, 32)
    z = np.vstack([x[:, 1:-1], x[:, 2:] - x[:, :-2]])
    return log_euclidean(z, 1.0)


def log_euclidean(z, floor):
    size = len(z)
    values, vectors = np.linalg.eigh(np.cov(z, bias=True) + floor * np.eye(size))
    logarithm = (vectors * np.log(values)) @ vectors.T
    weights = np.sqrt(2) * np.ones((size, size)) + (1 - np.sqrt(2)) * np.eye(size)
    return (logarithm * weights)[np.triu_indices(size)]


def lags(log_mel):
    x = grouped(log_mel, 16)
    count = x.shape[1] - 11
    return log_euclidean(np.vstack([x[:, lag : lag + count] for lag in (0, 2, 5, 11)]), 1.0)


def strands(log_mel):
    """Levels of 64 bands, their medians of nine frames, and those of nine bands."""
    x = grouped(log_mel, 64)

    def medians(axis):
        widths = [(4, 4) if at == axis else (0, 0) for at in (0, 1)]
        padded = np.pad(x, widths, mode="symmetric")
        return np.median(sliding_window_view(padded, 9, axis=axis), axis=2)

    return x, medians(1), medians(0)


def separation(log_mel):
    x, h, p = strands(log_mel)
    d, r = h - p, x - h
    parts = [d.mean(axis=1), d.std(axis=1), r.std(axis=1), np.abs(r).mean(axis=1)]
    return np.concatenate(parts)


def texture(log_mel):
    x, h, p = strands(log_mel)
    return log_euclidean(np.vstack([grouped(y, 16) for y in (h, x - h, x - p)]), 0.5)


def modulation(log_mel):
    x = grouped(log_mel, 32)
    edges = [2, 3, 4, 5, 6, 8, 11, 15, 20, 27, 36, 48, 64]
    windows = []
    for start in range(0, x.shape[1] - 127, 43):
        window = x[:, start : start + 128]
        window = (window - window.mean(axis=1, keepdims=True)) * np.hanning(128)
        bins = np.abs(np.fft.rfft(window, axis=1))
        bands = [bins[:, a:b].mean(axis=1) for a, b in zip(edges, edges[1:])]
        windows.append(np.stack(bands, axis=1))
    return np.log(np.mean(windows, axis=0) + 0.01).ravel()


def series(log_mel):
    power = 10 ** (log_mel / 10)
    p = power / power.sum(axis=0)
    b = np.arange(len(log_mel))[:, None]
    centroid = (b * p).sum(axis=0)
    root = np.sqrt(p)
    flux = np.sqrt(((root[:, 1:] - root[:, :-1]) ** 2).sum(axis=0))
    return np.stack(
        [
            centroid,
            np.sqrt((p * (b - centroid) ** 2).sum(axis=0)),
            log_mel.mean(axis=0) - 10 * np.log10(power.mean(axis=0)),
            10 * np.log10(power.sum(axis=0)),
            (np.cumsum(p, axis=0) < 0.85).sum(axis=0),
            np.append(flux, flux[-1]),
        ]
    )


def shape(log_mel):
    x = series(log_mel)
    mean, std = x.mean(axis=1), x.std(axis=1)
    centred = x - mean[:, None]
    step = np.diff(x, axis=1)
    return np.concatenate(
        [
            mean,
            std,
            (centred**3).mean(axis=1) / (std + 1e-6) ** 3,
            (centred**4).mean(axis=1) / (std + 1e-6) ** 4 - 3,
            step.std(axis=1),
            np.abs(step).mean(axis=1),
        ]
    )


def runs(log_mel, count):
    """Equal runs of neighbouring bands."""
    return log_mel.reshape(count, -1, log_mel.shape[1])


def shape_of_runs(log_mel):
    return np.concatenate([shape(run) for run in runs(log_mel, 4)])


def echo(log_mel):
    parts = []
    for x in (series(run) for count in (1, 2, 4, 8) for run in runs(log_mel, count)):
        z = x - x.mean(axis=1, keepdims=True)
        v = (z**2).mean(axis=1) + 1e-6
        lags = [(z[:, lag:] * z[:, :-lag]).mean(axis=1) / v for lag in (1, 2, 4, 8, 16)]
        parts.append(np.stack(lags, axis=1).ravel())
    return np.concatenate(parts)


def contrast(log_mel):
    parts = np.sort(log_mel.reshape(8, 16, -1), axis=1)
    valley, peak = parts[:, :4].mean(axis=1), parts[:, -4:].mean(axis=1)
    rows = [f(x, axis=1) for x in (peak - valley, valley) for f in (np.mean, np.std)]
    return np.concatenate(rows)


BLOCKS = {
    "covariance": covariance,
    "lags": lags,
    "modulation": modulation,
    "shape": shape,
    '{"shape":{"runs":4}}': shape_of_runs,
    "echo": echo,
    "contrast": contrast,
    "separation": separation,
    "texture": texture,
}


def main():
    names = (DATA / "log-mel.tracks.txt").read_text().split()
    features = np.load(DATA / "log-mel.npz")["features"]
    golden = {"numpy": np.__version__, "blocks": {}}
    for name_of_block, block in BLOCKS.items():
        tracks = {}
        for name in TRACKS:
            values = block(features[names.index(name)].astype(np.float64).T)
            places = np.linspace(0, len(values) - 1, 20).round().astype(int)
            picked = {int(place): round(float(values[place]), 7) for place in places}
            tracks[name] = {"count": len(values), "values": picked}
        golden["blocks"][name_of_block] = tracks
    (HERE / "blocks.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
