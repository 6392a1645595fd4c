#!/usr/bin/env python3
"""What crossfold costs as data grows: processor time, peak memory and bytes, measured and projected.

    python3 benches/scale.py --crossfold target/debug/crossfold --data ~/gtzan --out results.json

measures four parts, each a process of its own with a limit of processor time and memory, and prints
the tables of docs/scale.md. --data holds clips (audio/GENRE/CLIP.wav, or .flac where ffmpeg is there),
tabular/features_30_sec.csv and framewise/logmel_db.npz with tracks.txt; a part whose data is not there
is left out. --only names parts, and what another call measured stays in --out. --print measures
nothing. --quick stops at sizes that take a few minutes. Needs Python 3.9 and numpy, nothing else.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile

GENRES = "blues classical country disco hiphop jazz metal pop reggae rock".split()
FAMILIES = "chroma_stft rms spectral_centroid spectral_bandwidth rolloff zero_crossing_rate".split()
RATE = 22050

# The models of experiments/models.yaml with the same parameters, and other libraries beside them.
MODELS = {
    "majority": "majority",
    "knn": "knn: { k: 1 }",
    "tree": "tree: { library: linfa }",
    "tree, crossfold": "tree: { library: crossfold }",
    "forest": "forest: { trees: 500, extra: true, bootstrap: false }",
    "random-forest": "forest: { trees: 500 }",
    "logistic": "logistic",
    "svm, linfa": "svm: { library: linfa, kernel: rbf, c: 10, gamma: 0.01 }",
    "svm, crossfold": "svm: { library: crossfold, kernel: rbf, c: 10, gamma: 0.01 }",
    "dense": "dense: { hidden: [512, 256, 128, 64], dropout: 0.2 }",
    "kernel": "kernel",
}
# Nets on sequences, and the kernel on statistics of them; with the epochs that they take by default.
SEQUENCES = {
    "cnn": ("cnn: { features: time, epochs: EPOCHS }", 40),
    "lstm": ("lstm: { features: time, epochs: EPOCHS }", 120),
    "kernel-r4's blocks": ("kernel: { features: blocks, clip: 2, weigh: groups }", None),
}
BLOCKS = """
    - covariance
    - shape
    - shape: { runs: 2 }
    - shape: { runs: 4 }
    - shape: { runs: 8 }
    - echo
    - modulation
    - separation
    - texture
    - lags
    - fisher: { components: 32 }
    - patches"""
FMA, FMA_DAYS, MANY = 106_574, 343, 10_000_000
# Bytes of what these hold for each pair of training rows: one matrix of two genres' rows, or two of all.
PAIRS = {"svm, linfa": 8 * 0.2**2, "svm, crossfold": 8 * 0.2**2, "kernel": 2 * 8}


# --- Making data. In processes of its own, so that numpy's memory is not taken for crossfold's: a
# --- child's peak begins at what its parent holds.


def columns():
    names = [f"{name}_{of}" for name in FAMILIES + ["harmony", "perceptr"] for of in ("mean", "var")]
    return names + ["tempo"] + [f"mfcc{n}_{of}" for n in range(1, 21) for of in ("mean", "var")]


def make_table(path, rows):
    """Rows of ten genres, each of three overlapping Gaussians with twelve latent factors."""
    import numpy as np

    rng = np.random.default_rng(7)
    names, kinds, factors, spread = columns(), 3, 12, 0.25
    mixing = rng.normal(size=(len(GENRES), kinds, len(names), factors)) / factors**0.5
    centres = rng.normal(scale=spread, size=(len(GENRES), 1, len(names)))
    centres = centres + rng.normal(scale=spread, size=(len(GENRES), kinds, len(names)))
    with open(path, "w") as table, open(path.with_suffix(".split.csv"), "w") as split, open(path.with_suffix(".index.csv"), "w") as index:
        index.write("track,genre,artist\n")
        table.write(f"filename,length,{','.join(names)},label\n")
        split.write("track,split\n")
        for start in range(0, rows, 5000):
            count = min(5000, rows - start)
            genre = (start + np.arange(count)) % len(GENRES)
            kind = rng.integers(0, kinds, size=count)
            values = centres[genre, kind]
            values = values + np.einsum("nwk,nk->nw", mixing[genre, kind], rng.normal(size=(count, factors)))
            values += rng.normal(scale=0.6, size=values.shape)
            for at, row in enumerate(values):
                number, name = (start + at) // len(GENRES), GENRES[genre[at]]
                text = ",".join(f"{value:.6g}" for value in row)
                table.write(f"{name}.{number:07d}.wav,661794,{text},{name}\n")
                index.write(f"{name}.{number:07d},{name},Artist {number // 4} of {name}\n")
                split.write(f"{name}.{number:07d},{'test' if number % 10 == 9 else 'train'}\n")


def make_clips(folder, source, count, seconds=30):
    """Clips of the source, each many times with its samples rotated: the same sound, other bytes."""
    import wave

    import numpy as np

    def samples(path):
        if path.suffix == ".flac":
            command = ["ffmpeg", "-loglevel", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
            raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        else:
            with wave.open(str(path)) as sound:
                assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (RATE, 2, 1)
                raw = sound.readframes(sound.getnframes())
        return np.resize(np.frombuffer(raw, dtype="<i2"), int(RATE * seconds))

    paths = sorted(path for path in source.glob("*/*") if path.suffix in (".wav", ".flac"))
    paths.sort(key=lambda path: re.findall(r"\d+", path.stem))  # each genre's first, its second ...
    times = math.ceil(count / len(paths))
    for at, path in enumerate(paths[:count]):
        sound = samples(path)
        for turn in range(times):
            number = turn * len(paths) + at
            if number >= count:
                break
            place = folder / path.parent.name / f"{path.parent.name}.{number:07d}.wav"
            place.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(place), "wb") as out:
                out.setparams((1, 2, RATE, 0, "NONE", ""))
                out.writeframes(np.roll(sound, turn * len(sound) // times).tobytes())


def make_tensor(path, source, rows):
    """Some tracks of the framewise log-mel, each genre's share the same."""
    import numpy as np

    with np.load(source / "logmel_db.npz") as archive:
        array = archive["logmel_db"]
    tracks = (source / "tracks.txt").read_text().split()
    picked = np.linspace(0, len(tracks) - 1, rows).round().astype(int)
    np.savez(path, logmel_db=array[picked])
    path.with_suffix(".txt").write_text("".join(tracks[at] + "\n" for at in picked))


