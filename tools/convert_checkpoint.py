# SPDX-License-Identifier: MIT
"""Converts a checkpoint of an original program into weights of this package.

python tools/convert_checkpoint.py sm_sge PATH OUT          PATH: prefix (model.ckpt) or folder; OUT: folder to write
python tools/convert_checkpoint.py cage X Y Z OUT           CAGE has a checkpoint for each axis
python tools/convert_checkpoint.py upmnet LOCAL GLOBAL OUT   uPMnet has two networks; one alone is converted too
python tools/convert_checkpoint.py st_reidnet E.pth G.pth Di.pth Dp.pth OUT     any of them, or a baseline's .pth.tar
"""

import argparse
import json
import sys
from collections.abc import Sequence

from components import terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes OUT and prints its description; returns 1 with a message if that is not possible."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", help="cage, hi_mpc, sm_sge, st_reidnet or upmnet")
    parser.add_argument("path", metavar="PATH", nargs="+")
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--skeleton", help="fail unless the checkpoint has this joint layout")
    parser.add_argument("--length", type=int, default=6, help="frames per sequence (default 6)")
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")
    options = parser.parse_args(arguments)

    from tfskel.checkpoints import convert

    try:
        description = convert.convert(**vars(options))
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"convert_checkpoint: {error}", file=sys.stderr)
        return 1
    print(json.dumps(description, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
