# SPDX-License-Identifier: MIT
"""Images and poses of DanceReID in one HDF5 file, which its generator writes on demand."""

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from datasets_tfds.readers import listed_images, prepared_folder

FILE = "DanceReID.h5"
_GROUPS = {"image": "dataset/images", "pose": "dataset/poses"}


def used(root: pathlib.Path) -> bool:
    """Whether the file is there and the folder of images is not."""
    return (root / FILE).is_file() and not (root / prepared_folder.IMAGES).is_dir()


@dataclasses.dataclass(frozen=True)
class Packed:
    """Example dicts of images whose content is in the file below `root`; iterating reads one after another.

    Raises (when iterated):
        ValueError: no HDF5 file, an image or pose is missing, or a pose has another shape; names it.
    """

    root: pathlib.Path
    images: list[listed_images.ListedImage]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        import h5py

        path = self.root / FILE
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            raise ValueError(f"{path} is no HDF5 file, or damaged ({error}); copy it again.") from error
        with file:
            for image in self.images:
                encoded, pose = (_value(file, path, kind, image.path) for kind in _GROUPS)
                pose = np.asarray(pose, np.float32)
                if pose.shape != (image.joints, 2):
                    raise ValueError(
                        f"{path}, pose of {image.path}: expected ({image.joints}, 2), x and y; received {pose.shape}."
                    )
                yield {**image.described(), "image": _bytes(encoded), "pose": pose}


def _value(file, path: pathlib.Path, kind: str, name: str):
    """What is stored for an image under its name, with or without the ending."""
    inside = pathlib.PurePosixPath(name).relative_to(prepared_folder.IMAGES)
    for place in (inside, inside.with_suffix("")):
        entry = file.get(f"{_GROUPS[kind]}/{place}")
        if entry is not None and hasattr(entry, "shape"):
            return entry[()]
    raise ValueError(f"{path} holds no {kind} {_GROUPS[kind]}/{inside}, which {prepared_folder.META} names.")


def _bytes(value) -> bytes:
    return value if isinstance(value, bytes) else np.asarray(value).tobytes()
