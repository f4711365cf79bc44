# SPDX-License-Identifier: MIT
"""A phase: one training with its own batches, step, scores and selection tracks."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from tfskel.evaluation import selection


def _nothing(epoch: int) -> None:
    pass


@dataclasses.dataclass
class Phase:
    """What the loop needs to know about one training; a system is a list of phases.

    Attributes:
        name: e.g. "pretraining", "recognition".
        epochs: upper bound of epochs.
        steps: batches in an epoch, for the progress line.
        batches: epoch -> iterable of the arguments of `step`.
        step: (*batch) -> dict of scalars; "total" is what is minimised.
        score: epoch -> dict of floats, computed after the epoch; may be empty.
        models: name -> keras.Model whose weights a track keeps.
        trackables: name -> object that tf.train.Checkpoint must restore for an exact resume.
        tracks: which epochs are kept and when to stop.
        start_epoch: called with the epoch number before its batches are asked for.
    """

    name: str
    epochs: int
    steps: int
    batches: Callable[[int], Iterable[tuple]]
    step: Callable[..., dict]
    score: Callable[[int], dict[str, float]]
    models: dict[str, Any]
    trackables: dict[str, Any]
    tracks: selection.Tracks
    start_epoch: Callable[[int], None] = _nothing


def weights_name(phase: str, model: str, track: str) -> str:
    """File name of the weights that a track kept, e.g. "pretraining.encoder.last.weights.h5"."""
    return f"{phase}.{model}.{track.replace(' ', '-')}.weights.h5"
