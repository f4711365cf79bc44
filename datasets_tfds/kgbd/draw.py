# SPDX-License-Identifier: MIT
"""Which walks of a person become gallery and probe: drawn at random, as in the original preprocessing."""

import numpy as np

_FEW, _SHORT_PERSON = 3, 15  # who gives one gallery walk and one probe walk instead of two and one


def draw(walks: dict[str, int], seed: int, short_person: str) -> dict[str, list[int]]:
    """Folder of a person -> indices of walks, drawn without replacement: the last is the probe, the others the gallery.

    Args:
        walks: folder -> number of walks, in the order of the draws.
        seed: seed of a NumPy RandomState.
        short_person: "person_15": only person 15 gives two walks (the original rule); "few_files": everyone with
            at most three walks does.

    Raises:
        ValueError: a person has fewer walks than are drawn.
    """
    rng = np.random.RandomState(seed)
    drawn = {}
    for folder, count in walks.items():
        short = count <= _FEW if short_person == "few_files" else identity(folder) == _SHORT_PERSON
        wanted = 2 if short else 3
        if count < wanted:
            raise ValueError(
                f"kgbd: {folder} has {count} walk(s) but {wanted} are drawn for gallery and probe. Remove the folder, "
                'or set the option short_person="few_files" if it has two.'
            )
        drawn[folder] = rng.choice(count, wanted, replace=False).tolist()
    return drawn


def check(draws: dict[str, list[int]], walks: dict[str, int]) -> dict[str, list[int]]:
    """Draws that the user gives, checked; ValueError where a person or his two or more different walks do not fit."""
    if set(draws) != set(walks):
        odd = sorted(set(draws) ^ set(walks))
        raise ValueError(f"kgbd: option draws must name every folder of a person once; check {', '.join(odd)}.")
    for folder, count in walks.items():
        picked = draws[folder]
        if len(picked) < 2 or len(set(picked)) < len(picked) or not set(picked) <= set(range(count)):
            raise ValueError(
                f"kgbd: option draws, {folder}: two or more different indices below {count} are expected (gallery "
                f"first, probe last); received {picked}."
            )
    return {folder: list(draws[folder]) for folder in walks}


def identity(folder: str) -> int:
    """Number of the person a folder belongs to: "Person015" -> 15; ValueError without a number after Person."""
    number = folder.split("Person", 1)[1]
    if not number.isdecimal():
        raise ValueError(f"kgbd: folder {folder!r}: a number is expected after Person, as in Person001.")
    return int(number)
