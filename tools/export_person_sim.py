# SPDX-License-Identifier: MIT
"""Writes rendered persons as the plain folders that the authors' original programs read, with a contact sheet."""

from __future__ import annotations

import argparse
import pathlib
import sys

from components import terminal
from datasets_tfds.person_sim import folders
from datasets_tfds.person_sim.options import OPTIONS, Options

_EXAMPLE = "export_person_sim.py --set dancers --seed 1 --out data/dancers"


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"Example: {_EXAMPLE}")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write; must be new")
    for name, default in OPTIONS.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=f"option of person_sim ({default})")
    flags = vars(parser.parse_args(arguments))
    out = flags.pop("out")
    try:
        folders.write(Options(**flags), out)
    except (ValueError, OSError) as error:
        print(f"export_person_sim: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
