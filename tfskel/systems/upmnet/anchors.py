# SPDX-License-Identifier: MIT
"""The anchors that stand for the tracklets of a training set."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


class Anchors(tf.Module):
    """Intra- and cross-camera anchors of every part and tracklet, zero at first.

    Args:
        tracklets: tracklets of each camera.
        parts: P.
        features: length D of a part's feature.

    Attributes:
        intra, cross: (P, A, D) float32 variables; the A tracklets are in the order of the cameras, then by number.
        cameras: (A,) int32, camera of each.

    Raises:
        ValueError: there are no tracklets.
    """

    def __init__(self, tracklets: Sequence[int], parts: int, features: int):
        super().__init__(name="anchors")
        self.tracklets = tuple(int(count) for count in tracklets)
        if not self.tracklets or min(self.tracklets) < 0 or not sum(self.tracklets):
            raise ValueError(f"every camera needs its number of tracklets, some above 0; received {self.tracklets}.")
        self.cameras = np.repeat(np.arange(len(self.tracklets), dtype=np.int32), self.tracklets)
        self.first = (np.cumsum(self.tracklets) - self.tracklets).astype(np.int32)
        zeros = tf.zeros((parts, len(self.cameras), features))
        self.intra = tf.Variable(zeros, trainable=False, name="intra")
        self.cross = tf.Variable(zeros, trainable=False, name="cross")

    def rows(self, tracklets, cameras):
        """Places among the A anchors: number inside the camera and camera, (N,) int32 from 0 -> (N,) int32."""
        return tf.gather(tf.constant(self.first), cameras) + tracklets

    def of_camera(self, camera: int) -> slice:
        """Places of a camera's anchors."""
        return slice(self.first[camera], self.first[camera] + self.tracklets[camera])
