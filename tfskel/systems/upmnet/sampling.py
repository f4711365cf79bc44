# SPDX-License-Identifier: MIT
"""Which frames the training steps of uPMnet see, and the numbers of their tracklets and cameras."""

import functools
from collections.abc import Iterator

import numpy as np

from tfskel.data import split
from tfskel.evaluation import tracklets


class Frames:
    """Frames of a training split in batches, drawn uniformly over the frames.

    Every frame comes once before any comes again; long tracklets are seen more often. The draw is a function of seed
    and step, so that an interrupted training goes on with the frames that it would have seen.

    Args:
        train: frames; `recording` is their tracklet.
        batch_size: frames of a step.
        seed: of the draw.

    Raises:
        ValueError: fewer frames than a batch, one camera only, or a tracklet with frames of two cameras.

    Attributes:
        tracklets: number of tracklets of each camera.
        tracklet, camera: (N,) int32 from 0: number of the tracklet inside its camera, and of the camera, both in the
            order in which they begin.
    """

    def __init__(self, train: split.Split, batch_size: int, seed: int):
        if len(train) < batch_size:
            raise ValueError(
                f"a batch of {batch_size} frames is larger than train, which has {len(train)}; set "
                f"--config.training.batch_size={max(len(train) // 2, 1)} or smaller."
            )
        self.train, self.batch_size = train, batch_size
        first, whole = tracklets.numbered(train.recording)
        self.camera = tracklets.numbered(train.camera)[1].astype(np.int32)
        of_tracklet = self.camera[first]
        wrong = np.flatnonzero(of_tracklet[whole] != self.camera)
        if len(wrong):
            raise ValueError(
                f"tracklet '{train.recording[wrong[0]]}' has frames of several cameras, one is "
                f"'{train.camera[wrong[0]]}'. A tracklet is one person in front of one camera; give each its own name."
            )
        self.tracklets = np.bincount(of_tracklet).tolist()
        if len(self.tracklets) < 2:
            raise ValueError(
                f"all frames of train are of one camera ('{train.camera[0]}'); uPMnet learns from persons that several "
                "cameras see. Give each frame the name of its camera."
            )
        number = np.empty(len(first), np.int32)
        for camera in range(len(self.tracklets)):
            number[of_tracklet == camera] = np.arange(self.tracklets[camera])
        self.tracklet = number[whole]
        # Two rounds meet in a batch.
        self._order = functools.lru_cache(2)(
            lambda round_: np.random.default_rng([seed, round_]).permutation(len(train))
        )

    def rows(self, step: int) -> np.ndarray:
        """(batch_size,) int64, frames of a step, counted from 0."""
        round_, place = divmod(step * self.batch_size, len(self.train))
        rows = self._order(round_)[place : place + self.batch_size]
        return np.concatenate([rows, self._order(round_ + 1)[: self.batch_size - len(rows)]])

    def batches(self, first: int, last: int) -> Iterator[tuple]:
        """Arguments of the training step for the steps first .. last - 1."""
        drawn = [self.rows(step) for step in range(first, last)]
        for rows, images in zip(drawn, self.train.batches(drawn), strict=True):
            yield images, self.tracklet[rows], self.camera[rows]
