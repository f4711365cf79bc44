# SPDX-License-Identifier: MIT
"""Lists, orders and TFRecords of the original uPMnet's converter beside what the product reads and writes."""

import pathlib
import tempfile
from collections.abc import Iterator

import numpy as np

from datasets_tfds.readers import frame_lists, frame_records
from tests.parity import reading, rows

SHUFFLE = "python2_shuffle.json"
SPLITS = ("train", "test")


def claims(path: pathlib.Path) -> bool:
    """Whether a file is a recorded order, a list, or belongs to a folder of records."""
    records = path.suffix == ".tfrecord" or path.name == "labels.txt"
    return path.name == SHUFFLE or records or path.name in (f"{split}data.txt" for split in SPLITS)


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of a file; those of a folder of records once, with its first file."""
    if path.name == SHUFFLE:
        row = rows.Table("upmnet", path.stem)
        for count, order in reading.load_settings(path).items():
            yield row(f"list_order/{count}", frame_lists.shuffled(range(int(count)))[: len(order)], order)
    elif path.suffix == ".txt" and path.name != "labels.txt":
        yield from _list(path)
    elif memory.setdefault(path.parent, path) == path:
        yield from _records(path.parent)


def _list(path: pathlib.Path) -> Iterator[rows.Row]:
    """A list names the first frames of the first tracklets of the recorded pictures, in their order."""
    split, frames = path.stem.removesuffix("data"), frame_lists.read(path)
    row, pictures = rows.Table("upmnet", path.name), _pictures(path)
    places = [_place(pictures, split, frame) for frame in frames]
    yield row("list/ascending", sorted(places), places)
    yield row("list/count", [len(set(places))], [len(frames)])


def _records(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Order and pictures of the records, and those that the product writes of the same list and pictures."""
    split = next(split for split in SPLITS if list(folder.glob(f"{split}data_*.tfrecord")))
    row, pictures = rows.Table("upmnet", folder.name), _pictures(folder)
    listed = frame_lists.read(folder.parent / f"{split}data.txt")
    found = list(frame_records.read(folder, split))
    order = listed if split == "test" else frame_lists.shuffled(listed)
    yield row("records/order", [listed.index(frame) for frame, _ in found], [listed.index(frame) for frame in order])
    images = [pictures[f"{split}_images"][_place(pictures, split, frame)] for frame in order]
    yield row("records/pictures", [_decoded(encoded) for _, encoded in found], np.stack(images))
    shards = sorted(path.name for path in folder.glob("*.tfrecord"))
    with tempfile.TemporaryDirectory() as made:
        made = pathlib.Path(made)
        for frame, encoded in found:
            (made / frame.path).parent.mkdir(parents=True, exist_ok=True)
            (made / frame.path).write_bytes(encoded)
        frame_records.write(made / "written", split, listed, made, len(shards))
        yield row("records/shards_set", {path.name for path in (made / "written").glob("*.tfrecord")}, set(shards))
        sizes = [[_count(place / name) for name in shards] for place in (made / "written", folder)]
        yield row("records/shard_sizes", *sizes)
        again = [frame for frame, _ in frame_records.read(made / "written", split)]
        yield row("records/written_order", [listed.index(frame) for frame in again],
                  [listed.index(frame) for frame, _ in found])  # fmt: skip
        labels = [
            [ord(letter) for letter in (place / "labels.txt").read_text()] for place in (made / "written", folder)
        ]
        yield row("records/labels", *labels)


def _pictures(path: pathlib.Path) -> dict:
    above = next((folder for folder in path.parents if (folder / "end_to_end").is_dir()), path.parent)
    return reading.load(above / "end_to_end" / "walkers.npz")


def _place(pictures: dict, split: str, frame: frame_lists.Frame) -> int:
    """Row of a listed frame among the recorded pictures."""
    number = int(pathlib.PurePath(frame.path).stem)
    wanted = {"tracklet": frame.tracklet, "camera": frame.camera, "frame": number}
    (place,) = np.flatnonzero(np.all([pictures[f"{split}_{name}"] == value for name, value in wanted.items()], axis=0))
    return int(place)


def _decoded(encoded: bytes) -> np.ndarray:
    import tensorflow as tf

    from tfskel.data import image_pixels

    return image_pixels.decode(tf.constant(encoded)).numpy()


def _count(path: pathlib.Path) -> int:
    import tensorflow as tf

    return sum(1 for _ in tf.data.TFRecordDataset(str(path)))
