# SPDX-License-Identifier: MIT
"""Hi-MPC beside its recordings: whole epochs, replayed by the product's own scoring, clustering, batches and steps."""

import dataclasses
import functools
import pathlib
import tempfile
from collections.abc import Iterator
from unittest import mock

import numpy as np

from configs import hi_mpc as recipes
from tests.parity import original_names, reading, rows, tie_order, tolerances
from tests.parity.reading import prefixed
from tfskel.checkpoints import name_table
from tfskel.clustering import neighbours
from tfskel.systems import base
from tfskel.systems import fit as fit_data
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import original as names
from tfskel.systems.hi_mpc import pseudo_labels
from tfskel.systems.hi_mpc import system as hi_mpc_system

# Settings that a trace states where they are not what it was recorded with by default: recorded name -> recipe's.
SETTINGS = {name: name for name in ("eps", "min_samples", "k1", "k2")} | {"lr": "learning_rate", "batch": "batch_size"}
BATCH = 16
KINDS = {hi_mpc_system.MSMR: "msmr", **hi_mpc.LETTERS}  # representation -> letter of its recorded features
METRICS = ("mAP", "rank1", "rank5", "rank10")


def original(model: hi_mpc.HiMPC, like: dict, values=None) -> dict[str, np.ndarray]:
    """A model's weights, or values of its trainable variables, under their original names."""
    table = names.table(model.heads)
    like = {name: like[name] for name in table}
    ours = original_names.named(model.trainable_variables, values)
    return original_names.to_original(ours, like, functools.partial(name_table.to_ours, entries=table))


def trace(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Metrics, features, clusters, losses and final weights of every epoch, each after our own earlier epochs."""
    start = arrays if "data/X_train_J" in arrays else reading.load(_beside(path))
    system, row = _system(start, arrays), rows.Table("hi_mpc", path.stem)
    data, trainer = _data(system, start), system.trainer()
    with tempfile.TemporaryDirectory() as folder:
        data = dataclasses.replace(data, folder=pathlib.Path(folder))
        epochs = system.epochs(data)
        for epoch in range(sum(name.endswith("/steps") for name in arrays)):
            recorded = prefixed(arrays, f"e{epoch}/")
            scores = system.score(data)
            metrics = [scores[f"probe/{kind}/{metric}"] for kind in KINDS for metric in METRICS]
            yield row(f"trace_metrics/e{epoch}", metrics, recorded["metrics"])
            for name, features in system.features(data.train.subset(epochs.rows)).items():
                letter = KINDS[hi_mpc_system.MSMR if name == base.MAIN else name]
                if f"feat_{letter}" in recorded:
                    yield row(f"trace_features/e{epoch}_{letter}", features.vectors, recorded[f"feat_{letter}"])
            yield from _clusters(row, epoch, epochs, recorded)
            steps = [trainer.step(*batch) for batch in epochs.batches(epoch)]
            losses = [[float(step[key]) for key in ("J", "P", "B", "total")] for step in steps]
            yield row(f"trace_steps/e{epoch}", losses, recorded["steps"])
    ours, final = original(system.encoder, prefixed(start, "w_init/")), prefixed(arrays, "w_final/")
    yield row("trace_weights", ours, final)
    yield row("trace_weights_set", ours, final.keys())


def _system(start: dict, arrays: dict) -> hi_mpc_system.HiMPCSystem:
    """The product with the recorded settings and first weights."""
    weights, recipe = prefixed(start, "w_init/"), recipes.base()
    seen = names.hyperparameters({name: value.shape for name, value in weights.items()})
    recipe.dataset.update(skeleton=seen.pop("skeleton"), length=start["data/X_train_J"].shape[1])
    recipe.network.update(seen)
    recipe.training.update(batch_size=BATCH, resample=False)
    for name in SETTINGS.keys() & arrays.keys():
        recipe.training[SETTINGS[name]] = type(recipe.training[SETTINGS[name]])(arrays[name])
    system = hi_mpc_system.HiMPCSystem(recipe, classes=len(np.unique(start["data/y_train"])), seed=0)
    names.load(system.encoder, weights)
    return system


def _data(system: hi_mpc_system.HiMPCSystem, start: dict) -> fit_data.Fit:
    """The recorded sequences; those of train stand where the product's own shuffle brings them back into order."""
    parts = {part: (start[f"data/X_{part}_J"], start[f"data/y_{part}"]) for part in ("train", "test", "gal")}
    joints, labels = parts["train"]
    rng = np.random.RandomState([system.seed, 0])
    drawn = pseudo_labels.draw_rows(labels, system.recipe["training"].batch_size, False, rng)
    parts["train"] = joints[np.argsort(drawn)], labels[np.argsort(drawn)]
    train, probe, gallery = (reading.as_sequences(*part, root=None) for part in parts.values())
    return fit_data.Fit(train, probe, gallery)


def _beside(path: pathlib.Path) -> pathlib.Path:
    """The recording whose data and first weights this one shares: its name is the beginning of this one's."""
    found = [other for other in path.parent.glob("trace_*.npz") if path.stem.startswith(other.stem + "_")]
    if not found:
        raise ValueError(f"{path.name} holds no data, and no recording beside it has the beginning of its name.")
    return max(found, key=lambda other: len(other.stem))


def _recorded_search(vectors, k, *settings) -> np.ndarray:
    return tie_order.nearest(vectors, k)


def _clusters(row: rows.Table, epoch: int, epochs: hi_mpc_system.Epochs, recorded: dict) -> Iterator[rows.Row]:
    """Starts the epoch with equal rows in the order of the recorded search; the note tells of our own order."""
    from sklearn import metrics

    epochs.start(epoch)
    own = epochs.found.labels
    with mock.patch.object(neighbours, "distinct_neighbours", _recorded_search):
        epochs.start(epoch)
    for number, (level, letter) in enumerate(hi_mpc.LETTERS.items()):
        ours, want = epochs.found.labels[:, number], recorded[f"labels_{letter}"]
        name, least = f"trace_labels/e{epoch}_{letter}", tolerances.LEAST_ARI
        if ours.shape != want.shape:
            yield row(name, ours, want)
            continue
        ari, searched = (metrics.adjusted_rand_score(want, labels) for labels in (ours, own[:, number]))
        note = f"{level}: ARI {ari:.4f}, with our own order of equal rows {searched:.4f}"
        differ = float(np.mean(ours != want))
        yield rows.Row(row.case, name, differ, differ, f"ARI > {least}", ari > least, note)
        means = epochs.found.prototypes[number]
        yield row(f"trace_centroids/e{epoch}_{letter}", means, recorded[f"centroids_{letter}"])
