# SPDX-License-Identifier: MIT
"""The lines a finished run ends with: metrics, and where the report and the logs are."""

import pathlib
import textwrap

from components import logs
from components.report import stage, stress_table, tables, unknown_table, verdict
from tfskel import arrays

WIDTH = 100  # characters of a line


def text(workdir: pathlib.Path) -> str:
    """Result tables and paths of a run; empty when it has no report yet."""
    folder = workdir / "report"
    if not (folder / stage.METRICS).exists():
        return ""
    found = arrays.read_json(folder / stage.METRICS)
    families = tables.families(found["rows"], found["baselines"], found["published"], found.get("verdicts", []))
    lines = ["", *(_wrapped(family.verdict) for family in families if family.verdict)]
    for family in families:
        width = max(len(line.label) for line in family.lines)
        columns = [max(12, len(name)) for name in family.columns]
        heads = "  ".join(name.rjust(size) for name, size in zip(family.columns, columns, strict=True))
        lines += [f"{family.title}, percent", f"  {'':{width}}  {heads}"]
        for line in family.lines:
            cells = "  ".join(cell[0].rjust(size) for cell, size in zip(line.cells, columns, strict=False))
            lines.append(f"  {line.label:{width}}  {cells}")
        lines += [f"  {family.note}", ""] if family.note else [""]
    lines += [found["protocol"], ""] if "protocol" in found else []
    said = unknown_table.sentence(found["rows"], found.get("unknown", "")), stress_table.sentence(found["rows"])
    for sentence in filter(None, said):
        lines += [textwrap.fill(sentence, WIDTH), ""]
    lines += [f"report:       {folder / stage.PAGE}", f"metrics:      {folder / stage.METRICS}"]
    lines += [f"TensorBoard:  tensorboard --logdir {workdir}  ({logs.EVENTS} folders of each seed)", ""]
    return "\n".join(lines)


def _wrapped(statement: verdict.Statement) -> str:
    """A verdict in short lines, each of its claims on a line of its own."""
    parts = [f"{statement.of}:", *(f"  {part}" for part in (*statement.claims, statement.drawn))]
    return "\n".join(textwrap.fill(part, WIDTH, subsequent_indent="    ") for part in parts) + "\n"
