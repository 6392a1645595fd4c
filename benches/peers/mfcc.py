"""Times the frames of 20 MFCCs of clips, from sound files to one NPY array cut to the shortest clip.

    python benches/peers/mfcc.py librosa AUDIO -o mfcc.npy [--against mfcc.npy]
    python benches/peers/mfcc.py torch AUDIO -o mfcc.npy

Frames of 2048 samples, 512 apart, Hann, edges reflected, 128 Slaney bands, 80 dB under the clip's
maximum. soundfile decodes for both. One clip is computed before the clock starts. --against says the
largest difference from another such array.
"""

import argparse
import importlib

import numpy as np
import soundfile

from work import Clock, answer, clips

FRAME, HOP, BANDS, COUNT, RATE = 2048, 512, 128, 20, 22050


def with_librosa():
    librosa = importlib.import_module("librosa")

    def mfcc(y):
        found = librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=COUNT, n_fft=FRAME, hop_length=HOP, n_mels=BANDS, pad_mode="reflect")
        return found.T

    return mfcc


def with_torch():
    """torch.stft and two matrix products; the mel filters are librosa's."""
    torch = importlib.import_module("torch")
    from librosa import filters
    from scipy.fft import dct

    torch.set_num_threads(1)
    window = torch.hann_window(FRAME)
    mel = torch.from_numpy(filters.mel(sr=RATE, n_fft=FRAME, n_mels=BANDS))
    cosines = torch.from_numpy(dct(np.eye(BANDS), norm="ortho", axis=0)[:COUNT].T.astype(np.float32))

    @torch.inference_mode()
    def mfcc(y):
        spectrum = torch.stft(torch.from_numpy(y), FRAME, HOP, window=window, center=True, pad_mode="reflect", return_complex=True)
        power = spectrum.real.square().addcmul_(spectrum.imag, spectrum.imag)
        decibels = (mel @ power).clamp_(min=1e-10).log10_().mul_(10)
        decibels.clamp_(min=decibels.max() - 80)
        return (decibels.T @ cosines).numpy()

    return mfcc


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=["librosa", "torch"])
    parser.add_argument("audio")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--against")
    arguments = parser.parse_args()
    mfcc = with_librosa() if arguments.library == "librosa" else with_torch()
    paths = clips(arguments.audio)

    def frames(path):
        y, rate = soundfile.read(path, dtype="float32")
        assert (rate, y.ndim) == (RATE, 1), f"{path} is not mono of {RATE} Hz"
        return mfcc(y)

    frames(paths[0])
    with Clock() as clock:
        found = [frames(path) for path in paths]
        shortest = min(map(len, found))
        found = np.stack([one[:shortest] for one in found])
        np.save(arguments.output, found)
    more = {"clips": len(paths)}
    if arguments.against:
        more["difference"] = {"largest": float(np.abs(found - np.load(arguments.against)).max()), "unit": "dB"}
    answer(clock, arguments.library, "numpy", "soundfile", **more)


if __name__ == "__main__":
    main()
