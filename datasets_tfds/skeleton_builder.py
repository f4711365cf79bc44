# SPDX-License-Identifier: MIT
"""What all skeleton data sets share: features and checks of recordings."""

import abc
import functools
import pathlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from datasets_tfds import base_builder
from datasets_tfds.readers import examples
from tfskel import skeletons


class SkeletonBuilder(base_builder.BaseBuilder, skip_registration=True):
    """Stores recordings whole. A data set states the class attributes and implements `recordings`.

    An example dict holds `joints` (T, J, 3) metres as captured, `identity`, `recording`, and optionally `camera`,
    `condition`, `setting` (text, "" when unknown), `frames` (T,) int64 frame numbers kept and `captured` int64
    (frames before any was dropped).
    """

    SKELETON = "kinect_v1"  # "" when only the data can tell; then the number of joints is stored as unknown
    FPS = 30.0
    JOINTS_DTYPE = np.float32

    @abc.abstractmethod
    def recordings(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[dict[str, Any]]]:
        """Split name -> example dicts in the order in which they are stored; see `raw_examples`."""

    def raw_examples(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[dict[str, Any]]]:
        """The recordings: an example each."""
        return self.recordings(manual_dir)

    @property
    def skeleton(self) -> str:
        """Name in tfskel.skeletons.SKELETONS, or "" when only the data can tell."""
        return self.options.get("skeleton") or self.SKELETON

    def features(self) -> tfds.features.FeaturesDict:
        """Joints, texts and frame numbers of a recording."""
        # Bytes: the only form that can leave the number of joints open, and the fastest to read.
        joints = tfds.features.Tensor(
            shape=(None, self._num_joints(), 3), dtype=self.JOINTS_DTYPE, encoding=tfds.features.Encoding.BYTES
        )
        frames, captured = tfds.features.Tensor(shape=(None,), dtype=np.int64), tfds.features.Scalar(dtype=np.int64)
        texts = {name: tfds.features.Text() for name in (*examples.NAMES, *examples.OPTIONAL)}
        return tfds.features.FeaturesDict({"joints": joints, **texts, "frames": frames, "captured": captured})

    def metadata(self) -> dict[str, Any]:
        """As the base, with skeleton and frames per second."""
        return {"skeleton": self.skeleton, "fps": self.options.get("fps", self.FPS), **super().metadata()}

    def encoder(self, split: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """See `examples.encoded`."""
        where = f"Data set {self.name}, split {split!r}"
        return functools.partial(examples.encoded, where=where, num_joints=self._num_joints(), dtype=self.JOINTS_DTYPE)

    def _num_joints(self) -> int | None:
        return skeletons.get(self.skeleton).num_joints if self.skeleton else None
