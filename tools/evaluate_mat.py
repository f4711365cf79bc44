# SPDX-License-Identifier: MIT
"""Evaluates feature files of the original uPMnet without training.

python tools/evaluate_mat.py prid2011 LOCAL GLOBAL --list testdata.txt
python tools/evaluate_mat.py ilids_vid LOCAL GLOBAL --ids testID.mat --cameras testCAM.mat
python tools/evaluate_mat.py dukemtmc_videoreid LOCAL GLOBAL --tracks tracks.mat --query query.mat

LOCAL and GLOBAL: test.mat, test_20000_.mat, or a folder of test_0.mat, test_1.mat, ...; one network alone works, too.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from components import terminal

RANKS = (1, 5, 10, 20)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the metrics in percent; returns 1 with a message if that is not possible."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", help="whose protocol is used")
    parser.add_argument("features", nargs="+", type=pathlib.Path, metavar="FEATURES", help="of each network")
    parser.add_argument("--list", type=pathlib.Path, help="list file of the frames: path, identity, camera")
    parser.add_argument("--ids", type=pathlib.Path, help=".mat file with the identity of each frame")
    parser.add_argument("--cameras", type=pathlib.Path, help=".mat file with the camera of each frame")
    parser.add_argument("--tracks", type=pathlib.Path, help=".mat file: first and last frame, identity, camera")
    parser.add_argument("--query", type=pathlib.Path, help=".mat file with the numbers of the tracks searched for")
    parser.add_argument("--pooling", choices=("max", "mean"), help="of frames; default as the protocol says")
    options = parser.parse_args(arguments)
    try:
        metrics = evaluate(options)
    except (ValueError, OSError) as error:
        print(f"evaluate_mat: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"{name:14} {100 * value:6.2f}" for name, value in metrics.items()))
    return 0


def evaluate(options: argparse.Namespace) -> dict[str, float]:
    """Metrics of the files that the options name, as fractions.

    Raises:
        ValueError: an unknown protocol, options that do not go together, or files that do not fit.
        OSError: a file cannot be read.
    """
    from tfskel.evaluation import protocols

    protocol = protocols.protocol(options.dataset, protocols.STANDARD.probe)
    if not protocol.pooling:
        raise ValueError(f"the protocol of {options.dataset!r} is not one of tracklets.")
    probe, gallery = (_tracks if options.tracks else _frames)(options, options.pooling or protocol.pooling)
    found = protocol.retrieve(probe, gallery, max_rank=max(RANKS))
    curve = {f"rank{rank}": float(found.cmc[rank - 1]) for rank in RANKS}
    return curve | {name: value for name, value in protocol.metrics(found).items() if "rank" not in name}


def _frames(options: argparse.Namespace, pooling: str) -> list:
    """Tracklets of the first camera and those of the others, from the identity and camera of every frame."""
    import numpy as np

    from datasets_tfds.readers import frame_lists
    from tfskel.evaluation import feature_files

    if options.list:
        listed = frame_lists.read(options.list)
        identity, camera = (np.array([getattr(frame, name) for frame in listed]) for name in ("tracklet", "camera"))
    elif options.ids and options.cameras:
        identity, camera = feature_files.column(options.ids), feature_files.column(options.cameras)
    else:
        raise ValueError("name the frames: --list FILE, --ids FILE --cameras FILE, or --tracks FILE --query FILE.")
    if len(identity) != len(camera):
        raise ValueError(f"{options.ids} names {len(identity)} frames, {options.cameras} {len(camera)}.")
    tracklet = np.char.add(np.char.add(camera.astype(str), " "), identity.astype(str))
    vectors, first = feature_files.templates(options.features, tracklet, pooling)
    identity, camera = identity[first], camera[first]
    if len(set(camera)) < 2:
        raise ValueError(f"all frames are of camera {camera[0]}; probe and gallery are tracklets of different cameras.")
    sides = camera == camera.min(), camera != camera.min()
    return [feature_files.items(vectors[side], identity[side], camera[side]) for side in sides]


def _tracks(options: argparse.Namespace, pooling: str) -> list:
    """Tracks searched for, and all tracks, from a table of consecutive frames."""
    import numpy as np

    from tfskel.evaluation import feature_files

    if not options.query:
        raise ValueError("--tracks needs --query, the numbers of the tracks that are searched for, from 1.")
    first, last, identity, camera = feature_files.track_table(options.tracks)
    tracklet = np.repeat(np.arange(len(first)), last - first + 1).astype(str)
    vectors, _ = feature_files.templates(options.features, tracklet, pooling)
    query = feature_files.column(options.query) - 1
    if not len(query) or query.min() < 0 or query.max() >= len(first):
        raise ValueError(f"{options.query} must hold numbers of tracks from 1 to {len(first)}.")
    return [feature_files.items(vectors[rows], identity[rows], camera[rows]) for rows in (query, slice(None))]


if __name__ == "__main__":
    sys.exit(main())
