# SPDX-License-Identifier: MIT
"""Arrays that recordings of networks of images name by a seed instead of storing them."""

import numpy as np


def uniform(entry: dict) -> np.ndarray:
    """float64 array of an entry {shape, seed, offset, scale}."""
    drawn = np.random.RandomState(entry["seed"]).random_sample(entry["shape"])
    return entry["offset"] + entry["scale"] * (2 * drawn - 1)


def drawn(entry: dict) -> np.ndarray:
    """float32 array of an entry."""
    return uniform(entry).astype(np.float32)


def weights_of(recipe: dict) -> dict[str, np.ndarray]:
    """Original name -> array, of all variables of a recipe."""
    return {entry["name"]: drawn(entry) for entry in recipe["variables"]}
