# SPDX-License-Identifier: MIT
"""Writes the frames of a list file as the TFRecords that the original programs for tracklets read.

python tools/export_tfrecords.py LIST IMAGES OUT --split train --shards 10

LIST: path, tracklet and camera in each line; IMAGES: folder that its paths are relative to; OUT: folder to write, new.
A training set is shuffled as the original converter does; a test set keeps its order.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from components import terminal
from datasets_tfds.readers import frame_lists, frame_records


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes OUT; returns 1 with a message if that is not possible."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("list", "images", "out"):
        parser.add_argument(name, metavar=name.upper(), type=pathlib.Path)
    parser.add_argument("--split", choices=("train", "test"), required=True)
    parser.add_argument("--shards", type=int, default=1, help="number of files (default 1)")
    options = parser.parse_args(arguments)
    if options.shards < 1:
        parser.error(f"--shards must be at least 1; received {options.shards}")
    try:
        frames = frame_lists.read(options.list)
        frame_records.write(options.out, options.split, frames, options.images, options.shards)
    except (ValueError, OSError) as error:
        print(f"export_tfrecords: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {len(frames)} frames to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
