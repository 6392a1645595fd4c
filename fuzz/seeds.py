"""Lays the first inputs of a search under fuzz/corpus/: small files that are right.

    python fuzz/seeds.py        # from the root of the repository; needs nothing but Python

Sounds are those of tests/audio and variants made here; arrays and tables are written by `crossfold
extract` from them.
"""

import math
import pathlib
import shutil
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "fuzz" / "corpus"
SOUNDS = ROOT / "tests" / "audio"
RATE = 8000
WAVE = [0.5 * math.sin(2 * math.pi * 440 * i / RATE) for i in range(400)]


def lay(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(tag, bits, data, channels=1, more=b"", before=b""):
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, RATE, RATE * width, width, bits) + more
    body = b"WAVE" + chunk(b"fmt ", form) + before + chunk(b"data", data)
    return chunk(b"RIFF", body)


def au(code, data, channels=1, note=b""):
    words = (24 + len(note), len(data), code, RATE, channels)
    return b".snd" + struct.pack(">5I", *words) + note + data


def adts(mp4):
    """The packets of an AAC file in MP4, each behind the header of a bare stream."""
    at = mp4.index(b"stsz") + 4
    _, fixed, count = struct.unpack(">3I", mp4[at : at + 12])
    sizes = [fixed] * count if fixed else struct.unpack(f">{count}I", mp4[at + 12 :][: 4 * count])
    start = struct.unpack(">I", mp4[mp4.index(b"stco") + 12 :][:4])[0]
    stream = b""
    for size in sizes:
        length = size + 7
        # MPEG-4, no CRC, low complexity, rate number 7 (22050 Hz), one channel.
        head = [0xFF, 0xF1, 0x40 | 7 << 2, 0x40 | length >> 11, length >> 3 & 255]
        stream += bytes([*head, (length & 7) << 5 | 0x1F, 0xFC]) + mp4[start : start + size]
        start += size
    return stream


def sounds():
    for path in SOUNDS.glob("sine.*"):
        lay("sound", path.name, path.read_bytes())
    lay("sound", "sine.aac", adts((SOUNDS / "sine.m4a").read_bytes()))
    whole = {bits: 2 ** (bits - 1) - 1 for bits in (16, 24, 32)}
    pcm = {b: [round(x * top) for x in WAVE] for b, top in whole.items()}
    little = {b: b"".join(x.to_bytes(b // 8, "little", signed=True) for x in pcm[b]) for b in pcm}
    big = {b: b"".join(x.to_bytes(b // 8, "big", signed=True) for x in pcm[b]) for b in pcm}
    byte = bytes(round(128 + 127 * x) for x in WAVE)
    floats = {"f": 32, "d": 64}
    for bits, data in little.items():
        lay("sound", f"pcm{bits}.wav", wav(1, bits, data))
    lay("sound", "pcm8.wav", wav(1, 8, byte))
    lay("sound", "stereo.wav", wav(1, 16, little[16], channels=2))
    lay("sound", "a-law.wav", wav(6, 8, byte, more=b"\0\0"))
    lay("sound", "mu-law.wav", wav(7, 8, byte, more=b"\0\0"))
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    more = struct.pack("<HHI", 22, 16, 4) + guid
    lay("sound", "extensible.wav", wav(0xFFFE, 16, little[16], more=more))
    listed = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"a name\0"))
    lay("sound", "listed.wav", wav(1, 16, little[16], before=listed))
    for letter, bits in floats.items():
        data = struct.pack(f"<{len(WAVE)}{letter}", *WAVE)
        lay("sound", f"float{bits}.wav", wav(3, bits, data))
        data = struct.pack(f">{len(WAVE)}{letter}", *WAVE)
        lay("sound", f"float{bits}.au", au(6 if letter == "f" else 7, data))
    lay("sound", "mu-law.au", au(1, byte))
    lay("sound", "linear8.au", au(2, bytes(x ^ 128 for x in byte)))
    for code, bits in ((3, 16), (4, 24), (5, 32)):
        lay("sound", f"linear{bits}.au", au(code, big[bits], note=b"a note" * (code == 3)))
    lay("sound", "stereo.au", au(3, big[16], channels=2))


def arrays_and_tables():
    lay("table", "small.csv", b"filename,length,a,b,label\nx.wav,9,1,2.5,pop\ny.wav,9,-1e3,0,rock\n")
    lay("table", "tracks.csv", b"filename,track,a,label\nx.0.wav,x,1,pop\n\"y,\"\"0\",y,2,rock\n")
    lay("table", "windows.csv", b"\xef\xbb\xbf,filename,a,label\r\n0,x,1,pop\r\n")
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "pop").mkdir()
    (folder / "rock").mkdir()
    shutil.copy(SOUNDS / "sine.flac", folder / "pop" / "a.flac")
    shutil.copy(SOUNDS / "sine.mp3", folder / "rock" / "b.mp3")
    rows = ["--recipe", "kaggle"]
    frames = ["--recipe", "rms,centroid", "--frames", "4"]
    cases = [("table", "rows.csv", rows), ("table", "rows.parquet", rows)]
    for end in ("npy", "npz"):
        cases += [("array", f"single.{end}", frames), ("array", f"half.{end}", [*frames, "--half"])]
    for target, name, options in cases:
        output = folder / name
        command = ["cargo", "run", "-q", "--", "extract", folder / "pop", folder / "rock"]
        subprocess.run([*command, "-o", output, "--no-cache", *options], check=True, cwd=ROOT)
        lay(target, name, output.read_bytes())
    header = b"{'descr': '<f8', 'fortran_order': True, 'shape': (2,), }".ljust(117) + b"\n"
    numbers = struct.pack("<2d", 0.5, -2)
    lay("array", "double.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + numbers)
    shutil.rmtree(folder)


sounds()
arrays_and_tables()
