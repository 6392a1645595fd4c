"""Processes and what they cost: processor time, wall time, peak memory. Standard library only.

A child's peak begins at what its parent holds, so whoever calls this should hold little.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import resource
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")


class Failed(Exception):
    """A process that did not end well; `late` where it ran past its limit of processor time."""

    def __init__(self, command, said, late):
        super().__init__(f"{' '.join(map(str, command))}: {said.strip()[-2000:] or 'killed'}")
        self.late = late


def environment(**more):
    """One thread for whoever asks, and the libraries' own choice of kernels for this processor."""
    kept = {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return {**kept, **{name: "1" for name in THREADS}, **more}


def run(command, env, limit=None):
    """Runs a command; seconds of processor and wall time, peak memory in MB, and what it printed."""

    def limits():
        if limit:
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))

    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limits)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu = used.ru_utime + used.ru_stime
        for stream in (out, err):
            stream.seek(0)
        said = out.read()
        if child.returncode != 0:
            raise Failed(command, err.read() or said, bool(limit) and cpu >= limit - 1)
    return {"cpu": cpu, "wall": wall, "peak_mb": used.ru_maxrss * 1024 / 1e6}, said


def peer(python, script, *arguments, limit=None):
    """Runs a peer: what it measured of its own work, and what its whole process took."""
    process, said = run([python, HERE / script, *arguments], environment(), limit)
    told = json.loads(said.strip().splitlines()[-1])
    return {"peak_mb": process["peak_mb"], **told, "process": process}


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    models = re.findall(r"model name\s*: (.*)", text)
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.date.today().isoformat(),
    }
