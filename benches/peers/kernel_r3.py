"""Times kernel R3 with NumPy and SciPy on one thread: descriptions, dictionaries, kernels, regression.

    python benches/peers/kernel_r3.py DATA --record record.json [--folds N]

DATA holds framewise/logmel_db.npz with tracks.txt and tabular/features_30_sec.csv. What learns nothing is described
once; dictionaries are learned on the training tracks of each fold, and those that two blocks share
(max and deviation of patches, the whitening of both Fisher vectors) once. Blocks and classifier are
those of contender kernel-r3 of experiments/strongest.yaml. Long arrays are single precision and go
through BLAS some tracks at a time; covariances, eigenvalues and the regression are double precision.
"""

import argparse
import pathlib

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import dct, rfft
from scipy.linalg import cho_factor, cho_solve, eigh
from scipy.sparse import csr_array

from work import Clock, answer, folds, mean, table

CHUNK = 8  # tracks that are described at a time, so that they stay near the processor
CEPSTRA = 20
EDGES = [2, 3, 4, 5, 6, 8, 11, 15, 20, 27, 36, 48, 64]
LENGTH, HOP, COMPONENTS, PATTERNS = 8, 2, 96, 256


# --- Blocks that learn nothing.


def deltas(frames, orders):
    """Frames with both neighbours, and beside them their slope and, with two orders, their bend."""
    before, now, after = frames[:, :-2], frames[:, 1:-1], frames[:, 2:]
    parts = [now, after - before]
    if orders == 2:
        parts.append(before + after - 2 * now)
    return np.concatenate(parts, axis=2)


def covariances(frames, floor):
    """Covariance over time of each track, the floor on its diagonal."""
    centred = frames - frames.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    found = (centred.transpose(0, 2, 1) @ centred).astype(np.float64) / frames.shape[1]
    return found + floor * np.eye(frames.shape[2])


def spectral(matrices, function):
    """A function of symmetric matrices, by their eigenvalues."""
    values, vectors = np.linalg.eigh(matrices)
    return (vectors * function(values)[..., None, :]) @ np.swapaxes(vectors, -1, -2)


def triangle(matrices):
    """Diagonal and what stands above it, the latter times √2."""
    rows, columns = np.triu_indices(matrices.shape[-1])
    return matrices[:, rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0))


def logarithms(values):
    """The table's columns, those that are always positive by their logarithm."""
    positive = (values > 0).all(axis=0)
    return np.where(positive, np.log(np.maximum(values, 1e-12)), values)


def shape(levels):
    """Six series of each frame's spectrum in six statistics."""
    power = np.exp(levels * np.float32(np.log(10) / 10))
    total = power.sum(axis=2)
    shares = power / total[..., None]
    bands = np.arange(levels.shape[2], dtype=np.float32)
    centroid = shares @ bands
    spread = np.sqrt(np.maximum(shares @ bands**2 - centroid**2, 0))
    loudness = 10 * np.log10(total)
    flatness = levels.mean(axis=2) - loudness + 10 * np.log10(levels.shape[2])
    rolloff = np.count_nonzero(np.cumsum(shares, axis=2) < 0.85, axis=2)
    roots = np.sqrt(shares)
    flux = np.sqrt(np.square(np.diff(roots, axis=1)).sum(axis=2))
    flux = np.concatenate([flux, flux[:, -1:]], axis=1)
    series = np.stack([centroid, spread, flatness, loudness, rolloff, flux], axis=1).astype(np.float64)
    middle, spread = series.mean(axis=2), series.std(axis=2)
    centred, steps = series - middle[..., None], np.diff(series, axis=2)
    squares = centred**2
    return np.concatenate(
        [
            middle,
            spread,
            (squares * centred).mean(axis=2) / (spread + 1e-6) ** 3,
            (squares**2).mean(axis=2) / (spread + 1e-6) ** 4 - 3,
            steps.std(axis=2),
            np.abs(steps).mean(axis=2),
        ],
        axis=1,
    )


def modulation(bands):
    """Mean magnitudes of the bands' levels in twelve bands of modulation, by their logarithm."""
    windows = sliding_window_view(bands, 128, axis=1)[:, ::43]  # track, window, band, time
    windows = (windows - windows.mean(axis=3, keepdims=True)) * np.hanning(128).astype(np.float32)
    magnitudes = np.abs(rfft(windows, axis=3)).mean(axis=1)
    means = [magnitudes[..., first:end].mean(axis=2) for first, end in zip(EDGES, EDGES[1:])]
    return np.log(np.stack(means, axis=2) + 0.01).reshape(len(bands), -1)


def contrast(levels):
    """Peak less valley and valley of eight broad bands, means and deviations."""
    parts = np.sort(levels.reshape(*levels.shape[:2], 8, 16), axis=3)
    valley, peak = parts[..., :4].mean(axis=3), parts[..., -4:].mean(axis=3)
    series = [peak - valley, valley]
    return np.concatenate([one for part in series for one in (part.mean(axis=1), part.std(axis=1))], axis=1)


