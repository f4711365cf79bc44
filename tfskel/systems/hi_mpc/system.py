# SPDX-License-Identifier: MIT
"""Hi-MPC as a whole: every epoch is scored, clustered anew and then trained on its clusters."""

import pathlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel import features
from tfskel.clustering import neighbours
from tfskel.data import order as batches
from tfskel.systems import base as system
from tfskel.systems import fit as fit_data
from tfskel.systems import frozen_features as recognition_features
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import pseudo_labels
from tfskel.systems.hi_mpc import trainer as training
from tfskel.training import phase as phases
from tfskel.training import selection

PHASE = "contrast"
MAIN = "MSMR"
SCORED = ("rank1", "rank5", "rank10", "mAP")
CLUSTERING = ("eps", "min_samples", "k1", "k2", "search", "probes", "distinct", "join_ties")


class HiMPCSystem(system.System):
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
        "training.remainder": batches.REMAINDERS,
        "training.probe_remainder": batches.REMAINDERS,
        "training.search": neighbours.SEARCHES,
        # Every level has a best epoch of its own.
        "export.track": (*selection.DESCRIPTIONS, *(f"{selection.PROBE_BEST} of {level}" for level in hi_mpc.LEVELS)),
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.encoder = hi_mpc.HiMPC(skeleton=self.skeleton.name, length=self.length, seed=seed, **recipe["network"])
        self.models = {PHASE: {"encoder": self.encoder}}
        units = self.encoder.units
        # Columns of what `_embed` returns: MSMR, then the levels.
        self.columns = {MAIN: slice(0, 3 * units)}
        self.columns |= {level: slice((3 + k) * units, (4 + k) * units) for k, level in enumerate(hi_mpc.LEVELS)}
        self._embed = tf.function(self._all_features, input_signature=[self.joints_spec()])

    def _all_features(self, joints: tf.Tensor) -> tf.Tensor:
        return tf.concat(list(self.encoder.representations(joints).values()), axis=1)

    def embed(self, joints: np.ndarray) -> np.ndarray:
        """MSMR for retrieval: (N, f, J, 3) float32 root-centred -> (N, 3 * units) float32."""
        return self._embed(joints).numpy()[:, self.columns[MAIN]]

    def embeddings(self, track: str) -> dict[str, Callable]:
        """What a track is evaluated with: representation ("" for MSMR, else a level) -> function like `embed`."""
        name, level = selection.split_track(track)
        if level:
            return {level: self._level(level)}
        levels = hi_mpc.LEVELS if name != selection.PROBE_BEST else ()  # they have a best epoch of their own
        return {"": self.embed} | {level: self._level(level) for level in levels}

    def _level(self, level: str) -> Callable:
        return lambda joints: self._embed(joints).numpy()[:, self.columns[level]]

    @property
    def scored_batch(self) -> int:
        """Sequences per batch when the incomplete last batch of probe and gallery is not scored; 0 when all are."""
        settings = self.recipe["training"]
        return settings.batch_size if settings.probe_remainder == "drop" else 0

    def serving(self) -> dict[str, Callable]:
        """Signatures to export: name -> function of raw joints in metres that returns named outputs."""
        return {"embed": lambda joints: self.encoder.representations(self.placed(joints))}

    def tracks(self, name: str, judge: str, chosen: int | None) -> selection.Tracks:
        """Selection rules; every representation has its own best epoch on the probe.

        Args:
            name: phase.
            judge: see FitData.
            chosen: epoch chosen by the fit on kept-out identities, or None.
        """
        patience = self.recipe["training"].patience
        if judge == "held_out":
            score = f"held_out/{MAIN}/mAP"
            rules = {selection.HELD_OUT: selection.Best(score, unseen=1)}
            return selection.Tracks(rules, selection.StrictPatience(patience, score, unseen=1))
        rules = {
            selection.track_of(selection.PROBE_BEST, "" if kind == MAIN else kind): selection.Best(
                f"probe/{kind}/rank1", unseen=1
            )
            for kind in self.columns
        }
        rules[selection.LAST] = selection.Last()
        if chosen is not None:
            rules[selection.HELD_OUT] = selection.At(chosen)
        return selection.Tracks(rules, selection.StrictPatience(patience, f"probe/{MAIN}/rank1", unseen=1))

    def phase(self, name: str, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """The one training, ready for the loop.

        Args:
            name: PHASE.
            data: what it sees.
            tracks: which epochs it keeps.
            folder: for features that do not fit into memory.
        """
        settings, trainer, epochs = self.recipe["training"], self.trainer(), self.epochs(data, folder)
        return phases.Phase(
            name=PHASE,
            epochs=settings.epochs,
            steps=-(-len(epochs.rows) // settings.batch_size),
            batches=epochs.batches,
            step=trainer.step,
            score=lambda epoch: self.score(data),
            models=self.models[PHASE],
            trackables=trainer.trackables(),
            tracks=tracks,
            start_epoch=epochs.start,
            scores_first=True,
            headline=(
                *(f"{data.judge}/{MAIN}/{metric}" for metric in ("rank1", "mAP")),
                *(f"{count}/{level}" for count in ("clusters", "outliers") for level in hi_mpc.LEVELS),
                *("kept/sequences", "total"),
            ),
        )

    def trainer(self) -> training.Trainer:
        """The training step with the recipe's settings."""
        settings = self.recipe["training"]
        return training.Trainer(
            self.encoder, settings.learning_rate, settings.focus, settings.average_joint_loss, settings.plain
        )

    def epochs(self, data: fit_data.FitData, folder: pathlib.Path) -> "Epochs":
        """What the epochs learn from; arguments as `phase`."""
        columns = [self.columns[level] for level in hi_mpc.LEVELS]
        return Epochs(self._embed, columns, data, self.recipe["training"], self.seed, folder)

    def score(self, data: fit_data.FitData) -> dict[str, float]:
        """Retrieval of every representation, on complete batches and, where that is fewer, on all sequences."""
        probe, gallery = (features.extract(self._embed, part, 256) for part in (data.probe, data.gallery))
        batch = self.scored_batch if data.judge == "probe" else 0
        cuts = {data.judge: [slice(len(part) - (len(part) % batch if batch else 0)) for part in (probe, gallery)]}
        if not all(cut.stop for cut in cuts[data.judge]):
            raise ValueError(
                f"probe ({len(probe)}) or gallery ({len(gallery)}) has no complete batch of {batch} sequences. "
                "Use training.probe_remainder='keep' or a smaller training.batch_size."
            )
        if [cut.stop for cut in cuts[data.judge]] != [len(probe), len(gallery)]:
            cuts[f"all {data.judge}"] = [slice(None), slice(None)]
        values = {}
        for label, (probes, galleries) in cuts.items():
            for kind, columns in self.columns.items():
                result = data.protocol.retrieve(probe.part(probes, columns), gallery.part(galleries, columns))
                metrics = result.metrics()
                values |= {f"{label}/{kind}/{name}": metrics[name] for name in SCORED}
        return values


class Epochs:
    """Clusters at the start of an epoch and cuts its batches; fixed order of sequences in all epochs.

    Attributes:
        rows: (rows,) int, training sequences in the order of all epochs; what fills no batch is left out.
        found: pseudo_labels.PseudoLabels of `rows` in the epoch that was started last; None before.
    """

    def __init__(self, embed: Callable, columns: list[slice], data: fit_data.FitData, settings, seed: int, folder):
        self.columns, self.data, self.settings = columns, data, settings
        rng = np.random.RandomState([seed, 0])
        rows = pseudo_labels.draw_rows(data.train.labels, settings.batch_size, settings.resample, rng)
        self.rows = rows[: batches.slices(len(rows), settings.batch_size, settings.remainder)[-1].stop]
        self.encoder = recognition_features.Frozen(embed, folder)
        self.found = None

    def start(self, epoch: int) -> dict[str, float]:
        """Encodes each different training sequence once and clusters every level."""
        stored = self.encoder.of(self.data.train, self.rows)
        vectors = {
            level: np.ascontiguousarray(stored.distinct[:, columns])[stored.index]
            for level, columns in zip(hi_mpc.LEVELS, self.columns, strict=True)
        }
        settings = {name: self.settings[name] for name in CLUSTERING}
        self.found = pseudo_labels.assign(vectors, settings, self.settings.batch_size)
        return pseudo_labels.report(self.found, hi_mpc.LEVELS, self.data.train.labels[self.rows])

    def batches(self, epoch: int) -> Iterator[tuple]:
        """Arguments of the training step for the sequences that have a cluster on every level."""
        found, kept = self.found, self.found.kept
        prototypes = [tf.constant(means) for means in found.prototypes]
        for cut in batches.slices(len(kept), self.settings.batch_size, self.settings.remainder):
            yield tf.constant(self.data.train.take(self.rows[kept[cut]])), found.labels[kept[cut]], *prototypes
