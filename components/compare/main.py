# SPDX-License-Identifier: MIT
"""The command line of comparisons: recipes or named comparisons, seeds, and where tables go."""

import argparse
import os
import pathlib
import sys
import textwrap
from collections.abc import Sequence

from components import artefacts, runner, screen, terminal
from components.compare import markers, named

USAGE = """Compares recipes on one data set: runs what is missing, reuses what is finished, and writes one table.

python tools/compare.py demo
python tools/compare.py configs/cage_gait_sim.py "configs/hi_mpc_gait_sim.py --config.training.epochs=15" --seeds=1,2,3
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("methods", nargs="*", metavar="RECIPE or NAME",
        help="recipes with settings in one quoted word, as tools/run.py --config takes them; or names in "
        f"configs/{named.FILE}, such as demo")  # fmt: skip
    add("--name", default="comparison", help="what a comparison of recipes is called")
    add("--seeds", default=(), type=_numbers, help="of every method, e.g. 1,2,3; default as the recipes say")
    add("--runs", default="runs", type=pathlib.Path, help="folder of the runs, finished or not")
    add("--output", type=pathlib.Path, help="folder of the results; default RUNS/compare_NAME")
    add("--reports", action="store_true", help="run all stages, so that every run has a report of its own")
    add("--write", type=pathlib.Path, metavar="FILE", help="also replace the table between <!-- compare:NAME --> and "
        "<!-- /compare:NAME --> in this file; without methods: of every NAME that it has")  # fmt: skip
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected whole numbers, e.g. 1,2,3; received {text!r}") from None


def _wanted(options: argparse.Namespace) -> dict[str, list[tuple[str, str]]]:
    """Comparison -> (label, recipe and settings) of its methods."""
    known = named.known()
    names = options.methods or (markers.names(options.write) if options.write else [])
    recipes = [("", word) for word in names if word not in known]
    if not options.methods and recipes:
        raise ValueError(
            f"{options.write} has a table {recipes[0][1]!r}, which is no comparison of configs/{named.FILE}: "
            f"{', '.join(known)}."
        )
    wanted = {name: list(known[name].items()) for name in names if name in known}
    wanted |= {options.name: recipes} if recipes else {}
    if not wanted or (options.output and len(wanted) > 1):
        raise ValueError("name one comparison, or recipes of one data set; see --help.")
    return wanted


def _compare(name: str, methods: Sequence[tuple[str, str]], options: argparse.Namespace) -> str:
    """Runs and writes one comparison; returns what is printed."""
    from components.compare import entries, page
    from components.report import stage

    found = entries.read(methods, options.runs, options.seeds)
    output = options.output or options.runs / f"compare_{name}"
    if output.exists() and any(output.iterdir()) and not (output / artefacts.FINGERPRINT).exists():
        raise ValueError(f"{output} holds other files than those of a comparison; choose another --output.")
    if options.write:
        markers.around(options.write, name)  # refused before hours of work
    entries.finish(found, () if options.reports else entries.STAGES)
    key = {"comparison": name, "methods": [list(pair) for pair in methods], "seeds": list(options.seeds)}
    sentences = page.write(artefacts.begin(output, key, resume=False), name, found, output)
    artefacts.publish(output, key)
    if options.write:
        markers.write(options.write, name, (output / page.MARKDOWN).read_text(encoding="utf-8"))
    said = "\n\n".join(textwrap.fill(sentence, 100) for sentence in sentences)
    files = ", ".join((page.MARKDOWN, page.LATEX, f"{page.NUMBERS}.csv"))
    reports = [f"report:      {entry.workdir / 'report' / stage.PAGE}\n" for entry in found if options.reports]
    return f"\n{said}\n\n{''.join(reports)}comparison:  {output / page.PAGE}\ntables:      {files} beside it\n"


def console() -> None:
    """Entry point of `tfskel-compare` and tools/compare.py."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    terminal.replace_unprintable()
    options = _parser().parse_args()
    try:
        terminal.check_decoded(sys.argv)
        wanted = _wanted(options)
        with screen.opened():
            printed = [_compare(name, methods, options) for name, methods in wanted.items()]
    except (runner.StageError, ValueError, OSError) as error:
        raise SystemExit(f"stopped: {error}") from None
    sys.stdout.write("\n".join(printed))
