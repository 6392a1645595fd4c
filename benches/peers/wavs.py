"""Writes clips that lie as GENRE/CLIP.flac as 16-bit WAV files, which is how GTZAN is published.

    python benches/peers/wavs.py AUDIO -o FOLDER
"""

import argparse
import pathlib

import soundfile

from work import Clock, answer, clips


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("audio")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    paths = clips(arguments.audio)
    with Clock() as clock:
        for path in paths:
            samples, rate = soundfile.read(path, dtype="int16")
            copy = arguments.output / path.parent.name / f"{path.stem}.wav"
            copy.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(copy, samples, rate, subtype="PCM_16")
    answer(clock, "soundfile", clips=len(paths))


if __name__ == "__main__":
    main()
