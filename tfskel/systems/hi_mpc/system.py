# SPDX-License-Identifier: MIT
"""Hi-MPC as a whole: every epoch is scored, clustered anew and then trained on its clusters."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel.clustering import neighbours
from tfskel.data import order, split
from tfskel.systems import base, frozen_features, skeleton_system
from tfskel.systems import fit as fits
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import pseudo_labels
from tfskel.systems.hi_mpc import trainer as training
from tfskel.training import phase as phases
from tfskel.training import selection

PHASE = "contrast"
MSMR = "MSMR"
"""What the original calls the representation that is used, in the log."""
SCORED = ("rank1", "rank5", "rank10", "mAP")
CLUSTERING = ("eps", "min_samples", "k1", "k2", "search", "probes", "distinct", "join_ties")


class HiMPCSystem(skeleton_system.SkeletonSystem):
    """Model and training of Hi-MPC.

    Args:
        recipe: sections dataset, network, training, selection of configs/hi_mpc.py.
        classes: number of train identities; only the resampling looks at identities.
        seed: decides initial weights and resampling.
    """

    PHASES = (PHASE,)
    EMBEDDING = PHASE
    CHOICES = {
        "training.focus": training.FOCUS,
        "training.remainder": order.REMAINDERS,
        "training.probe_remainder": order.REMAINDERS,
        "training.search": neighbours.SEARCHES,
        # Every level has a best epoch of its own.
        "export.selection": (
            *selection.DESCRIPTIONS,
            *(f"{selection.PROBE_BEST} of {level}" for level in hi_mpc.LEVELS),
        ),
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.encoder = hi_mpc.HiMPC(skeleton=self.skeleton.name, length=self.length, seed=seed, **recipe["network"])
        self.models = {PHASE: {"encoder": self.encoder}}

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: (N, f, J, 3) float32 -> MSMR (N, 3 * units), and each level (N, units)."""
        return self.encoder.representations(batch)

    def reported(self, kept: str) -> Callable[[str], bool]:
        """As System; every level has a best epoch of its own on the probe."""
        name, level = selection.split_selection(kept)
        if level or name == selection.PROBE_BEST:
            return lambda representation: representation == (level or base.MAIN)
        return super().reported(kept)

    @property
    def scored_batch(self) -> int:
        """Sequences per batch when the incomplete last batch of probe and gallery is not scored; 0 when all are."""
        settings = self.recipe["training"]
        return settings.batch_size if settings.probe_remainder == "drop" else 0

    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """As System; every representation has its own best epoch on the probe."""
        patience = self.recipe["training"].patience
        if fit.validation == "held_out":
            score = f"held_out/{MSMR}/mAP"
            rules = {selection.HELD_OUT: selection.Best(score, unseen=1)}
            return selection.Selections(rules, selection.StrictPatience(patience, score, unseen=1))
        rules = {
            selection.selection_of(selection.PROBE_BEST, level): selection.Best(
                f"probe/{level or MSMR}/rank1", unseen=1
            )
            for level in ("", *hi_mpc.LEVELS)
        }
        rules[selection.LAST] = selection.Last()
        if phase in fit.chosen:
            rules[selection.HELD_OUT] = selection.At(fit.chosen[phase])
        return selection.Selections(rules, selection.StrictPatience(patience, f"probe/{MSMR}/rank1", unseen=1))

    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """As System: the one training."""
        settings, trainer, epochs = self.recipe["training"], self.trainer(), self.epochs(fit)
        return phases.Phase(
            name=PHASE,
            epochs=settings.epochs,
            steps=-(-len(epochs.rows) // settings.batch_size),
            batches=epochs.batches,
            step=trainer.step,
            score=lambda epoch: self.score(fit),
            models=self.models[PHASE],
            trackables=trainer.trackables(),
            selections=self.selections(PHASE, fit),
            start_epoch=epochs.start,
            scores_first=True,
            headline=(
                *(f"{fit.validation}/{MSMR}/{metric}" for metric in ("rank1", "mAP")),
                *(f"{count}/{level}" for count in ("clusters", "outliers") for level in hi_mpc.LEVELS),
                *("kept/sequences", "total"),
            ),
        )

    def trainer(self) -> training.Trainer:
        """The training step with the recipe's settings."""
        settings = self.recipe["training"]
        return training.Trainer(self.encoder, settings.learning_rate, settings.focus, settings.average_joint_loss)

    def epochs(self, fit: fits.Fit) -> "Epochs":
        """What the epochs of a fit learn from."""
        levels = self.compiled(
            lambda batch: tf.stack([self.represent(batch)[level] for level in hi_mpc.LEVELS], axis=1)
        )
        return Epochs(frozen_features.Frozen(levels, fit.folder), fit.train, self.recipe["training"], self.seed)

    def score(self, fit: fits.Fit) -> dict[str, float]:
        """Retrieval of every representation, on complete batches and, where that is fewer, on all sequences."""
        probe, gallery = self.features(fit.probe), self.features(fit.gallery)
        sizes = [len(fit.probe), len(fit.gallery)]
        batch = self.scored_batch if fit.validation == "probe" else 0
        complete = [size - (size % batch if batch else 0) for size in sizes]
        if not all(complete):
            raise ValueError(
                f"probe ({sizes[0]}) or gallery ({sizes[1]}) has no complete batch of {batch} sequences. "
                "Use training.probe_remainder='keep' or a smaller training.batch_size."
            )
        scored = {fit.validation: complete} | ({f"all {fit.validation}": sizes} if complete != sizes else {})
        values = {}
        for label, (probes, galleries) in scored.items():
            for name in probe:
                few = probe[name].part(slice(probes)), gallery[name].part(slice(galleries))
                metrics = fit.protocol.retrieve(*few).metrics()
                shown = MSMR if name == base.MAIN else name
                values |= {f"{label}/{shown}/{metric}": metrics[metric] for metric in SCORED}
        return values


class Epochs:
    """Clusters at the start of an epoch and cuts its batches; fixed order of sequences in all epochs.

    Attributes:
        rows: (rows,) int, training sequences in the order of all epochs; what fills no batch is left out.
        found: pseudo_labels.PseudoLabels of `rows` in the epoch that was started last; None before.
    """

    def __init__(self, levels: frozen_features.Frozen, train: split.Split, settings, seed: int):
        self.levels, self.train, self.settings = levels, train, settings
        rng = np.random.RandomState([seed, 0])
        rows = pseudo_labels.draw_rows(train.labels, settings.batch_size, settings.resample, rng)
        self.rows = rows[: order.slices(len(rows), settings.batch_size, settings.remainder)[-1].stop]
        self.found = None

    def start(self, epoch: int) -> dict[str, float]:
        """Encodes each different training sequence once and clusters every level."""
        stored = self.levels.of(self.train, self.rows)
        vectors = {
            level: np.ascontiguousarray(stored.distinct[:, number])[stored.index]
            for number, level in enumerate(hi_mpc.LEVELS)
        }
        settings = {name: self.settings[name] for name in CLUSTERING}
        self.found = pseudo_labels.assign(vectors, settings, self.settings.batch_size)
        return pseudo_labels.report(self.found, hi_mpc.LEVELS, self.train.labels[self.rows])

    def batches(self, epoch: int) -> Iterator[tuple]:
        """Arguments of the training step for the sequences that have a cluster on every level."""
        found, kept = self.found, self.found.kept
        prototypes = [tf.constant(means) for means in found.prototypes]
        for cut in order.slices(len(kept), self.settings.batch_size, self.settings.remainder):
            yield tf.constant(self.train.read(self.rows[kept[cut]])), found.labels[kept[cut]], *prototypes
