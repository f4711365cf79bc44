# SPDX-License-Identifier: MIT
"""What all image data sets share: one example a frame, its encoded bytes as they are found."""

import abc
import dataclasses
import pathlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from datasets_tfds import base_builder
from datasets_tfds.readers import image_files

KIND = "images"


class ImageBuilder(base_builder.BaseBuilder, skip_registration=True):
    """Stores frames in their order, to be read at random. A data set implements `images`.

    An example dict holds `image` (bytes of a PNG or JPEG file), `identity`, `path` (text, relative to the raw folder),
    and optionally `camera`, `tracklet` (text, unique in the data set; "" for a still image), `frame` int64 and `pose`
    (K, 2) float32 pixels (x, y). Height and width are read from the image.

    Sets with several random divisions store one split FRAMES and name the train identities of each in `divisions`.
    """

    FRAMES = "frames"
    BUILDER_CONFIGS = [base_builder.Config(name="images", description="All frames, default options.")]

    def __init__(self, *, file_format=None, **arguments):
        # Rows of this format can be read at random; those of TFDS's default cannot.
        super().__init__(file_format=file_format or tfds.core.FileFormat.ARRAY_RECORD, **arguments)

    @abc.abstractmethod
    def images(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[dict[str, Any]]]:
        """Split name -> example dicts in the order in which they are stored; see `raw_examples`."""

    def raw_examples(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[dict[str, Any]]]:
        """The frames: an example each."""
        return self.images(manual_dir)

    def features(self) -> tfds.features.FeaturesDict:
        """Encoded image, texts, numbers and pose of a frame."""
        texts = {name: tfds.features.Text() for name in ("identity", "camera", "tracklet", "path")}
        numbers = {name: tfds.features.Scalar(dtype=np.int64) for name in ("frame", "height", "width")}
        pose = tfds.features.Tensor(shape=(None, 2), dtype=np.float32, encoding=tfds.features.Encoding.BYTES)
        image = tfds.features.Tensor(shape=(), dtype=np.object_)
        return tfds.features.FeaturesDict({"image": image, **texts, **numbers, "pose": pose})

    def metadata(self) -> dict[str, Any]:
        """As the base, with the kind of items."""
        return {"kind": KIND, **super().metadata()}

    def encoder(self, split: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Checks an example and completes it."""
        return _Encoder(f"Data set {self.name}, split {split!r}")


@dataclasses.dataclass(frozen=True)
class _Encoder:
    where: str

    def __call__(self, example: dict[str, Any]) -> dict[str, Any]:
        where = f"{self.where}, image {example['path']}"
        if not example["identity"]:
            raise ValueError(f"{where}: no identity; expected one for every image.")
        pose = np.asarray(example.get("pose", np.zeros((0, 2))), np.float32)
        if pose.ndim != 2 or pose.shape[1] != 2:
            raise ValueError(f"{where}: pose must be (K, 2) pixels (x, y); received {pose.shape}.")
        height, width = image_files.size(example["image"], where)
        missing = {"camera": "", "tracklet": "", "frame": 0}
        return {**missing, **example, "pose": pose, "height": height, "width": width}