class Tracks:
    """All tracks: blocks that learn nothing, and what dictionaries are learned from."""

    def __init__(self, levels, values):
        basis = dct(np.eye(levels.shape[2]), norm="ortho", axis=0)[:CEPSTRA].T.astype(np.float32)
        found = {name: [] for name in ("covariance", "shape", "modulation", "contrast", "cepstra", "bands", "spread")}
        for first in range(0, len(levels), CHUNK):
            part = levels[first : first + CHUNK].astype(np.float32)
            broad = part.reshape(*part.shape[:2], 32, 4).mean(axis=3)
            cepstra = part @ basis
            found["covariance"].append(triangle(spectral(covariances(deltas(broad, 1), 1.0), np.log)))
            found["shape"].append(shape(part))
            found["modulation"].append(modulation(broad))
            found["contrast"].append(contrast(part))
            found["cepstra"].append(deltas(cepstra, 1))
            found["bands"].append(part.reshape(*part.shape[:2], 64, 2).mean(axis=3))
            found["spread"].append(covariances(deltas(cepstra, 2), 0.3))
        found = {name: np.concatenate(parts) for name, parts in found.items()}
        self.cepstra, self.bands, self.spread = (found.pop(name) for name in ("cepstra", "bands", "spread"))
        self.logarithms = spectral(self.spread, np.log)
        self.plain = [logarithms(values), *found.values()]


# --- Blocks that learn from training tracks.


def whitening(points, components, floor):
    """Mean and projection onto the first components, each brought to variance near 1."""
    middle = points.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = points - middle
    width = points.shape[1]
    spread = (centred.T @ centred).astype(np.float64) / len(points)
    values, vectors = eigh(spread, subset_by_index=[width - components, width - 1])
    scale = 1 / np.sqrt(np.maximum(values, 0) + floor * values[-1])
    return middle, (vectors * scale).astype(np.float32)


def sums_by(nearest, points, count):
    """How many points each centre has, and their sum."""
    held = np.bincount(nearest, minlength=count)
    ones = np.ones(len(points), dtype=points.dtype)
    starts = np.concatenate([[0], np.cumsum(held)])
    indicators = csr_array((ones, np.argsort(nearest, kind="stable"), starts), shape=(count, len(points)))
    return held, (indicators @ points).astype(np.float64)


def kmeans(points, count, rounds, sphere, rng):
    """Centres after some rounds from random points; an empty one is drawn anew."""
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(rounds):
        held, sums = sums_by(nearest(points, centres, sphere), points, count)
        scale = np.linalg.norm(sums, axis=1) if sphere else held
        centres = (sums / np.maximum(scale, 1e-30)[:, None]).astype(np.float32)
        empty = held == 0
        centres[empty] = points[rng.integers(len(points), size=int(empty.sum()))]
    return centres


def nearest(points, centres, sphere):
    products = points @ centres.T
    if not sphere:
        products -= 0.5 * np.square(centres).sum(axis=1)
    return products.argmax(axis=1)


class Mixture:
    """Diagonal Gaussians, by expectation and maximisation from k-means."""

    def __init__(self, points, components, rounds, rng):
        powers = with_squares(points)
        own = nearest(points, kmeans(points, components, 8, False, rng), False)
        self._maximise(*sums_by(own, powers, components))
        for _ in range(rounds):
            shares = self.shares(powers)
            self._maximise(shares.sum(axis=1, dtype=np.float64), (shares @ powers).astype(np.float64))

    def _maximise(self, held, sums):
        width = sums.shape[1] // 2
        held = np.maximum(held, 1e-9)
        self.weights = np.maximum(held / held.sum(), 1e-9)
        self.means = sums[:, width:] / held[:, None]
        self.variances = np.maximum(sums[:, :width] / held[:, None] - self.means**2, 0.05)
        linear = np.concatenate([-0.5 / self.variances, self.means / self.variances], axis=1)
        terms = np.log(self.variances) + self.means**2 / self.variances
        self._linear = linear.astype(np.float32)
        self._constant = (np.log(self.weights) - 0.5 * terms.sum(axis=1)).astype(np.float32)[:, None]

    def shares(self, powers):
        """The probability of each component for each point: [..., components, points]."""
        shares = self._linear @ np.swapaxes(powers, -1, -2)
        shares += self._constant
        shares -= shares.max(axis=-2, keepdims=True)
        np.exp(shares, out=shares)
        shares /= shares.sum(axis=-2, keepdims=True)
        return shares

    def vectors(self, powers):
        """Fisher vectors of tracks, of [tracks, frames, 2·width] powers."""
        width = powers.shape[2] // 2
        shares = self.shares(powers)
        sums = (shares @ powers).astype(np.float64)
        held = shares.sum(axis=2, dtype=np.float64)[..., None]
        squares, sums = sums[..., :width], sums[..., width:]
        roots = np.sqrt(self.weights)[:, None] * powers.shape[1]
        pulls = (sums - self.means * held) / (np.sqrt(self.variances) * roots)
        stretches = squares - 2 * self.means * sums + (self.means**2 - self.variances) * held
        stretches /= self.variances * np.sqrt(2) * roots
        found = np.concatenate([pulls, stretches], axis=1).reshape(len(powers), -1)
        found = np.sign(found) * np.sqrt(np.abs(found))
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def with_squares(points):
    return np.concatenate([np.square(points), points], axis=-1)


