# SPDX-License-Identifier: MIT
"""Figures of the report: SVG that takes its ink colour from the page, so that light and dark both work."""

import contextlib
import dataclasses
import functools
import html
import io
import itertools
import re
from collections.abc import Sequence

import numpy as np

from components.drawing import heat_map

INK = "#010203"  # replaced by the page's text colour
COLOURS = (heat_map.COLOUR, "#d9652b", "#2a9d6f", "#b0459e", "#b98d0d", "#3a9fb0", "#8a6bd1", "#7d8590")
DASHES = ("-", "--", "-.", (0, (1, 1.2)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
SCORES = ("accuracy", "nauc", "rank", "map", "minp", "purity")
# "<name>/<level or axis>", a figure for each name
GROUPED = ("clusters", "outliers", "purity", "kept", "reconstruction", "attention", "contrast", "l2")
WIDTH, HEIGHT = 5.2, 3.4  # inches; small, so that text stays readable when a phone shrinks it
MOST_NAMES = 25  # most classes whose names and counts are written into a confusion matrix
CELL, LARGEST = 0.19, 2.85  # inches: a cell of a heat map, the widest heat map
GAP, HEAD, LETTER = 0.45, 0.6, 0.09  # inches: beside and above a heat map, and a letter of its name
PIXELS = 96  # of an inch, where the page is wide enough
INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "grid.color", "xtick.color", "ytick.color")
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.18,
    "lines.linewidth": 1.7,
    "legend.framealpha": 0,
    "legend.fontsize": 8,
}


@dataclasses.dataclass
class Figure:
    """An inline SVG with a caption and, where useful, sentences that say what it shows."""

    svg: str
    caption: str
    sentences: list[str] = dataclasses.field(default_factory=list)