def make(what, *arguments):
    subprocess.run([sys.executable, __file__, "--make", what, *map(str, arguments)], check=True)


# --- Running.


class Bench:
    def __init__(self, arguments, work):
        self.program = os.path.abspath(arguments.crossfold)
        self.data = pathlib.Path(arguments.data).absolute()
        self.minutes, self.gigabytes = arguments.minutes, arguments.gigabytes
        self.quick, self.work, self.out = arguments.quick, pathlib.Path(work), arguments.out
        self.models = arguments.models.split(";")
        self.found = json.loads(pathlib.Path(self.out).read_text()) if os.path.exists(self.out) else {}

    def keep(self):
        pathlib.Path(self.out).write_text(json.dumps(self.found, indent=1) + "\n")

    def run(self, *command, cache=None):
        """Runs crossfold under both limits: processor seconds, peak of resident memory in MB."""
        cache = cache or self.work / "cache"
        seconds, memory = int(self.minutes * 60), int(self.gigabytes * 1e9)

        def limits():
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        with open(self.work / "log", "w+") as log:
            child = subprocess.Popen(
                [self.program, *map(str, command)],
                env={**os.environ, "CROSSFOLD_CACHE": str(cache)},
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=limits,
            )
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            said = log.read()
        spent = used.ru_utime + used.ru_stime
        answer = {"cpu": round(spent, 3), "peak_mb": round(used.ru_maxrss * 1024 / 1e6, 1)}
        if child.returncode != 0:
            out_of_time, out_of_memory = spent >= seconds - 1, "memory allocation" in said
            reason = "time" if out_of_time else "memory" if out_of_memory else said.strip()[-300:] or "killed"
            answer.update(failed=reason, exit=child.returncode)
        print(f"  {' '.join(map(str, command))[-60:]:60} {answer}", file=sys.stderr, flush=True)
        return answer

    def experiment(self, dataset, protocol, models, features="    all: { columns: all, scale: standard }", *more):
        """Runs an experiment on one thread; with its cells' times, and the bytes it leaves."""
        text = f"question: cost\ndataset: {dataset}\nprotocol: {protocol}\nfeatures:\n{features}\nmodels:\n"
        text += "".join(f"  - {model}\n" for model in models)
        path = self.work / "e.yaml"
        path.write_text(text)
        folder = self.work / "results" / "e"
        shutil.rmtree(folder, ignore_errors=True)
        answer = self.run("run", path, "--results", folder.parent, "--jobs", 1, *more)
        if "failed" not in answer and (folder / "record.json").exists():
            record = json.loads((folder / "record.json").read_text())
            answer["cells"] = [[cell["fit_seconds"], cell["predict_seconds"]] for cell in record["cells"]]
            answer["tested"] = [len(fold["test"]) for fold in record["folds"]]
            answer["trained"] = [len(fold["train"]) for fold in record["folds"]]
            answer["record_bytes"] = (folder / "record.json").stat().st_size
            answer["predictions_bytes"] = (folder / "predictions.parquet").stat().st_size
            del record
        return answer

    # --- The four parts.

    def extraction(self):
        """Clips of 30 s, the cache empty and then full; and single clips that are longer."""
        sizes = [20, 50, 100] if self.quick else [100, 300, 1000]
        clips = self.work / "clips"
        make("clips", clips, self.data / "audio", sizes[-1], 30)
        paths = sorted(clips.glob("*/*.wav"), key=lambda path: re.findall(r"\d+", path.stem))
        found = {"clips": [], "audio": [], "short": [], "long": []}
        for recipe, output in (("kaggle", "o.csv"), ("log-mel", "o.npy")):
            more = ["--recipe", recipe, "-o", self.work / output, "--jobs", 1]
            for size in sizes:
                cache = self.work / f"cache-{size}"
                first = self.run("extract", *paths[:size], *more, cache=cache)
                again = self.run("extract", *paths[:size], *more, cache=cache)
                kept = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
                written = (self.work / output).stat().st_size
                shutil.rmtree(cache, ignore_errors=True)
                found["clips"].append(
                    {"recipe": recipe, "clips": size, "first": first, "again": again, "cache_bytes": kept, "output_bytes": written}
                )
        for size in sizes[:2]:
            # An experiment on sound: what it holds of the clips before any model runs.
            folder = self.work / f"first-{size}"
            for path in paths[:size]:
                (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
                (folder / path.parent.name / path.name).symlink_to(path)
            features = "  time: { frames: { log-mel: { bands: 64 } } }"
            model = "cnn: { features: time }"
            one = self.experiment(f"{{ audio: first-{size} }}", "{ folds: 2 }", [model], features, "--prepare")
            found["audio"].append({"clips": size, "first": one})
        shutil.rmtree(clips)
        for size in (1000, 3000) if self.quick else (3000, 10_000, 30_000):
            # Clips of half a second, so many that the table they make is what memory holds.
            make("clips", clips, self.data / "audio", size, 0.5)
            more = ["-o", self.work / "o.csv", "--jobs", 1, "--no-cache"]
            found["short"].append({"clips": size, "first": self.run("extract", clips, *more)})
            shutil.rmtree(clips)
        for seconds in (30, 120, 480):
            make("clips", clips, self.data / "audio", 5, seconds)
            more = ["-o", self.work / "o.csv", "--jobs", 1, "--no-cache"]
            found["long"].append({"seconds": seconds, "clips": 5, "first": self.run("extract", clips, *more)})
            shutil.rmtree(clips)
        self.found["extraction"] = found

    def rows(self):
        """Each model on tables of 57 columns, nine tenths of them to train, and on GTZAN's."""
        sizes = [1000, 3000, 10_000] if self.quick else [1000, 3000, 10_000, 30_000, 100_000]
        found = self.found.setdefault("rows", {})
        for size in sizes:
            make("table", self.work / f"t{size}.csv", size)
        gtzan = self.data / "tabular" / "features_30_sec.csv"
        for name in dict.fromkeys(["majority"] * ("majority" not in found) + self.models):
            model = MODELS[name]
            measured = found[name] = {"sizes": []}
            if gtzan.exists():
                measured["gtzan"] = self.experiment(f"{{ table: {gtzan} }}", "{ folds: 10 }", [model])
            for size in sizes:
                done = [one for one in measured["sizes"] if "cpu" in one and "failed" not in one]
                if len(done) >= 2:
                    wanted = forecast([(one["rows"], one["cpu"]) for one in done[-2:]], size)
                    if wanted > 1.25 * self.minutes * 60:
                        measured["sizes"].append({"rows": size, "not_run": "time", "wanted": round(wanted)})
                        break
                split = f"{{ split: {{ file: t{size}.split.csv, column: split }} }}"
                one = self.experiment(f"{{ table: t{size}.csv }}", split, [model])
                measured["sizes"].append({"rows": size, **one})
                self.keep()
                if "failed" in one:
                    break

    def sequences(self):
        """Nets on the framewise log-mel of 64 bands, by epochs; a kernel on statistics of it."""
        found = self.found["sequences"] = {}
        sizes = [100, 300] if self.quick else [100, 300, 1000]
        for size in sizes:
            make("tensor", self.work / f"s{size}.npz", self.data / "framewise", size)
        for name, (model, epochs) in SEQUENCES.items():
            found[name] = []
            features = "  time: { frames: { log-mel: { bands: 64 } } }"
            if epochs is None:
                features = f"  blocks:\n   blocks:{BLOCKS}"
            for size in sizes:
                one = {"tracks": size}
                dataset = f"{{ tensor: s{size}.npz, array: logmel_db, tracks: s{size}.txt }}"
                for count in (1, 3) if epochs else (0,):
                    text = model.replace("EPOCHS", str(count))
                    one[str(count)] = self.experiment(dataset, "{ folds: 2 }", [text], features)
                found[name].append(one)

    def harness(self):
        """All that is no model: reading, splitting, keeping, reporting; 30 cells of the majority."""
        sizes = [1000, 10_000] if self.quick else [1000, 3000, 10_000, 30_000, 100_000]
        found = self.found["harness"] = []
        for size in sizes:
            make("table", self.work / f"t{size}.csv", size)
            table, protocol = f"{{ table: t{size}.csv }}", "{ folds: 10, repeats: 3 }"
            plan = self.experiment(table, protocol, ["majority"], "  all: { columns: all, scale: standard }", "--prepare")
            shutil.rmtree(self.work / "results")
            tree = "tree: { library: crossfold, classes: joint, max_depth: 6 }"
            one = {"rows": size, "plan": plan, "run": self.experiment(table, protocol, ["majority", tree])}
            folder = self.work / "results" / "e"
            one["report"] = self.run("report", folder)
            one["compare"] = self.run("compare", folder, "--pairs")
            if size <= 10_000:
                one["leak"] = self.run("leak", self.work / "e.yaml", "--model", "tree", "--jobs", 1, "--results", self.work / "leak")
            found.append(one)
            self.keep()

    def index(self):
        """The plan of the same table with an index of artists, who are kept apart; and with 2 folds, not 30."""
        self.found["index"] = []
        for size in [1000, 10_000] if self.quick else [1000, 10_000, 100_000]:
            make("table", self.work / f"t{size}.csv", size)
            dataset, protocol = f"{{ table: t{size}.csv, index: t{size}.index.csv }}", "{ folds: 10, repeats: 3, group: artist }"
            one = self.experiment(dataset, protocol, ["majority"], "  all: { columns: all, scale: standard }", "--prepare")
            shutil.rmtree(self.work / "results")
            text, features = f"{{ table: t{size}.csv }}", "  all: { columns: all, scale: standard }"
            few = self.experiment(text, "{ folds: 2 }", ["majority"], features, "--prepare")
            shutil.rmtree(self.work / "results")
            self.found["index"].append({"rows": size, "plan": one, "two_folds": few})


# --- From what was measured to tables.


def slope(points):
    """Exponent of growth: least squares through logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points if y > 0]
    mx, my = (sum(part) / len(logs) for part in zip(*logs))
    return sum((x - mx) * (y - my) for x, y in logs) / sum((x - mx) ** 2 for x, _ in logs)


def forecast(points, size):
    """What the largest measured size costs, times how much larger `size` is to the power of the slope."""
    return points[-1][1] * (size / points[-1][0]) ** max(slope(points), 0.0)


def line(points):
    """Cost of one more, and of none: least squares."""
    mx, my = (sum(part) / len(points) for part in zip(*points))
    each = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
    return each, my - each * mx


def digits(value, count=2):
    if value == 0:
        return "0"
    places = count - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.0f}" if places <= 0 else f"{rounded:.{places}f}"


def time(seconds):
    if seconds < 0.01:
        return "< 0.01 s"
    if seconds > 100 * 365 * 86400:
        return "> 100 years"
    for unit, length, most in (("s", 1, 100), ("min", 60, 100), ("h", 3600, 72), ("days", 86400, 700)):
        if seconds < length * most:
            return f"{digits(seconds / length)} {unit}"
    return f"{digits(seconds / 86400 / 365.25)} years"


def memory(megabytes):
    for unit, size in (("MB", 1), ("GB", 1e3), ("TB", 1e6)):
        if megabytes < 1000 * size:
            return f"{digits(megabytes / size)} {unit}"
    return "> 1 PB"


def about(text):
    """Marks what is projected."""
    return text if text[0] in "<>" else "~" + text


def table(heads, rows):
    lines = [heads, [":--"] + ["--:"] * (len(heads) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, one)) + " |" for one in lines).replace("| :-- |", "|:--|") + "\n"


def printed(found):
    """The tables of the page. What is projected is marked by ~."""
    for part in (print_machine, print_extraction, print_rows, print_sequences, print_harness, print_breaks):
        part(found)


def print_machine(found):
    at = found["machine"]
    print(f"{at['processor']}, {at['cores']} cores, {at['gigabytes']} GB; crossfold {at['version']}; {at['date']}\n")


def both(run):
    return f"{time(run['cpu'])}, {memory(run['peak_mb'])}"


def clip_costs(found, recipe):
    """Seconds a clip, seconds a clip from the cache, MB held of each, MB held anyway, bytes kept of each."""
    part = found["extraction"]
    mine = [one for one in part["clips"] if one["recipe"] == recipe]
    each, _ = line([(one["clips"], one["first"]["cpu"]) for one in mine])
    again, _ = line([(one["clips"], one["again"]["cpu"]) for one in mine])
    # A row is small beside the clip that is being heard, so its memory is read from many short clips.
    many = part["short"] if recipe == "kaggle" else mine
    held, base = line([(one["clips"], one["first"]["peak_mb"]) for one in many][-2:])
    return each, again, held, base, mine[-1]["cache_bytes"] / mine[-1]["clips"]


def print_extraction(found):
    if "extraction" not in found:
        return
    print("### extraction\n")
    rows = [
        [one["recipe"], f"{one['clips']:,}", both(one["first"]), both(one["again"]), f"{one['cache_bytes'] / one['clips'] / 1000:,.1f} kB"]
        for one in found["extraction"]["clips"]
    ]
    print(table(["recipe", "clips", "CPU, peak", "from the cache", "cache a clip"], rows))
    rows = []
    for recipe in ("kaggle", "log-mel"):
        each, again, held, base, kept = clip_costs(found, recipe)
        mine = [(one["clips"], one["first"]["cpu"]) for one in found["extraction"]["clips"] if one["recipe"] == recipe]
        rows.append([recipe, f"{slope(mine):.2f}", f"{each * 1000:.0f} ms, {again * 1000:.1f} ms", f"{held * 1000:,.1f} kB", *[
            f"{about(time(each * n))}, {about(memory(base + held * n))}, {about(memory(kept * n / 1e6))}" for n in (FMA, MANY)
        ]])
    heads = ["CPU, peak, cache", "slope, CPU", "a clip, cached", "memory a clip", "106,574 clips", "10 million"]
    print(table(heads, rows))
    for what, heads in (("short", "clips of 0.5 s, kaggle"), ("audio", "an experiment on log-mel, prepared")):
        runs = found["extraction"][what]
        print(table([heads, "CPU, peak"], [[f"{one['clips']:,}", both(one["first"])] for one in runs]))
        held, base = line([(one["clips"], one["first"]["peak_mb"]) for one in runs][-2:])
        print(f"{held * 1000:.1f} kB a clip; FMA {about(memory(base + held * FMA))}, 10 million {about(memory(base + held * MANY))}\n")
    each = [one["first"]["cpu"] / one["clips"] / one["seconds"] for one in found["extraction"]["long"]]
    rows = [
        [f"{one['seconds']} s", time(one["first"]["cpu"] / one["clips"]), memory(one["first"]["peak_mb"])]
        for one in found["extraction"]["long"]
    ]
    print(table(["clip", "CPU a clip", "peak, one at a time"], rows))
    print(f"FMA-full's {FMA_DAYS} days of sound at {each[-1] * 1000:.1f} ms a second: {about(time(each[-1] * FMA_DAYS * 86400))}\n")


def fitted(found, name):
    """Points of a model: (rows, fit), (rows, predict a test row), (rows, memory over the majority's)."""
    done = [one for one in found["rows"][name]["sizes"] if "cells" in one]
    plain = {one["rows"]: one["peak_mb"] for one in found["rows"]["majority"]["sizes"] if "cells" in one}
    fits = [(one["rows"], one["cells"][0][0]) for one in done]
    says = [(one["rows"], one["cells"][0][1] / one["tested"][0]) for one in done]
    peaks = [(one["rows"], one["peak_mb"]) for one in done]
    more = [(rows, max(peak - plain[rows], 0.0)) for rows, peak in peaks]
    return done, fits, says, peaks, more


def clear(more):
    """The points, three at most, whose memory stands out from what any run takes."""
    return [point for point in more[-3:] if point[1] > 20]


def projected(found, name, size):
    """Fit seconds, scoring seconds a row and megabytes, from the three largest sizes measured.

    Where pairs of rows are held, their memory is counted: at small sizes other things are larger.
    """
    _, fits, says, _, more = fitted(found, name)
    _, _, _, plain, _ = fitted(found, "majority")
    each, base = line(plain[-3:])
    mine = clear(more)
    if name in PAIRS:
        extra = PAIRS[name] * (0.9 * size) ** 2 / 1e6
    else:
        extra = forecast(mine, size) if len(mine) >= 2 else mine[-1][1] * size / mine[-1][0] if mine else 0.0
    return forecast(fits[-3:], size), forecast(says[-3:], size), base + each * size + extra


def print_rows(found):
    if "rows" not in found:
        return
    print("### rows\n")
    growth, costs, scoring = [], [], []
    for name, measured in found["rows"].items():
        done, fits, says, peaks, more = fitted(found, name)
        held = clear(more)
        at = dict(fits)
        growth.append([name, *[time(at[one]) if one in at else "–" for one in (1000, 3000, 10_000, 30_000, 100_000)]])
        row = [name, "–"]
        if "cells" in measured.get("gtzan", {}):
            cells = sorted(cell[0] for cell in measured["gtzan"]["cells"])
            row[1] = f"{time(cells[len(cells) // 2])}, {memory(measured['gtzan']['peak_mb'])}"
        for size in (100_000, FMA, MANY):
            if size in dict(fits):
                row.append(f"{time(dict(fits)[size])}, {memory(dict(peaks)[size])}")
            else:
                fit, _, peak = projected(found, name, size)
                row.append(f"{about(time(fit))}, {about(memory(peak))}")
        power = "2" if name in PAIRS else f"{slope(held):.2f}" if len(held) >= 2 else "–"
        row.append(f"{slope(fits[-3:]):.2f}, {power}")
        row.append(f"{says[-1][1] * 1e6:,.0f} µs" if says[-1][1] > 1e-6 else "< 1 µs")
        row.append(f"{done[-1]['rows']:,}")
        costs.append(row)
        at = dict(says)
        if name != "majority":
            scoring.append([
                name, *[f"{at[size] * 1e6:,.0f}" if size in at else "–" for size in (1000, 10_000, 100_000)],
                f"{slope(says[-3:]):.2f}", about(time(projected(found, name, MANY)[1])),
            ])
    sizes = ["1,000", "10,000", "100,000"]
    print(table(["fit", "1,000", "3,000", "10,000", "30,000", "100,000"], growth))
    heads = ["CPU of a fit, peak", "GTZAN", "100,000", "106,574 (FMA-full)", "10 million", "slopes", "a row scored", "at"]
    print(table(heads, costs))
    print(table(["scoring, µs a row", *sizes, "slope", "a row at 10 million"], scoring))
    for name, measured in found["rows"].items():
        for one in measured["sizes"]:
            if "cells" not in one:
                why = one.get("failed") or f"{one['not_run']}, would take {time(one['wanted'])}"
                print(f"{name} stops at {one['rows']:,} rows: {why}")
    print()


def print_sequences(found):
    if "sequences" not in found:
        return
    print("### sequences\n")
    rows = []
    for name, sizes in found["sequences"].items():
        epochs = SEQUENCES[name][1]
        key = "3" if epochs else "0"
        held, base = line([(one["tracks"], one[key]["peak_mb"]) for one in sizes][-2:])
        if epochs:
            fits = sequence_fits(sizes, epochs)
            growth, cost = f"{slope(fits):.2f}", lambda tracks: forecast(fits, 0.9 * tracks)
        else:
            # What blocks cost: all but the kernel, which is small at these sizes, for two folds.
            each, _ = line([(one["tracks"], one["0"]["cpu"]) for one in sizes][-2:])
            growth, cost = "–", lambda tracks: each * tracks
        rows.append([name, growth, *[
            f"{about(time(cost(tracks)))}, {about(memory(base + held * tracks))}" for tracks in (1000, FMA, MANY)
        ], f"{held * 1000:,.0f} kB"])
    print(table(["CPU, peak", "slope, CPU", "1,000", "106,574 (FMA-full)", "10 million", "memory a track"], rows))


def print_breaks(found):
    """Up to which size 16 GB and a day of processor time last."""

    def size(cost, limit):
        low, high = 0.0, 12.0
        for _ in range(60):
            low, high = (low, (low + high) / 2) if cost(10 ** ((low + high) / 2)) > limit else ((low + high) / 2, high)
        if low > 9:
            return "> 1,000 million"
        return f"~{digits(10 ** (low - 6))} million" if low >= 6 else f"~{digits(10 ** low)}"

    rows = []
    if "extraction" in found:
        for recipe in ("log-mel", "kaggle"):
            each, _, held, base, _ = clip_costs(found, recipe)
            rows.append([f"extract, {recipe}", size(lambda n: base + held * n, 16e3), size(lambda n: each * n, 86400)])
    for name, sizes in found.get("sequences", {}).items():
        epochs = SEQUENCES[name][1]
        if not epochs:
            continue
        held, base = line([(one["tracks"], one["3"]["peak_mb"]) for one in sizes][-2:])
        cost = sequence_fits(sizes, epochs)
        rows.append([f"{name} on log-mel", size(lambda n: base + held * n, 16e3), size(lambda n: forecast(cost, 0.9 * n), 86400)])
    for name in found.get("rows", {}):
        if name not in ("majority", "knn") and len([one for one in found["rows"][name]["sizes"] if "cells" in one]) >= 2:
            rows.append([name, size(lambda n: projected(found, name, n)[2], 16e3), size(lambda n: projected(found, name, n)[0], 86400)])
    if "harness" in found:
        points = [(one["rows"], one["run"]["peak_mb"]) for one in found["harness"]][-2:]
        times = [(one["rows"], one["run"]["cpu"] - sum(map(sum, one["run"]["cells"]))) for one in found["harness"]][-2:]
        of = lambda which: lambda n: line(which)[0] * n + line(which)[1]
        rows.append(["30 cells, without their fits", size(of(points), 16e3), size(of(times), 86400)])
    print("### what breaks\n")
    print(table(["", "16 GB are full at", "a day of CPU at"], rows))


def sequence_fits(sizes, epochs):
    """Training tracks, and what so many epochs take: the first, and what each after it adds."""
    fits = []
    for one in sizes:
        first, third = (sum(cell[0] for cell in one[of]["cells"]) / len(one[of]["cells"]) for of in "13")
        fits.append((one["1"]["trained"][0], first + (epochs - 1) * (third - first) / 2))
    return fits


def print_harness(found):
    if "harness" not in found:
        return
    print("### harness\n")
    rows = []
    for one in found["harness"]:
        run = one["run"]
        cells = sum(sum(cell) for cell in run["cells"])
        rows.append([
            f"{one['rows']:,}", f"{time(one['plan']['cpu'])}, {memory(one['plan']['peak_mb'])}",
            f"{time(run['cpu'] - cells)}, {memory(run['peak_mb'])}", f"{time(one['report']['cpu'])}, {memory(one['report']['peak_mb'])}",
            time(one["compare"]["cpu"]), memory(run["record_bytes"] / 1e6), time(one["leak"]["cpu"]) if "leak" in one else "–",
        ])
    heads = ["rows", "plan", "run, less its cells", "report", "compare", "record.json", "leak"]
    each = {
        "plan": lambda one: one["plan"]["cpu"], "run": lambda one: one["run"]["cpu"] - sum(sum(cell) for cell in one["run"]["cells"]),
        "report": lambda one: one["report"]["cpu"], "compare": lambda one: one["compare"]["cpu"],
    }
    most = ["10 million"]
    points = lambda of: [(one["rows"], of(one)) for one in found["harness"]][-3:]
    cost = lambda of: sum(part * size for part, size in zip(line(points(of)), (MANY, 1)))
    for what, of in each.items():
        text = about(time(cost(of)))
        if what != "compare":
            text += ", " + about(memory(cost(lambda one: one[what]["peak_mb"])))
        most.append(text)
    most.append(about(memory(forecast(points(lambda one: one["run"]["record_bytes"] / 1e6), MANY))))
    most.append("–")
    print(table(heads, [*[row for row in rows if row[0] in ("1,000", "10,000", "100,000")], most]))
    for one in found.get("index", []):
        print(f"plan with an index of artists, {one['rows']:,} rows: {both(one['plan'])}; with 2 folds: {both(one['two_folds'])}")
    if "rows" not in found:
        return
    last = found["harness"][-1]
    plain = [one for one in found["rows"]["majority"]["sizes"] if one["rows"] == last["rows"] and "cells" in one]
    if plain:
        folds = len(last["run"]["tested"])
        fold = (last["run"]["record_bytes"] - plain[0]["record_bytes"]) / (folds - 1) / last["rows"]
        print(f"record.json: {fold:.1f} B a row and fold, {plain[0]['record_bytes'] / last['rows'] - fold:.1f} B a row")
    for name, measured in found["rows"].items():
        done = [one for one in measured["sizes"] if "cells" in one]
        print(f"{name}: {done[-1]['predictions_bytes'] / done[-1]['tested'][0]:.1f} B a prediction at {done[-1]['rows']:,} rows")


def machine(program):
    text = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    names = re.findall(r"model name\s*: (.*)", text)
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    version = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {
        "processor": names[0] if names else platform.processor(), "cores": os.cpu_count(),
        "gigabytes": round(pages / 1e9), "version": version.split()[-1], "date": datetime.date.today().isoformat(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crossfold", default="target/debug/crossfold", help="the program")
    parser.add_argument("--data", default="data", help="folder with audio/, tabular/ and framewise/")
    parser.add_argument("--out", default="results.json", help="what was measured")
    parser.add_argument("--only", default="extraction,harness,index,sequences,rows", help="parts, with commas between")
    parser.add_argument("--models", default=";".join(MODELS), help="models of the rows, with semicolons between")
    parser.add_argument("--minutes", type=float, default=20, help="processor time that a run may take")
    parser.add_argument("--gigabytes", type=float, default=12, help="memory that a run may take")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--print", action="store_true", help="print the tables of --out, measure nothing")
    parser.add_argument("--make", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        what, path, *rest = arguments.make
        path = pathlib.Path(path)
        if what == "table":
            make_table(path, int(rest[0]))
        elif what == "clips":
            make_clips(path, pathlib.Path(rest[0]), int(rest[1]), float(rest[2]))
        else:
            make_tensor(path, pathlib.Path(rest[0]), int(rest[1]))
        return
    needs = {"extraction": "audio", "sequences": "framewise"}
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(arguments, work)
        if not arguments.print:
            bench.found["machine"] = machine(bench.program)
            for part in arguments.only.split(","):
                if part in needs and not (bench.data / needs[part]).exists():
                    print(f"{part} left out: no {bench.data / needs[part]}", file=sys.stderr)
                    continue
                print(part, file=sys.stderr)
                getattr(bench, part)()
                bench.keep()
        printed(bench.found)


if __name__ == "__main__":
    main()
