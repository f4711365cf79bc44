# SPDX-License-Identifier: MIT
"""How near strangers come to the people of a gallery, as the evaluation of a run learnt it from train."""

import dataclasses
import pathlib

import numpy as np

from tfskel import arrays, inference


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Distances that strangers keep, as the evaluation learns them from train: see results/unknown.json of a run.

    Attributes:
        rates: (K,) rising shares of strangers. distances: (K,) largest distances at which no more are accepted.
    """

    rates: np.ndarray
    distances: np.ndarray

    def threshold(self, false_accepts: float) -> float:
        """The largest distance at which at most that share of strangers is accepted.

        Raises:
            ValueError: the share is outside what was calibrated.
        """
        if not self.rates[0] <= false_accepts <= self.rates[-1]:
            raise ValueError(
                f"false_accepts must be {self.rates[0]:g} to {self.rates[-1]:g}; received {false_accepts:g}."
            )
        return float(np.interp(false_accepts, self.rates, self.distances))

    def confidence(self, distance: float) -> float:
        """Share of strangers who are farther away."""
        return 1 - float(np.interp(distance, self.distances, self.rates, left=0.0, right=1.0))


def of_run(run: pathlib.Path) -> Calibration | None:
    """What the evaluation of a run learnt of strangers, for the exported selection; None where it learnt nothing.

    Raises:
        FileNotFoundError: the run has no results yet.
    """
    selection = arrays.read_json(run / inference.SAVED_MODEL / "export.json")["selection"]
    learnt = arrays.read_json(run / "results" / "unknown.json")["selections"].get(selection)
    if not learnt:
        return None
    return Calibration(np.array(learnt["false_accept_rates"]), np.array(learnt["thresholds"]))
