# SPDX-License-Identifier: MIT
"""Results as dots with their 95 % intervals, a line for each method."""

import math
import textwrap
from collections.abc import Sequence

from components.compare import results
from components.drawing import heat_map
from components.report import figures, tables

WIDTH, LINE, TEXT, MARGIN = 5.2, 0.3, 0.14, 0.75  # inches: figure, a method, each more line of its name, around them
LETTERS = 28  # of a line of a name
GREY = "#7d8590"


def figure(title: str, several: Sequence[results.Result], metric: str) -> figures.Figure | None:
    """One metric of all results that have it; faint dots are single seeds. None where no result has it."""
    known = [result for result in several if math.isfinite(result.mean(metric))]
    if not known:
        return None
    lines = max(len(textwrap.wrap(_name(result), LETTERS)) for result in known)
    with figures.canvas(WIDTH, (LINE + TEXT * (lines - 1)) * len(known) + MARGIN) as (axes, finish):
        for place, result in enumerate(reversed(known)):
            low, high = (100 * end for end in result.interval(metric))
            colour = heat_map.COLOUR if result.learns else GREY
            axes.plot([low, high], [place, place], color=colour)
            each = [100 * value for value in result.values[metric]]
            axes.plot(each, [place] * len(each), "o", color=colour, alpha=0.3, markersize=4)
            axes.plot(100 * result.mean(metric), place, "o" if result.learns else "D", color=colour, markersize=6)
        axes.set_yticks(range(len(known)), [textwrap.fill(_name(result), LETTERS) for result in reversed(known)])
        axes.set(xlabel=f"{tables.METRICS[metric]}, %", ylim=(-0.6, len(known) - 0.4))
        axes.grid(axis="y", visible=False)
        means = ", ".join(f"{_name(result)} {tables.percent(result.mean(metric))}" for result in known)
        svg = finish(f"{title}, {tables.METRICS[metric]}: {means}.")
    caption = f"{tables.METRICS[metric]}: mean and 95 % interval, faint: single seeds; grey: no learning"
    return figures.Figure(svg, caption)


def _name(result: results.Result) -> str:
    return f"{result.method} ({result.selection})" if result.learns else result.method
