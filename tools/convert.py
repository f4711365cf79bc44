# SPDX-License-Identifier: MIT
"""Converts pose files of any source to the interchange form: recordings.npz and splits.json, joints of a Kinect.

python tools/convert.py FOLDER OUT --units=mm --fill=5

FOLDER holds files as `datasets_tfds/own_recordings/README.md` lists them, one person or more; every option of that data
set is a flag. What was found, chosen and repaired is said line by line. Where there is one person only, all recordings
are written as the split `train`.
"""

import pathlib
import sys

from absl import app, flags

from datasets_tfds.own_recordings import interchange, options, pose_files
from datasets_tfds.own_recordings.layouts import tables

FLAGS = flags.FLAGS
_DEFINE = {str: flags.DEFINE_string, int: flags.DEFINE_integer, float: flags.DEFINE_float}
SETTINGS = ("splits", "layout", "pattern", "units", "confidence", "fill", "resample", "fps", "skeleton", "split", "gap")
for _name in SETTINGS:
    _DEFINE[type(options.OPTIONS[_name])](
        _name, options.OPTIONS[_name], f"Option {_name} of the data set own_recordings."
    )


def main(argv: list[str]) -> None:
    """Reads the folder and writes the other one."""
    if len(argv) != 3:
        raise SystemExit(f"usage: {argv[0]} FOLDER OUT; layouts: {', '.join(tables.LAYOUTS)}")
    folder, out = map(pathlib.Path, argv[1:])
    chosen = options.OPTIONS | {name: FLAGS[name].value for name in SETTINGS}
    try:
        whole, skeleton, fps = pose_files.recordings(folder, chosen, _say)
        alone = (
            len({example["identity"] for example in whole.values()}) == 1 and not (folder / chosen["splits"]).exists()
        )
        splits = {"train": list(whole.values())} if alone else pose_files.divided(whole, folder, chosen, _say)
        interchange.write(out, splits, fps)
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(f"stopped: {error}") from None
    counts = ", ".join(f"{len(rows)} {split}" for split, rows in splits.items())
    sys.stdout.write(f"{out}: {counts} segments, {skeleton}, {fps or 'unknown'} frames per second\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    app.run(main)
