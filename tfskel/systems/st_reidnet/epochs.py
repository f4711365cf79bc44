# SPDX-License-Identifier: MIT
"""What the epochs of a training of ST-ReIDNet learn from: batches of the two trainers, by the recipe's settings."""

from collections.abc import Iterator, Mapping

import numpy as np

from tfskel.data import image_split
from tfskel.systems.st_reidnet import inputs, sampling, smooth_labels

INSTANCE, RANDOM = "instance", "random"
SAMPLINGS = (INSTANCE, RANDOM)
PAIRS, VIDEO = "pairs", "video"


class Epochs:
    """Batches of every epoch, a function of seed and epoch.

    Args:
        train: images.
        settings: the recipe's section `training`.
        seed: of the draws.
        sampling: PAIRS, or triplets: VIDEO, or one of SAMPLINGS.

    Raises:
        ValueError: images that cannot be drawn from, see `sampling`.

    Attributes:
        steps: batches in an epoch.
    """

    def __init__(self, train: image_split.ImageSplit, settings: Mapping, seed: int, drawing: str):
        self.train, self.settings, self.seed = train, settings, seed
        self.sampler = _sampler(drawing, train, seed, settings)
        self.steps = self.sampler.steps(settings.batch_size)

    def baseline(self, epoch: int) -> Iterator[tuple]:
        """Arguments of `baseline.Trainer.step`."""
        tuples, first = self._tuples(epoch)
        images = inputs.baseline_batches(self.train, tuples, self.settings, self.seed, first)
        for rows, batch in zip(tuples, images, strict=True):
            yield batch, self._labels(rows)

    def gan(self, epoch: int) -> Iterator[tuple]:
        """Arguments of `gan.Trainer.step`."""
        tuples, first = self._tuples(epoch)
        images = inputs.gan_batches(self.train, tuples, self.settings, self.seed, first)
        for step, (rows, batch) in enumerate(zip(tuples, images, strict=True), first):
            told = smooth_labels.draw(self.seed, step) if self.settings.smooth_labels else smooth_labels.HARD
            yield batch, self._labels(rows), told

    def _tuples(self, epoch: int) -> tuple[list[np.ndarray], int]:
        """Rows of each step, and the number of the first."""
        return list(self.sampler.batches(epoch, self.settings.batch_size)), epoch * self.steps

    def _labels(self, rows: np.ndarray) -> np.ndarray:
        return self.train.labels[rows].astype(np.int32)


def _sampler(drawing: str, train: image_split.ImageSplit, seed: int, settings: Mapping) -> sampling.Sampler:
    shared = train, seed, settings.frame_order
    if drawing == PAIRS:
        return sampling.Pairs(*shared, settings.negative_pairs)
    if drawing == INSTANCE:
        return sampling.InstanceTriplets(*shared)
    if drawing == RANDOM:
        return sampling.VideoTriplets(*shared, inter_rate=0)
    return sampling.VideoTriplets(*shared, settings.skip_frames, settings.inter_rate, settings.neighbours)
