# SPDX-License-Identifier: MIT
"""Forms of reading stored frames that tools/bench.py measures against each other, and what many of them take."""

import io
import pathlib
import tempfile
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from datasets_tfds import image_builder
from tests.tools import race
from tfskel.data import frames, image_quality, image_split

# size -> frames, their height, recipe's image size, turns
FRAMES = {"tiny": (20, 32, 32, 1), "default": (400, 128, 128, 5), "full": (2000, 128, 256, 5)}
# size -> frames of 32 x 16 pixels, turns
MANY_FRAMES = {"tiny": (60, 1), "default": (5000, 1), "full": (100_000, 1)}
MOST_BYTES = 2e9  # of 100,000 frames
BATCH, SMALL = 64, 32


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear in float64: row i of the result lies at i * H / height, without half pixels. (H, W, 3) numbers."""
    for axis, size in ((0, height), (1, width)):
        place = np.arange(size) * (pixels.shape[axis] / size)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, pixels.shape[axis] - 1)
        share = (place - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        pixels = pixels.take(low, axis) * (1 - share) + pixels.take(high, axis) * share
    return pixels


def decoded(image: bytes) -> np.ndarray:
    """(H, W, 3) float64 levels of an encoded image."""
    return np.asarray(Image.open(io.BytesIO(image)).convert("RGB"), np.float64)


def pictures(count: int, height: int) -> Iterator[dict]:
    """Frames of noise, ten a tracklet, two tracklets an identity."""
    rng = np.random.default_rng(0)
    for number in range(count):
        stream, tracklet = io.BytesIO(), number // 10
        Image.fromarray(rng.integers(0, 256, (height, height // 2, 3), np.uint8)).save(stream, "PNG", compress_level=1)
        yield {"image": stream.getvalue(), "identity": f"p{tracklet // 2}", "camera": f"c{tracklet % 2}",
               "tracklet": f"t{tracklet}", "frame": number % 10, "path": f"t{tracklet}/{number % 10}.png"}  # fmt: skip


class StoredFrames(image_builder.ImageBuilder):
    """Given frames as a data set like any other."""

    pkg_dir_path = pathlib.Path(__file__).parent  # TFDS finds it only for modules of packages

    def __init__(self, folder: pathlib.Path, examples: Iterable[dict]):
        tfds.disable_progress_bar()
        super().__init__(data_dir=folder)
        self.examples = examples
        self.download_and_prepare()

    def images(self, manual_dir):
        """One split with all of them."""
        return {"train": self.examples}


def one_by_one(split: image_split.ImageSplit, order: np.ndarray) -> list[np.ndarray]:
    """Each frame read, decoded by Pillow and resized by NumPy before the next."""
    size = split.image_size, split.image_size // 2
    found = (resized(decoded(split.encoded(order[place : place + 1])[0]) / 255, *size) for place in range(len(order)))
    return [(image * 2 - 1).astype(np.float32) for image in found]


def batches(order: np.ndarray) -> list[np.ndarray]:
    """Rows of batches."""
    return [order[begin : begin + BATCH] for begin in range(0, len(order), BATCH)]


def frame_pipeline(size: str) -> list[dict]:
    """Stored frames in random order as a network is fed them, and their bytes without decoding."""
    count, height, image_size, turns = FRAMES[size]
    order = np.random.default_rng(1).permutation(count)
    with tempfile.TemporaryDirectory() as folder:
        stored = frames.scan(pathlib.Path(StoredFrames(folder, pictures(count, height)).data_path), "train")
        split = image_split.ImageSplit(stored, np.arange(count), image_size, [])

        def fed(encoded: list[list[bytes]]) -> np.ndarray:
            images = (decoded(image) / 255 for batch in encoded for image in batch)
            return np.stack([resized(image, image_size, image_size // 2) * 2 - 1 for image in images])

        forms = [
            race.Form("one by one", lambda: one_by_one(split, order), count),
            race.Form("batches", lambda: list(split.batches(batches(order))), count, np.concatenate),
            race.Form("bytes", lambda: [split.encoded(rows) for rows in batches(order)], count, fed),
        ]
        rows = [
            race.Row("frames decoded", "one by one", "batches", least_ratio=1),
            race.Row("frames not decoded", "one by one", "bytes"),
        ]
        return race.race(rows, forms, "frame", turns, tolerance=1e-5)


def many_frames(size: str) -> list[dict]:
    """Columns, quality report and a round of batches of many frames, beside all of them decoded in memory."""
    count, turns = MANY_FRAMES[size]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(StoredFrames(folder, pictures(count, SMALL)).data_path)
        order = np.random.default_rng(1).permutation(count)

        def split() -> image_split.ImageSplit:
            return image_split.ImageSplit(frames.scan(path, "train"), np.arange(count), SMALL, [])

        def in_memory() -> list[float]:
            images = split().read(slice(None))
            return [float(images[rows].mean()) for rows in batches(order)]

        def streamed() -> list[float]:
            read = split()
            image_quality.report({"train": read.frames})
            return [float(batch.numpy().mean()) for batch in read.batches(batches(order))]

        forms = [race.Form("in memory", in_memory, count), race.Form("streamed", streamed, count)]
        most = MOST_BYTES / count if size == "full" else 0  # few frames do not outweigh what reading takes itself
        return race.race([race.Row("memory", *(f.name for f in forms), most_bytes=most)], forms, "frame", turns, 1e-3)
