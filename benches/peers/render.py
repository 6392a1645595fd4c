"""Tables of results.json, in Markdown."""

from statistics import median

ABOUT = """# Against librosa, scikit-learn, PyTorch and SciPy

The same work on the same data and the same folds, ours and the peer in turns, on one thread each
(`models`: two cores). Written by `benches/peers/run.py` from [results.json](results.json), which holds
every measurement.
"""
HOW = """Ratio: what the peer takes divided by what crossfold takes, processor time, or wall time in row
`models`; the median of the rounds (smallest to largest). The peers' seconds are of their work alone, without
starting Python and importing. Ours are of the whole process, for `svm`, `forest`, `logistic` and `dense`
of all fits and predictions as the record has them (processor time of the thread), for `lstm` and `cnn`
of one fit. Fits of scikit-learn and PyTorch scale on the training rows as ours do. What ours do beyond
that is in their time: machines are fitted twice, to calibrate their scores, and nets on folds are
evaluated after every epoch. The accuracy of `models` is the mean of its contenders.
"""
PROCESSES = """## Whole processes

From start to end, medians: what a user waits for and what the machine must hold. Peers import and warm up
here, and try settings of which they time the faster. Memory of the peer of `models` is the sum of its
processes, shared pages counted in each.
"""


def seconds(value):
    if value is None:
        return "–"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def middle(runs, key):
    values = [run.get(key) for run in runs]
    return None if None in values else median(values)


def ratios(ours, peer, by):
    """The peer's time over ours, of each round."""
    return [theirs[by] / mine[by] for mine, theirs in zip(ours, peer)]


def percent(value):
    return "–" if value is None else f"{100 * value:.1f}"


def ratio_text(values):
    digits = 0 if median(values) >= 100 else 1 if median(values) >= 10 else 2
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def markdown(heads, rows, left=1):
    lines = [heads, [":--"] * left + ["--:"] * (len(heads) - left), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def pairs(found):
    for name, row in found["rows"].items():
        for pair in row["pairs"]:
            yield name, pair, row["runs"][pair["ours"]], row["runs"][pair["peer"]]


def main_table(found):
    lines = []
    for name, pair, ours, peer in pairs(found):
        values = ratios(ours, peer, pair["by"])
        wanted = pair["wanted"]
        reached = "–" if wanted is None else "yes" if median(values) >= wanted else "no"
        accuracy = " / ".join(percent(middle(runs, "accuracy")) for runs in (ours, peer))
        lines.append([
            f"`{name}`", pair["work"], pair["peer"].removesuffix(", random-forest").removesuffix(", forest"),
            *(seconds(middle(runs, pair["by"])) for runs in (ours, peer)),
            ratio_text(values), "–" if wanted is None else f"{wanted:g}", reached, accuracy if "accuracy" in ours[0] else "–",
        ])
    heads = ["row", "work", "peer", "ours, s", "peer, s", "ratio", "wanted", "reached", "accuracy, ours / peer, %"]
    return markdown(heads, lines, left=3)


def process_table(found):
    lines, seen = [], set()
    for name, row in found["rows"].items():
        for part, runs in row["runs"].items():
            if (name, part) in seen:
                continue
            seen.add((name, part))
            whole = [run.get("process", run) for run in runs]
            walls = [run["wall"] for run in whole]
            lines.append([
                f"`{name}`", part, seconds(median(walls)), f"{seconds(min(walls))} to {seconds(max(walls))}",
                seconds(middle(whole, "cpu")), f"{median(run['peak_mb'] for run in runs):.0f}",
            ])
    return markdown(["row", "who", "wall, s", "from, to", "CPU, s", "peak memory, MB"], lines, left=2)


def models_table(found):
    row = found["rows"].get("models")
    if not row:
        return ""
    ours, peer = (row["runs"][row["pairs"][0][who]] for who in ("ours", "peer"))
    names = ours[0]["accuracies"]
    of = lambda runs, name: percent(median(run["accuracies"][name] for run in runs))
    lines = [[name, of(ours, name), of(peer, name)] for name in names]
    text = "## Accuracies of row `models`\n\nMeans over the same 30 folds, %.\n\n"
    return text + markdown(["contender", "crossfold", "scikit-learn, PyTorch"], lines) + "\n"


def differences(found):
    """How far the peers' numbers are from ours, where they compute the same ones."""
    lines = []
    for name, row in found["rows"].items():
        for part, runs in row["runs"].items():
            far = runs[-1].get("difference")
            if far and "column" in far:
                lines.append(f"- `{name}`, {part}: at most {far['largest']:.1g} standard deviations of a column "
                             f"({far['column']}), {far['median']:.1g} in the median column, from ours with `--recipe "
                             "librosa-0.11`, which costs the same. The row itself times the published columns, whose "
                             "edges are reflected.")
            elif far:
                lines.append(f"- `{name}`, {part}: at most {far['largest']:.1g} {far['unit']}.")
    return "## How far the numbers are apart\n\n" + "\n".join(lines) + "\n" if lines else ""


def render(found):
    at, versions, program = found["machine"], found["versions"], found["crossfold"]
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    rounds = sorted({len(runs) for row in found["rows"].values() for runs in row["runs"].values()})
    dates = sorted({row["date"] for row in found["rows"].values()})
    where = (
        f"{at['processor']}, {at['cores']} cores, {at['memory_gb']} GB, {at['system']}; crossfold {program['version']} "
        f"({program['commit']}), profile `{found['profile']}`; {libraries}; rounds: {', '.join(map(str, rounds))}; {', '.join(dates)}.\n"
    )
    parts = [ABOUT, where, main_table(found), HOW, models_table(found), differences(found), PROCESSES, process_table(found)]
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)