def drawn(tracks, each, wanted, rng):
    """Random (track, place) pairs, all different, in order."""
    total = len(tracks) * each
    places = np.sort(rng.choice(total, min(wanted, total), replace=False))
    return tracks[places // each], places % each


def fisher(tracks, train, rng):
    """Fisher vectors of 16 and of 32 components, of all tracks."""
    frames = tracks.cepstra
    sample = frames[drawn(train, frames.shape[1], 20_000, rng)]
    middle, projection = whitening(sample, frames.shape[2], 1e-4)
    points = (sample - middle) @ projection
    mixtures = [Mixture(points, components, 30, rng) for components in (16, 32)]
    found = [[] for _ in mixtures]
    for first in range(0, len(frames), CHUNK):
        powers = with_squares((frames[first : first + CHUNK] - middle) @ projection)
        for parts, mixture in zip(found, mixtures):
            parts.append(mixture.vectors(powers))
    return [np.concatenate(parts) for parts in found]


def patches(tracks, train, rng):
    """Largest activation of each pattern and their deviation, of all tracks."""
    bands = tracks.bands
    windows = sliding_window_view(bands, LENGTH, axis=1)[:, ::HOP].transpose(0, 1, 3, 2)
    track, place = drawn(train, windows.shape[1], 30_000, rng)
    sample = windows[track, place].reshape(len(track), -1)
    middle, projection = whitening(sample, COMPONENTS, 1e-3)
    shift = middle @ projection

    def points(rows):
        found = rows @ projection - shift
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-30)
        return found

    patterns = kmeans(points(sample), PATTERNS, 8, True, rng).T
    largest, spread = [], []
    for first in range(0, len(bands), CHUNK):
        part = windows[first : first + CHUNK]
        activations = points(part.reshape(-1, LENGTH * bands.shape[2])) @ patterns
        activations -= 0.1
        np.maximum(activations, 0, out=activations)
        activations = activations.reshape(len(part), -1, PATTERNS)
        largest.append(activations.max(axis=1))
        spread.append(activations.std(axis=1))
    return [np.concatenate(largest), np.concatenate(spread)]


def tangent(tracks, train):
    """Covariances of cepstra, seen from the mean of the training tracks."""
    seen = spectral(tracks.logarithms[train].mean(axis=0), lambda values: np.exp(-0.5 * values))
    return triangle(spectral(seen @ tracks.spread @ seen, lambda values: np.log(np.maximum(values, 1e-9))))


# --- The classifier.


def kernel(blocks, train, test):
    """Mean over the blocks of RBF kernels: training rows with each other, test rows with them."""
    total = np.zeros((len(train) + len(test), len(train)))
    for block in blocks:
        middle, spread = block[train].mean(axis=0), block[train].std(axis=0)
        rows = ((block[np.concatenate([train, test])] - middle) / (spread + 1e-9)).astype(np.float32)
        np.clip(rows, -5, 5, out=rows)
        squares = np.square(rows).sum(axis=1)
        apart = rows @ rows[: len(train)].T
        apart *= -2
        apart += squares[:, None]
        apart += squares[: len(train)]
        np.maximum(apart, 0, out=apart)
        np.fill_diagonal(apart, 0)
        apart *= -0.5 / np.median(apart[: len(train)])
        total += np.exp(apart, out=apart)
    total /= len(blocks)
    return total[: len(train)], total[len(train) :]


def predict(blocks, labels, train, test):
    among, between = kernel(blocks, train, test)
    targets = np.eye(labels.max() + 1)[labels[train]]
    shares = targets.mean(axis=0)
    among[np.diag_indices_from(among)] += 0.05
    weights = cho_solve(cho_factor(among, lower=True, overwrite_a=True, check_finite=False), targets - shares)
    return (between @ weights + shares).argmax(axis=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--record", required=True)
    parser.add_argument("--folds", type=int, help="as many folds only")
    arguments = parser.parse_args()
    right = []
    with Clock() as clock:
        names, values, labels = table(arguments.data / "tabular/features_30_sec.csv")
        with np.load(arguments.data / "framewise/logmel_db.npz") as archive:
            levels = archive["logmel_db"]
        place = {track: at for at, track in enumerate((arguments.data / "framewise/tracks.txt").read_text().split())}
        order = [place[name] for name in names]
        tracks = Tracks(levels if order == list(range(len(order))) else levels[order], values)
        for seed, (train, test) in enumerate(folds(arguments.record, names)[: arguments.folds]):
            train, test, rng = np.array(train), np.array(test), np.random.default_rng(seed)
            blocks = [*tracks.plain, *fisher(tracks, train, rng), *patches(tracks, train, rng), tangent(tracks, train)]
            right.append(float((predict(blocks, labels, train, test) == labels[test]).mean()))
    answer(clock, "numpy", "scipy", accuracy=mean(right), folds=len(right), dimensions=sum(block.shape[1] for block in blocks))


if __name__ == "__main__":
    main()
