# SPDX-License-Identifier: MIT
"""What systems of two stages share: a self-supervised encoder, then a recognition network on its frozen features."""

import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfskel import features
from tfskel.data import skeleton_split as sequences
from tfskel.systems import base as system
from tfskel.systems import fit as fit_data
from tfskel.training import phase as phases
from tfskel.training import selection

PRETRAINING, RECOGNITION = "pretraining", "recognition"
BATCH = 256


class TwoStageSystem(system.System):
    """Base of CAGE and SM-SGE. A subclass builds `models`, embeds, scores and makes its two phases.

    Attributes:
        TIES: whether `probe-best` keeps an epoch of the recognition network that is as good as the best before.
    """

    PHASES = (PRETRAINING, RECOGNITION)
    EMBEDDING = PRETRAINING
    CLASSIFIER = RECOGNITION
    TIES = False

    def scored_rows(self, part: sequences.Sequences) -> np.ndarray:
        """Rows of a probe that the original scores with the recognition network: it drops an incomplete last batch."""
        rows = enrolled_rows(part)
        return rows[: len(rows) - len(rows) % self.recipe["recognition"].batch_size]

    def phase(self, name: str, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """One of PHASES, ready for the loop; earlier phases must have been trained.

        Args:
            name: which.
            data: what it sees.
            tracks: which epochs it keeps.
            folder: for features that do not fit into memory.
        """
        build = {PRETRAINING: self.pretraining, RECOGNITION: self.recognising}[name]
        return build(data, tracks, folder)

    def tracks(self, name: str, judge: str, chosen: int | None) -> selection.Tracks:
        """Selection rules of a phase.

        Args:
            name: phase.
            judge: see FitData.
            chosen: epoch chosen by the fit on kept-out identities, or None.
        """
        settings = self.recipe["recognition"]
        last_phase = name == RECOGNITION
        waits = last_phase and settings.patience > 0
        if judge == "held_out":
            patience = selection.Patience(settings.patience, "held_out/mAP") if waits else None
            return selection.Tracks({selection.HELD_OUT: selection.Best("held_out/mAP")}, patience)
        score = "probe/accuracy" if last_phase else "probe/rank1"
        first = settings.first_saved_epoch if last_phase else 0
        best = selection.Best(score, first, ties=last_phase and self.TIES)
        rules = {selection.PROBE_BEST: best, selection.LAST: selection.Last()}
        if chosen is not None:
            rules[selection.HELD_OUT] = selection.At(chosen)
        return selection.Tracks(rules, selection.Patience(settings.patience, score, "probe/loss") if waits else None)

    def retrieval_score(self, data: fit_data.FitData) -> Callable[[int], dict[str, float]]:
        """Retrieval by the encoder's features, in the epochs in which it is due."""
        every, epochs = self.recipe["selection"].every, self.recipe["training"].epochs

        def score(epoch: int) -> dict[str, float]:
            due = (epoch + 1) % every == 0 or epoch + 1 >= epochs
            return retrieval(data, self.embed) if due else {}

        return score

    def open_set_score(self, data: fit_data.FitData) -> Callable[[int], dict[str, float]]:
        """Retrieval of kept-out identities by the recognition network's scores, its only output they can share."""
        embed = tf.function(self.scores, input_signature=[self.joints_spec()])
        return lambda epoch: retrieval(data, lambda joints: embed(joints).numpy())


def retrieval(data: fit_data.FitData, embed: Callable) -> dict[str, float]:
    """Rank-1 and mAP of the probe in the gallery by the fit's protocol; names begin with the judge."""
    probe, gallery = (features.extract(embed, part, BATCH) for part in (data.probe, data.gallery))
    result = data.protocol.retrieve(probe, gallery)
    return {f"{data.judge}/rank1": result.rank(1), f"{data.judge}/mAP": result.mAP}


def enrolled(data: fit_data.FitData) -> np.ndarray:
    """Rows of the probe whose identity is a class of the recognition network.

    Raises:
        ValueError: there is none.
    """
    rows = enrolled_rows(data.probe)
    if not len(rows):
        raise ValueError(
            f"no identity of the probe is in train, so a recognition network cannot be scored: train has "
            f"{', '.join(data.train.classes[:5])}, the probe {', '.join(sorted(set(data.probe.identity))[:5])}."
        )
    return rows


def enrolled_rows(part: sequences.Sequences) -> np.ndarray:
    """Rows whose identity is one of the classes."""
    return np.flatnonzero(part.labels >= 0)
