# SPDX-License-Identifier: MIT
"""Compares recordings of the original programs with this package, one row per quantity.

python tools/parity.py PATH...    folders like tests/golden/<system>, wherever they lie, or files of one

The comparison is part of the repository's tests (tests/parity); an installed package does not have it.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns 1 if a row failed, a known file could not be compared, or nothing was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=pathlib.Path, metavar="PATH")
    parser.add_argument("--failed", action="store_true", help="print only the rows that failed, and the summary")
    options = parser.parse_args(arguments)
    if not (ROOT / "tests" / "parity" / "registry.py").is_file():
        parser.error(
            f"{ROOT} has no tests/parity, which holds the comparison and is not part of an installed package. Run "
            "tools/parity.py from a checkout of the repository."
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))

    from components import terminal
    from tests.parity import registry, rows

    terminal.replace_unprintable()
    results = list(registry.compare(options.paths))
    compared = [result for result in results if isinstance(result, rows.Row)]
    problems = [result for result in results if isinstance(result, registry.Problem)]
    failed = [row for row in compared if not row.ok]
    shown = failed if options.failed else compared
    if shown:
        print("\n".join(rows.table(shown)))
    if compared:
        print("\nworst row per quantity")
        print("\n".join(rows.table(rows.worst_per_quantity(compared))))
    for problem in problems:
        print(f"not compared: {problem.path}: {problem.reason}")
    print(f"\n{len(compared)} rows, {len(failed)} failed, {len(problems)} files not compared")
    if not compared:
        print("nothing was compared: give a folder or files in the form of a recorded system")
    return int(bool(failed) or not compared or any(problem.known for problem in problems))


if __name__ == "__main__":
    sys.exit(main())
