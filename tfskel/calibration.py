# SPDX-License-Identifier: MIT
"""How near strangers come to the people of a gallery: learnt from these people, or by a run's evaluation from train."""

import dataclasses
import pathlib

import numpy as np
from scipy import special  # its stats take three times as long to import as all else here

from tfskel import arrays, inference

FEWEST = 5  # people who say how near strangers come
SHARES = 0.01, 0.99  # least and most of strangers that can be asked for


@dataclasses.dataclass(frozen=True)
class Cohort:
    """People who were strangers to others, once each.

    The logarithm of a stranger's distance to the nearest person is taken to be normal, and its threshold is the bound
    of one more value: by Student's t, with as many values as there are pairs, because two people who are nearest to
    each other tell the same.

    Attributes:
        distances: (n,) float64, n >= FEWEST, above 0: of each to the nearest person.
        enrolled: they are the people of the gallery itself, not those of the run's train split.
    """

    distances: np.ndarray
    enrolled: bool = True

    def threshold(self, false_accepts: float) -> float:
        """The largest distance at which that share of strangers is accepted."""
        mean, deviation, degrees = self._normal()
        return float(np.exp(mean + deviation * special.stdtrit(degrees, false_accepts)))

    def confidence(self, distance: float) -> float:
        """Share of strangers who are farther away."""
        mean, deviation, degrees = self._normal()
        return float(special.stdtr(degrees, (mean - np.log(distance)) / deviation))

    @property
    def source(self) -> str:
        """What the threshold was learnt from, and what it cannot know."""
        n = len(self.distances)
        whom = "people enrolled" if self.enrolled else f"people of train ({FEWEST} enrolled would tell it better)"
        return (
            f"learnt from {n} {whom}, each a stranger to others; of so few, false accepts below {100 / (n + 1):.2g} % "
            f"(1 of {n + 1}) are extrapolated"
        )

    def _normal(self) -> tuple[float, float, float]:
        logarithms, n = np.log(self.distances), len(self.distances)
        return logarithms.mean(), max(logarithms.std(ddof=2), 1e-6) * np.sqrt(1 + 2 / n), n / 2 - 1


def check(false_accepts: float) -> None:
    """Refuses a share of strangers that nothing can be learnt for.

    Raises:
        ValueError: it is outside SHARES.
    """
    if not SHARES[0] <= false_accepts <= SHARES[1]:
        raise ValueError(
            f"false_accepts is a share of strangers from {SHARES[0]:g} to {SHARES[1]:g}; received {false_accepts:g}. "
            "Smaller ones cannot be learnt from people: give a largest distance, threshold=..., instead."
        )


def of_run(run: pathlib.Path) -> Cohort | None:
    """What the evaluation of a run learnt of strangers, for the exported selection; None where it learnt nothing.

    Raises:
        FileNotFoundError: the run has no results yet.
        ValueError: an older version wrote them.
    """
    selection = arrays.read_json(run / inference.SAVED_MODEL / "export.json")["selection"]
    path = run / "results" / "unknown.json"
    learnt = arrays.read_json(path)["selections"].get(selection)
    if not learnt:
        return None
    if "cohort" not in learnt:
        raise ValueError(
            f"{path}: selection {selection!r} has no 'cohort', an older version wrote it. Run the recipe again in the "
            "same folder: only its evaluation is repeated."
        )
    distances = np.array(learnt["cohort"])
    return Cohort(distances, enrolled=False) if len(distances) >= FEWEST else None
