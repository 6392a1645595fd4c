"""Reference numbers of librosa for signals that are plain formulae.

    pip install librosa==0.11.0 && python tests/golden/make.py

writes `features.json` beside this file. The same formulae stand in `tests/golden_features.rs`; there
is no random number in them. The recipe `librosa-0.11` is librosa with its own defaults. For `kaggle`
the padding is changed back to `reflect`, and the tail of the two parts is silenced, which is all in
which the older librosa of the published table differs.

    python tests/golden/make.py AUDIO

also writes `clips.json`: the same for the first clip of each genre, AUDIO/GENRE/GENRE.00000.flac.
"""

import json
import sys
from pathlib import Path

import librosa
import numpy as np

RATE = 22050


def signals():
    """Name and samples, float32, of each signal."""
    t = np.arange(3 * RATE + 137) / RATE
    beat = np.exp(-12.0 * np.mod(t, 0.5))
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.18, 329.63))
    # Not noise, but as rough: a sine whose phase grows with the cube of time.
    rough = np.sin(2 * np.pi * (900.0 * t**3 + 60.0 * t))
    sweep = 0.5 * np.sin(2 * np.pi * (100.0 * t + 1500.0 * t**2))
    music = 0.1 * chord * (0.4 + 0.6 * np.sin(np.pi * t / 3.0)) + 0.3 * beat * rough
    clicks = 0.05 * np.sin(2 * np.pi * 450.0 * t)
    clicks[20000::11025] = 0.9
    return {
        "sweep": sixteen_bits(sweep),
        "music": sixteen_bits(music),
        "clicks": sixteen_bits(clicks),
        "short": sixteen_bits(music[:20000]),
        "silence": np.zeros(RATE, dtype=np.float32),
    }


def sixteen_bits(y):
    """As a file holds them. Without this noise, what lies between the lines of a pure tone would be
    rounding errors of the transform, which no two programs share."""
    return (np.floor(y * 32768 + 0.5) / 32768).astype(np.float32)


def row(y, pad_mode):
    """The 57 columns, as a notebook of the published table computes them."""
    kaggle = pad_mode == "reflect"
    spectrum = librosa.stft(y, pad_mode=pad_mode)
    magnitude = np.abs(spectrum)
    harmonic, percussive = librosa.decompose.hpss(spectrum)
    length = None if kaggle else len(y)
    parts = [librosa.istft(part, length=length) for part in (harmonic, percussive)]
    parts = [librosa.util.fix_length(part, size=len(y)) for part in parts]
    mel = librosa.feature.melspectrogram(S=magnitude**2, sr=RATE)
    log_mel = librosa.power_to_db(mel)
    onsets = librosa.onset.onset_strength(S=log_mel, sr=RATE, aggregate=np.median)
    tempo = librosa.feature.tempo(onset_envelope=onsets, sr=RATE)[0] if onsets.any() else 0.0
    values = {}

    def put(name, x):
        x = np.asarray(x, dtype=np.float64)
        values[f"{name}_mean"], values[f"{name}_var"] = float(x.mean()), float(x.var())

    put("chroma_stft", librosa.feature.chroma_stft(S=magnitude**2, sr=RATE))
    put("rms", librosa.feature.rms(y=y, pad_mode=pad_mode))
    put("spectral_centroid", librosa.feature.spectral_centroid(S=magnitude, sr=RATE))
    put("spectral_bandwidth", librosa.feature.spectral_bandwidth(S=magnitude, sr=RATE))
    put("rolloff", librosa.feature.spectral_rolloff(S=magnitude, sr=RATE))
    put("zero_crossing_rate", librosa.feature.zero_crossing_rate(y))
    put("harmony", parts[0])
    put("perceptr", parts[1])
    values["tempo"] = float(tempo)
    for i, coefficient in enumerate(librosa.feature.mfcc(S=log_mel, n_mfcc=20), start=1):
        put(f"mfcc{i}", coefficient)
    return values


def rows(y):
    return {"kaggle": row(y, "reflect"), "librosa-0.11": row(y, "constant")}


def framewise(y):
    """Every 16th frame of what sequences are made of, with reflected edges."""
    magnitude = np.abs(librosa.stft(y, pad_mode="reflect"))
    log_mel = librosa.power_to_db(librosa.feature.melspectrogram(S=magnitude**2, sr=RATE))
    mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=20)
    grids = {
        "log-mel": log_mel,
        "chroma": librosa.feature.chroma_stft(S=magnitude**2, sr=RATE),
        "contrast": librosa.feature.spectral_contrast(S=magnitude, sr=RATE),
        "onset": librosa.onset.onset_strength(S=log_mel, sr=RATE)[np.newaxis],
        "mfcc": np.vstack(
            [mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)]
        ),
    }
    return {name: grid[:, ::16].T.round(4).tolist() for name, grid in grids.items()}


def write(name, golden):
    target = Path(__file__).with_name(name)
    target.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")


def main():
    golden = {"librosa": librosa.__version__, "numpy": np.__version__, "rows": {}, "frames": {}}
    for name, y in signals().items():
        golden["rows"][name] = rows(y)
    golden["frames"]["music"] = framewise(signals()["music"])
    write("features.json", golden)
    if len(sys.argv) > 1:
        paths = sorted(Path(sys.argv[1]).glob("*/*.00000.flac"))
        clips = {path.stem: rows(librosa.load(path, sr=None)[0]) for path in paths}
        write("clips.json", {"librosa": librosa.__version__, "rows": clips})


if __name__ == "__main__":
    main()
