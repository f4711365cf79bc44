# SPDX-License-Identifier: MIT
"""What systems of two stages share: a self-supervised encoder, then a recognition network on its frozen features."""

import abc
from collections.abc import Callable

import numpy as np

from tfskel import features
from tfskel.data import split
from tfskel.systems import base, skeleton_system
from tfskel.systems import fit as fits
from tfskel.training import phase as phases
from tfskel.training import selection

PRETRAINING, RECOGNITION = "pretraining", "recognition"


class TwoStageSystem(skeleton_system.SkeletonSystem):
    """Base of CAGE and SM-SGE. A subclass builds `models`, represents, scores and makes its two phases.

    Attributes:
        TIES: whether `probe-best` keeps an epoch of the recognition network that is as good as the best before.
    """

    PHASES = (PRETRAINING, RECOGNITION)
    EMBEDDING = PRETRAINING
    CLASSIFIER = RECOGNITION
    TIES = False

    @abc.abstractmethod
    def pretraining(self, fit: fits.Fit) -> phases.Phase:
        """The training of the encoder."""

    @abc.abstractmethod
    def recognising(self, fit: fits.Fit) -> phases.Phase:
        """The training of the recognition network on the trained encoder."""

    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """As System."""
        return {PRETRAINING: self.pretraining, RECOGNITION: self.recognising}[name](fit)

    def scored_rows(self, probe: split.Split) -> np.ndarray:
        """Rows of a probe that the original scores with the recognition network: it drops an incomplete last batch."""
        rows = enrolled_rows(probe)
        return rows[: len(rows) - len(rows) % self.recipe["recognition"].batch_size]

    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """As System."""
        settings = self.recipe["recognition"]
        last_phase = phase == RECOGNITION
        waits = last_phase and settings.patience > 0
        if fit.validation == "held_out":
            patience = selection.Patience(settings.patience, "held_out/mAP") if waits else None
            return selection.Selections({selection.HELD_OUT: selection.Best("held_out/mAP")}, patience)
        score = "probe/accuracy" if last_phase else "probe/rank1"
        first = settings.first_saved_epoch if last_phase else 0
        best = selection.Best(score, first, ties=last_phase and self.TIES)
        rules = {selection.PROBE_BEST: best, selection.LAST: selection.Last()}
        if phase in fit.chosen:
            rules[selection.HELD_OUT] = selection.At(fit.chosen[phase])
        return selection.Selections(
            rules, selection.Patience(settings.patience, score, "probe/loss") if waits else None
        )

    def retrieval_score(self, fit: fits.Fit) -> Callable[[int], dict[str, float]]:
        """Retrieval by the encoder's features, in the epochs in which it is due."""
        every, epochs = self.recipe["selection"].every, self.recipe["training"].epochs

        def score(epoch: int) -> dict[str, float]:
            due = (epoch + 1) % every == 0 or epoch + 1 >= epochs
            return retrieval(fit, lambda data: self.features(data, (base.MAIN,))) if due else {}

        return score

    def open_set_score(self, fit: fits.Fit) -> Callable[[int], dict[str, float]]:
        """Retrieval of kept-out identities by the recognition network's scores, its only output they can share."""
        scores = self.compiled(self.scores)

        def represented(data: split.Split) -> dict[str, features.Features]:
            return features.extract(lambda rows: {base.MAIN: scores(data.read(rows))}, data, base.BATCH)

        return lambda epoch: retrieval(fit, represented)


def retrieval(fit: fits.Fit, represented: Callable) -> dict[str, float]:
    """Rank-1 and mAP of the probe in the gallery by the fit's protocol; names begin with the validation.

    Args:
        fit: probe, gallery and protocol.
        represented: split -> representation -> Features.
    """
    probe, gallery = (represented(data)[base.MAIN] for data in (fit.probe, fit.gallery))
    result = fit.protocol.retrieve(probe, gallery)
    return {f"{fit.validation}/rank1": result.rank(1), f"{fit.validation}/mAP": result.mAP}


def enrolled(fit: fits.Fit) -> np.ndarray:
    """Rows of the probe whose identity is a class of the recognition network.

    Raises:
        ValueError: there is none.
    """
    rows = enrolled_rows(fit.probe)
    if not len(rows):
        raise ValueError(
            f"no identity of the probe is in train, so a recognition network cannot be scored: train has "
            f"{', '.join(fit.train.classes[:5])}, the probe {', '.join(sorted(set(fit.probe.identity))[:5])}."
        )
    return rows


def enrolled_rows(data: split.Split) -> np.ndarray:
    """Rows whose identity is one of the classes."""
    return np.flatnonzero(data.labels >= 0)
