"""The figure of growth.json: a column of panels for each piece of work, time above and memory below."""

import math

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

PEERS = {"columns": "librosa", "dense": "PyTorch"}
# Dark and solid with filled discs, light and dashed with open squares: apart in grey as well.
LINES = {
    "ours": {"color": "#00407a", "linestyle": "-", "marker": "o", "markerfacecolor": "#00407a", "label": "crossfold"},
    "peer": {"color": "#d9822b", "linestyle": "--", "marker": "s", "markerfacecolor": "white", "label": "peer, named above"},
}
# What ran past the limit stands at the limit.
LATE = {"ours": {"color": "#00407a", "marker": "+"}, "peer": {"color": "#d9822b", "marker": "x"}}
KINDS = [("cpu", "processor time, s"), ("peak_mb", "peak memory, MB")]
STYLE = {"font.size": 8, "axes.titlesize": 8.5, "axes.linewidth": 0.6, "svg.hashsalt": "growth", "font.family": "DejaVu Sans"}


def number(value, _=None):
    if value >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}"


def limits(values):
    """Whole powers of ten around the values."""
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values)))


def draw(found, titles, path):
    works = found["works"]
    values = {
        key: [one[key] for sides in works.values() for points in sides.values() for one in points if key in one] for key, _ in KINDS
    }
    late = any(is_late(one) for sides in works.values() for points in sides.values() for one in points)
    if late:
        values["cpu"].append(found["limit_s"])
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, len(works), figsize=(1.25 * len(works) + 0.6, 3.7), sharey="row", squeeze=False)
        for column, (name, sides) in enumerate(works.items()):
            peer = PEERS.get(name, "scikit-learn")
            axes[0][column].set_title(f"{titles[name]}\n({peer})")
            axes[1][column].set_xlabel("clips" if name == "columns" else "rows")
            sizes = sorted({one["size"] for points in sides.values() for one in points})
            for row, (key, unit) in enumerate(KINDS):
                panel(axes[row][column], sides, key, sizes, found["limit_s"])
                axes[row][column].set_ylim(*limits(values[key]))
                if column == 0:
                    axes[row][column].set_ylabel(unit)
                if row == 0:
                    axes[row][column].tick_params(labelbottom=False)
        figure.align_ylabels(axes[:, 0])
        handles, labels = axes[0][0].get_legend_handles_labels()
        if late:
            for who, name in (("ours", "crossfold"), ("peer", "peer")):
                handles.append(Line2D([], [], linestyle="none", markersize=6, markeredgewidth=1.3, **LATE[who]))
                labels.append(f"{name}: stopped after {found['limit_s']} s")
        figure.legend(handles, labels, loc="lower center", ncol=2, frameon=False, handlelength=3.2)
        figure.tight_layout(rect=(0, 0.12, 1, 1), w_pad=0.4, h_pad=0.6)
        figure.savefig(path.with_suffix(".png"), dpi=200)
        figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
        plt.close(figure)


def is_late(one):
    return one.get("missing", "").startswith("more than")


def panel(axis, sides, key, sizes, limit):
    """Both lines of one work, on logarithmic axes that mark the sizes measured."""
    axis.set_xscale("log")
    axis.set_yscale("log")
    for who, style in LINES.items():
        points = [(one["size"], one[key]) for one in sides[who] if key in one]
        if points:
            axis.plot(*zip(*points), linewidth=1.3, markersize=4.2, markeredgewidth=1.1, clip_on=False, zorder=3, **style)
        if key == "cpu":
            for size in (one["size"] for one in sides[who] if is_late(one)):
                axis.plot(size, limit, linestyle="none", markersize=6, markeredgewidth=1.3, clip_on=False, zorder=4, **LATE[who])
    axis.set_xlim(sizes[0] / 1.5, sizes[-1] * 1.5)
    axis.set_xticks(sizes, [number(size) for size in sizes])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.tick_params(axis="x", which="minor", bottom=False)
    axis.yaxis.set_major_locator(LogLocator(numticks=12))
    axis.yaxis.set_major_formatter(FuncFormatter(number))
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.tick_params(axis="y", which="minor", left=False)
    axis.grid(axis="y", color="0.88", linewidth=0.5)
    axis.spines[["top", "right"]].set_visible(False)
