# SPDX-License-Identifier: MIT
"""Features that nothing has learnt, the untrained network's among them: what every result is compared with."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from components import splits
from tfskel import features
from tfskel.data import split
from tfskel.systems import base

NO_LEARNING = "no learning: "
UNTRAINED = "untrained network"
SMALLEST = 1e-6  # deviation of a baseline that is the same everywhere, as the distance of two joints in one place
Describe = Callable[[split.Split], dict[str, features.Features]]


def describe(system, parts: splits.Splits, batch: int) -> Describe:
    """Function of a split -> its features by name, before the system's weights are loaded.

    Args:
        system: with its initial weights.
        parts: of which train gives the deviations that some features are divided by.
        batch: items read at a time.
    """
    pool = functools.partial(parts.protocol.pool, pooling="mean", normalised=False)
    scales = _deviations(parts.train, batch)

    def of_split(side: split.Split) -> dict[str, features.Features]:
        vectors = features.extract(side.baselines, side, batch, pool=pool)
        for name, (of, scale) in scales.items():
            vectors[name] = dataclasses.replace(vectors[of], vectors=vectors[of].vectors / scale)
        if system.UNTRAINED and system.models.get(system.EMBEDDING):
            vectors[UNTRAINED] = system.features(side, (base.MAIN,), batch, parts.protocol.pool)[base.MAIN]
        return vectors

    return of_split


def _deviations(train: split.Split, batch: int) -> dict[str, tuple[str, np.ndarray]]:
    """What it is called when standardised -> baseline, and (D,) its deviations in train; means cancel out."""
    if not train.STANDARDISED:
        return {}
    learnt = features.extract(train.baselines, train, batch, tuple(train.STANDARDISED))
    return {
        train.STANDARDISED[name]: (name, np.maximum(of.vectors.std(axis=0), SMALLEST)) for name, of in learnt.items()
    }
