# SPDX-License-Identifier: MIT
"""A comparison as a table of texts: for pages, Markdown and LaTeX; as records of numbers; and in sentences."""

import dataclasses
import math
from collections.abc import Sequence

from components import markdown as markdown_table
from components.compare import results
from components.report import tables
from tfskel.evaluation import bootstrap

METRICS = ("rank1", "nAUC", "mAP")
_LATEX = {"\\": r"\textbackslash{}", "±": r"$\pm$", "–": "--"} | {sign: f"\\{sign}" for sign in "&%$#_{}"}


@dataclasses.dataclass(frozen=True)
class Table:
    """`rows` hold a cell (text, detail) for each of `columns`; `kinds` are "result" or "baseline", one for each row."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[tuple[str, str]]]
    kinds: list[str]


def table(family: results.Family) -> Table:
    """The results of a family, what learns nothing last."""
    metrics = _metrics(family)
    judged = [metric for metric in metrics if metric in bootstrap.METRICS]
    references = {metric: family.references(metric) for metric in judged}
    several = len({result.method for result in family.results if result.learns}) > 1
    names = (results.NO_LEARNING, results.BEST) if several else (results.NO_LEARNING,)
    pairs = [(name, metric) for name in names for metric in judged
             if name in references[metric]]  # fmt: skip
    heads = [f"{tables.METRICS[metric]} beside {name}" for name, metric in pairs]
    columns = ["method", "epoch chosen by (selection)", "seeds", *(tables.METRICS[metric] for metric in metrics)]
    body = [
        [*_names(result), *(_number(result, metric) for metric in metrics),
         *(_beside(result, references[metric][name], name, metric) for name, metric in pairs)]
        for result in family.results
    ]  # fmt: skip
    kinds = ["result" if result.learns else "baseline" for result in family.results]
    return Table(f"Family {family.title}", _note(family), columns + heads, body, kinds)


def _metrics(family: results.Family) -> list[str]:
    return [name for name in METRICS if any(math.isfinite(result.mean(name)) for result in family.results)]


def _note(family: results.Family) -> str:
    return (
        "Percent, all items of the probe; mean ± standard deviation over seeds, in brackets the 95 % interval; "
        "differences in points with theirs. Intervals and p (two-sided, not corrected for the number of rows): "
        f"{bootstrap.DRAWS:,} paired draws of the {family.drawn}. A method beats the best row without learning when "
        "the whole interval is above zero. An epoch chosen on the probe itself is never called the best."
    )


def _names(result: results.Result) -> list[tuple[str, str]]:
    method = result.method if result.learns else f"no learning: {result.method}"
    return [(method, ""), (result.selection, ""), (", ".join(map(str, result.seeds)) or tables.MISSING, "")]


def _number(result: results.Result, metric: str) -> tuple[str, str]:
    text = tables.mean(result.values.get(metric, []))
    low, high = result.interval(metric) if metric in bootstrap.METRICS else (math.nan, math.nan)
    return text, f"{tables.percent(low)} to {tables.percent(high)}" if math.isfinite(low) else ""


def _beside(result: results.Result, reference: results.Result, name: str, metric: str) -> tuple[str, str]:
    if not result.learns or not math.isfinite(result.mean(metric)):
        return ("", "")
    if result is reference:
        return (name, "")
    found = result.against(reference, metric)
    said = ("beats it: " if found["low"] > 0 else "does not beat it: ") if name == results.NO_LEARNING else ""
    return f"{said}{100 * found['points']:+.1f}", _uncertain(found)


def _uncertain(found: dict[str, float]) -> str:
    return f"{100 * found['low']:+.1f} to {100 * found['high']:+.1f}, p {found['p']:.2g}"


def markdown(shown: Table) -> str:
    """The table with its title and note."""
    rows = [[f"{text} ({detail})" if detail else text for text, detail in row] for row in shown.rows]
    return f"{shown.title}. {shown.note}\n\n{markdown_table.table(shown.columns, rows)}\n"


def latex(shown: Table) -> str:
    """A `tabular` that needs no package."""
    rows = [[f"{text} ({detail})" if detail else text for text, detail in row] for row in shown.rows]
    lines = [" & ".join(map(_escaped, row)) + r" \\" for row in (shown.columns, *rows)]
    head, *body = lines
    between = [rf"\begin{{tabular}}{{lll{'r' * (len(shown.columns) - 3)}}}", r"\hline", head, r"\hline", *body]
    comment = "".join(f"% {sentence}\n" for sentence in (shown.title, shown.note))
    return comment + "\n".join([*between, r"\hline", r"\end{tabular}", ""])


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)


def records(family: results.Family) -> list[dict]:
    """A row of numbers for each result and metric; fractions, and None where there is none."""
    found = []
    for result in family.results:
        for metric in _metrics(family):
            row = {"family": family.title, "method": result.method, "selection": result.selection,
                   "learns": result.learns, "seeds": " ".join(map(str, result.seeds)), "metric": metric,
                   "mean": result.mean(metric), "sd": result.deviation(metric)}  # fmt: skip
            if metric in bootstrap.METRICS:
                row |= dict(zip(("low", "high"), result.interval(metric), strict=True))
                for name, reference in family.references(metric).items():
                    row |= {f"{name}: method": reference.method}
                    row |= {f"{name}: {key}": value for key, value in result.against(reference, metric).items()}
            found.append({key: _plain(value) for key, value in row.items()})
    return found


def _plain(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def sentences(family: results.Family) -> list[str]:
    """What is to be said of each method beside the best row without learning, in rank-1 and mAP."""
    said = []
    for result in (result for result in family.results if result.learns):
        claims = []
        for metric in _judged(family):
            reference = family.references(metric)[results.NO_LEARNING]
            text, detail = _beside(result, reference, results.NO_LEARNING, metric)
            verdict, points = text.split(" it: ")
            ours, theirs = (tables.percent(one.mean(metric)) for one in (result, reference))
            claims.append(f"{tables.METRICS[metric]} {ours} {verdict} {theirs}: {points} points ({detail})")
        if claims:
            said.append(f"{result.method}, {result.selection}: {'; '.join(claims)}.")
    return said


def _judged(family: results.Family) -> Sequence[str]:
    return [metric for metric in bootstrap.METRICS if results.NO_LEARNING in family.references(metric)]
