# SPDX-License-Identifier: MIT
"""ST-ReIDNet's pixels beside their recordings: decoding, resizing, cropping, erasing, pose maps and bodies."""

import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tests.parity import reading, rows
from tfskel.data import eraser, image_pixels, pil_resize, pose_maps, random_crop

SIZE = (256, 128)
SIGMA, ERASED_JOINT, FULL_JOINT = 5, 2, 5


class Recorded:
    """Gives recorded draws, whichever way they are asked for, in their order.

    Args:
        draws: (N,) float.
    """

    def __init__(self, draws: np.ndarray):
        self.left = list(draws)

    def uniform(self, low: float, high: float) -> float:
        """The next one.

        Raises:
            ValueError: there is none, or it is outside.
        """
        if not self.left or not low <= self.left[0] <= high:
            raise ValueError(f"the next of the recorded draws {self.left} is not in [{low}, {high}].")
        return float(self.left.pop(0))

    def integers(self, low: int, high: int, endpoint: bool) -> int:
        """As `uniform`; `high` is included whatever is said."""
        return int(self.uniform(low, high))


def of_transforms(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """One image resized, prepared for a test, erased and cropped by recorded draws."""
    recorded, row = reading.load(path), rows.Table("st_reidnet", path.stem)
    image = recorded["image"]
    large = recorded["up_256x128_uint8"]
    yield row("resized/larger", pil_resize.resize(image[None], SIZE)[0], large)
    yield row("resized/smaller", pil_resize.resize(image[None], (64, 32))[0], recorded["down_64x32_uint8"])
    prepared = image_pixels.prepare(image[None], SIZE, image_pixels.TORCHVISION)[0].numpy()
    yield row("prepared", np.moveaxis(prepared, -1, 0)[:, ::4, ::4], recorded["test_transform_chw"])
    for name, draws in recorded.items():
        case, _, kind = name.partition("_")
        if kind == "draws" and case.startswith("crop"):
            left, top, right, bottom = random_crop.rectangle(*image.shape[:2], Recorded(draws))
            part = pil_resize.resize(image[None, top:bottom, left:right], SIZE)[0]
            yield row(f"cropped/{case}", part[::2, ::2], recorded[f"{case}_result"])
        elif kind == "draws":
            given = Recorded(draws)
            rectangle = eraser.rectangle(*SIZE, given)
            yield row(f"erased/{case}", eraser.erased(large, tf.constant(rectangle))[::2, ::2],
                      recorded[f"{case}_result"])  # fmt: skip
            yield row(f"erased_box/{case}", rectangle[:4], recorded[f"{case}_changed_box"])
            yield row(f"draws_left/{case}", given.left, np.zeros(0))


def of_poses(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Pose maps and bodies of two persons with 17 and two with 18 joints."""
    recorded, row = reading.load(path), rows.Table("st_reidnet", path.stem)
    for case in sorted({name.rpartition("/")[0] for name in recorded}):
        yield from _pose(reading.prefixed(recorded, f"{case}/"), case, row)


def _pose(recorded: dict, case: str, row: rows.Table) -> Iterator[rows.Row]:
    file = recorded["keypoint_file_rows"]
    pose = file if len(file) == 17 else file[:, ::-1]  # the files of 18 joints hold row and column
    joints = pose_maps.landmarks(pose, recorded["image_size_wh"][::-1], SIZE)
    yield row(f"landmarks/{case}", joints, recorded["landmark_row_col"])
    yield row(f"body/{case}", pose_maps.mask(joints, SIZE), recorded["mask"])
    for mark, sigma in (("", SIGMA), ("_sigma4", 4), ("_sigma6", 6)):
        maps = pose_maps.maps(joints, sigma, SIZE)
        full = f"map_joint{FULL_JOINT}{mark}" if mark else f"map_joint{FULL_JOINT}_full"
        yield row(f"map/{case}{mark}", maps[..., FULL_JOINT], recorded[full])
        yield row(f"maps_sum/{case}{mark}", _sums(maps), recorded[f"maps_sum{mark}"])
    maps = pose_maps.maps(joints, SIGMA, SIZE)
    yield row(f"maps/{case}", np.moveaxis(maps, -1, 0)[:, ::8, ::8], recorded["maps_every8"])
    yield row(f"largest/{case}", maps.reshape(-1, len(joints)).argmax(axis=0), recorded["maps_argmax"])
    joints[ERASED_JOINT] = pose_maps.MISSING
    left = _sums(pose_maps.maps(joints, SIGMA, SIZE))
    yield row(f"maps_sum/{case}_erased", left, recorded[f"maps_sum_erase_joint{ERASED_JOINT}"])


def _sums(maps: np.ndarray) -> np.ndarray:
    return maps.sum(axis=(0, 1), dtype=np.float64)


def of_decoding(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Decoded JPEG files, in full or every second row and column."""
    recorded, row = reading.load(path), rows.Table("st_reidnet", path.stem)
    for name in sorted(name for name in recorded if name.endswith("_bytes")):
        case = name.removesuffix("_bytes")
        ours, wanted = image_pixels.decode(recorded[name].tobytes()).numpy(), recorded[f"{case}_decoded"]
        yield row(f"decoded/{case}", ours if ours.shape == wanted.shape else ours[::2, ::2], wanted)
