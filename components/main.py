# SPDX-License-Identifier: MIT
"""The command line of the runner: a recipe, where to work, which stages."""

import os
import pathlib
import sys
import textwrap
from collections.abc import Sequence

from absl import app, flags
from ml_collections import config_flags

from components import option_flags, recipe_flags, recipe_names, screen, terminal

FLAGS = flags.FLAGS
CONFIG = config_flags.DEFINE_config_file(
    "config",
    None,
    "Recipe, e.g. configs/sm_sge_ks20.py. Override any value: --config.training.epochs=3.",
    lock_config=True,
)
FLAGS["config"].parser.parse = option_flags.opened(FLAGS["config"].parser.parse)
WORKDIR = flags.DEFINE_string("workdir", None, "Folder of the run; default runs/<recipe>.")
STAGES = flags.DEFINE_list("stages", [], "Only these stages, e.g. --stages=evaluate,report; default all.")
FORCE = flags.DEFINE_list("force", [], "Run these stages even when their output could be reused, e.g. --force=train.")

USAGE = """Runs a recipe: ingest, train, export, cluster, evaluate, report.

python tools/run.py --config configs/sm_sge_gait_sim.py

Recipes, found in the working folder's configs or in the installed package:
"""


def execute(config, workdir: pathlib.Path, only: Sequence[str] = (), force: Sequence[str] = ()) -> None:
    """Runs the stages of a recipe.

    Args:
        config: resolved recipe.
        workdir: folder of the run.
        only, force: stage names, see `runner.run`.

    Raises:
        SystemExit: a user's mistake; the message says what to do.
    """
    from components import ingest, recipe_check, runner, workers

    try:
        recipe_check.check(config)
        ingest.check_available(config)
        with screen.log(workdir / workers.folder(config)):
            runner.run(config, workdir, only=only, force=force)
    except (runner.StageError, ValueError, OSError) as error:
        raise SystemExit(f"\nstopped: {error}") from None


def main(argv: list[str]) -> None:
    """Runs the recipe of the command line and prints where the results are."""
    if len(argv) > 1:
        raise SystemExit(f"unexpected argument {argv[1]!r}; settings are given as --config.section.key=value.")
    recipe = config_flags.get_config_filename(FLAGS["config"])
    workdir = pathlib.Path(WORKDIR.value or pathlib.Path("runs") / recipe_names.default_name(recipe))
    with screen.opened():
        execute(CONFIG.value, workdir, STAGES.value, FORCE.value)
        from components import summary

        said = summary.text(workdir)
    sys.stdout.write(said)


def _parse(arguments: list[str]) -> list[str]:
    """Parses the flags; a misspelt key or a value of the wrong type is a message with a suggestion, not a traceback."""
    try:
        return FLAGS(arguments)
    except (AttributeError, KeyError, TypeError, ValueError, flags.Error) as error:
        raise SystemExit(
            f"the recipe cannot be used: {recipe_flags.reason(error)}\nSee the recipe and its base in configs/."
        ) from None


def console() -> None:
    """Entry point of `tfskel-run` and tools/run.py."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    terminal.replace_unprintable()
    flags.mark_flag_as_required("config")
    try:
        terminal.check_decoded(sys.argv)
        sys.argv[1:] = recipe_names.resolve(sys.argv[1:])
    except ValueError as error:
        raise SystemExit(str(error)) from None
    listed = textwrap.fill(", ".join(recipe_names.known()), 100, break_long_words=False)
    sys.modules["__main__"].__doc__ = USAGE + listed
    app.run(main, flags_parser=_parse)