def rank_curves(curves: dict[str, Sequence[float]], item: str) -> list[Figure]:
    """One figure per family, the first word of each label, as the families must not be compared.

    Args:
        curves: label -> (ranks,) fractions.
        item: what a probe is, e.g. "sequence".
    """
    by_family: dict[str, dict] = {}
    for label, values in curves.items():
        family, _, name = label.partition(" ")
        by_family.setdefault(family, {})[name or family] = np.asarray(values, float)
    figures = []
    for family, named in sorted(by_family.items()):
        with canvas() as (axes, finish):
            _lines(axes, {name: (np.arange(1, len(v) + 1), 100 * v) for name, v in named.items()})
            axes.set(
                xlabel=f"r, nearest gallery {item}s looked at",
                ylabel=f"probe {item}s found, %",
                xlim=(1, max(max(map(len, named.values())), 2)),
            )
            low = min(100 * values[0] for values in named.values())
            axes.set_ylim(max(10 * (low // 10) - 10, 0), 101)
            last = max(map(len, named.values()))
            axes.set_xticks([1, *range(max(last // 20, 1) * 5, last + 1, max(last // 20, 1) * 5)])
            axes.legend(loc="lower right")
            first = ", ".join(f"{name}: rank-1 {100 * values[0]:.1f} %" for name, values in named.items())
            caption = f"Family {family}: share of probe {item}s whose person is among the r nearest; higher is better"
            figures.append(Figure(finish(f"Curves of family {family}. {first}."), caption))
    return figures


def _kind(name: str) -> str:
    """Which figure a logged scalar belongs to."""
    parts = name.split("/")
    if len(parts) > 2 or parts[0] in GROUPED:
        return parts[-1] if len(parts) > 2 else parts[0]
    return "score" if any(word in name.lower() for word in SCORES) else "loss"


def curves(phase: str, values: dict[str, Sequence[float]]) -> list[Figure]:
    """Losses, scores and counts of one training phase over its epochs.

    Scores of several representations ("probe/<representation>/<metric>") make a figure for each metric, and names in
    GROUPED ("<name>/<level or axis>") one for each name.
    """
    from matplotlib import ticker

    kinds = {"loss": {}, "score": {}}
    for name, series in values.items():
        kinds.setdefault(_kind(name), {})[name] = series
    figures = []
    for kind, named in kinds.items():
        series = {name: (np.arange(len(v)), np.asarray(v, float)) for name, v in named.items() if len(v)}
        series = {name: pair for name, pair in series.items() if np.isfinite(pair[1]).any()}
        if not series:
            continue
        with canvas() as (axes, finish):
            _lines(axes, series)
            low, high = (f([f(v[np.isfinite(v)]) for _, v in series.values()]) for f in (min, max))
            if kind == "loss" and low > 0 and high / low > 20:
                axes.set_yscale("log")
                axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
                axes.yaxis.set_major_formatter("{x:g}")
                axes.yaxis.set_minor_formatter(ticker.NullFormatter())
            axes.set(xlabel="epoch", ylabel=kind)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend()
            ends = ", ".join(f"{name} from {v[0]:.3g} to {v[-1]:.3g}" for name, (_, v) in series.items())
            figures.append(Figure(finish(f"{phase}, {kind} per epoch: {ends}."), f"{phase}: {kind} per epoch"))
    return figures


def confusion(counts: np.ndarray, names: Sequence[str]) -> Figure:
    """Confusion matrix, shaded by the share of each true person's sequences."""
    counts = np.asarray(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shown = names if len(names) <= MOST_NAMES else ()
    with canvas(4.8, 4.6) as (axes, finish):
        heat_map.draw(axes, share, (0.0, 1.0), faintest=0.0, rows=shown, columns=shown)
        axes.set(xlabel="assigned person", ylabel="true person")
        for i, j in np.argwhere(counts > 0) if len(shown) else ():
            colour = "white" if share[i, j] > 0.6 else INK
            axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=7, color=colour)
        right = 100 * np.trace(counts) / max(counts.sum(), 1)
        svg = finish(f"Confusion matrix of {len(names)} persons; {right:.1f} % of the sequences are on the diagonal.")
    wrong = np.where(np.eye(len(names), dtype=bool), 0, counts)
    order = np.argsort(-wrong, axis=None, kind="stable")[:5]
    pairs = [np.unravel_index(place, wrong.shape) for place in order if wrong.flat[place]]
    sentences = [f"{names[i]} taken for {names[j]}: {counts[i, j]} of {counts[i].sum()} sequences" for i, j in pairs]
    return Figure(
        svg, "Rows: true person; columns: person assigned; stronger colour: larger share of the row", sentences
    )


def maps(matrices: dict[str, np.ndarray], joints: Sequence[str] = ()) -> list[Figure]:
    """Heat maps, those with the same first part of the name (e.g. "attention/x") beside each other in one scale.

    Args:
        matrices: name -> (R, C) finite; rows are what asks (decoder step, node), columns what is looked at. A symmetric
            one of all joints is about pairs of joints.
        joints: J names of joints.
    """
    groups: dict[str, dict] = {}
    for name, matrix in matrices.items():
        group, _, member = name.partition("/")
        groups.setdefault(group, {})[member or group] = np.asarray(matrix, np.float64)
    return [_map(group, members, joints) for group, members in groups.items()]


def _map(group: str, matrices: dict[str, np.ndarray], joints: Sequence[str]) -> Figure:
    low, high = min(map(np.min, matrices.values())), max(map(np.max, matrices.values()))
    (first,) = list(matrices.values())[:1]
    pairs = first.shape == (len(joints),) * 2 and np.array_equal(first, first.T)
    names, words = (joints, ("joint", "joint")) if pairs else ((), ("looked at", "asks"))
    beside = LETTER * max(map(len, names), default=0)
    sizes = [min(CELL, LARGEST / max(matrix.shape)) * np.array(matrix.shape) for matrix in matrices.values()]
    widths = [max(columns + beside, LETTER * len(name)) for (_, columns), name in zip(sizes, matrices, strict=True)]
    width, height = sum(widths) + GAP * len(widths), max(rows for rows, _ in sizes) + beside + HEAD
    with canvas(width, height, ncols=len(widths), width_ratios=widths, squeeze=False) as (grid, finish):
        for axes, (name, matrix) in zip(grid[0], matrices.items(), strict=True):
            heat_map.draw(axes, matrix, (low, high), rows=names, columns=names)
            axes.set_title(name, loc="left")
            axes.set_anchor("NW")
            axes.set(xlabel=words[0], ylabel=words[1], **({} if pairs else {"xticks": [], "yticks": []}))
            axes.tick_params(labelsize=6.5, length=0)
        svg = finish(f"{group}: heat maps of {', '.join(matrices)}, from {low:.3g} to {high:.3g}.")
    svg = svg.replace('class="figure"', f'class="figure maps" style="max-width: {PIXELS * width:.0f}px"', 1)
    scale = f"{group}: {low:.2g} (faint) to {high:.2g} (strong)"
    if pairs:
        return Figure(svg, f"{scale}, a cell for each pair of joints. Strongest: {_strongest(first, joints)}")
    return Figure(svg, f"{scale}; rows ask, columns are looked at")


def _strongest(matrix: np.ndarray, joints: Sequence[str], count: int = 5) -> str:
    """The largest of a symmetric matrix in words."""
    rows, columns = np.triu_indices(len(joints), 1)
    order = np.argsort(-matrix[rows, columns], kind="stable")[:count]
    pairs = zip(rows[order], columns[order], strict=True)
    return ", ".join(f"{joints[i]} to {joints[j]} ({matrix[i, j]:.2g})" for i, j in pairs)


def _lines(axes, series: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    styles = zip(itertools.cycle(COLOURS), itertools.cycle(DASHES), strict=False)
    for (name, (x, y)), (colour, dash) in zip(series.items(), styles, strict=False):
        axes.plot(x, y, label=name, color=colour, linestyle=dash, marker="o" if len(x) < 3 else None)


@contextlib.contextmanager
def canvas(width: float = WIDTH, height: float = HEIGHT, **grid):
    """Axes, and a function that turns them into SVG text with the given alternative text.

    Args:
        width, height: inches.
        **grid: arguments of matplotlib's `subplots`; several axes are an array.
    """
    from matplotlib import figure, rc_context

    with rc_context(STYLE | dict.fromkeys(INKED, INK)):
        drawing = figure.Figure(figsize=(width, height), layout="constrained")
        yield drawing.subplots(**grid), functools.partial(_svg, drawing)


def _svg(drawing, text: str) -> str:
    stream = io.StringIO()
    drawing.savefig(
        stream, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )
    svg = stream.getvalue()
    view = re.search(r'viewBox="[^"]*"', svg)[0]
    body = svg[svg.index(">", svg.index("<svg")) + 1 :].replace(INK, "currentColor")
    body = re.sub(r'<g id="[^"]*"', "<g", body)  # the names repeat from figure to figure, and nothing refers to them
    return f'<svg class="figure" role="img" aria-label="{html.escape(text, quote=True)}" {view}>{body}'
