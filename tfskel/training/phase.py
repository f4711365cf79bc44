# SPDX-License-Identifier: MIT
"""A phase: one training with its own batches, step, scores and selections."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tfskel.training import selection


def _nothing(*arguments) -> dict[str, float]:
    return {}


@dataclasses.dataclass(kw_only=True)
class Phase:
    """What the loop needs to know about one training; a system is a list of phases.

    A training without gradients has a `fit` instead of epochs, batches and steps.

    Attributes:
        name: e.g. "pretraining", "recognition".
        fit: called once where there are no epochs; sets the weights and returns scalars for the log.
        epochs: upper bound of epochs.
        steps: batches in an epoch, for the progress line.
        batches: epoch -> iterable of the arguments of `step`.
        step: (*batch) -> dict of scalars; "total" is what is minimised.
        score: epoch -> dict of floats, computed after the epoch.
        scores_first: score an epoch before its training; the selections then keep, and the stopping rule sees, the
            weights that the epoch begins with.
        headline: names of the scalars shown in the log line of an epoch; empty for all.
        models: name -> keras.Model whose weights a selection keeps.
        trackables: name -> object that tf.train.Checkpoint must restore for an exact resume.
        selections: which epochs are kept and when to stop.
        start_epoch: called with the epoch number before its batches are asked for; returns scalars for the log.
    """

    name: str
    epochs: int = 0
    steps: int = 0
    batches: Callable[[int], Iterable[tuple]] | None = None
    step: Callable[..., dict] | None = None
    score: Callable[[int], dict[str, float]] = _nothing
    fit: Callable[[], dict[str, float]] = _nothing
    models: dict[str, Any]
    trackables: dict[str, Any]
    selections: selection.Selections
    start_epoch: Callable[[int], dict[str, float]] = _nothing
    scores_first: bool = False
    headline: tuple[str, ...] = ()


def weights_name(phase: str, model: str, kept: str) -> str:
    """File name of the weights that a selection kept, e.g. "pretraining.encoder.last.weights.h5"."""
    return f"{phase}.{model}.{kept.replace(' ', '-')}.weights.h5"


def load_weights(models: Mapping[str, Any], folder: pathlib.Path, phase: str, kept: str) -> bool:
    """Loads the weights that a selection of a phase kept; False when the selection kept none.

    Args:
        models: name -> keras.Model, as in the phase.
        folder: where the loop wrote them.
        phase: name of the training.
        kept: the selection.

    Raises:
        ValueError: a file is damaged or belongs to another network.
    """
    for name, model in models.items():
        path = folder / weights_name(phase, name, kept)
        if not path.exists():
            return False
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"{path} cannot be loaded into the recipe's network ({error}); it is damaged or was trained with "
                "other settings. Train again with --force train."
            ) from error
    return True
