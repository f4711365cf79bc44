# SPDX-License-Identifier: MIT
"""Parity of Hi-MPC: whole epochs replayed, and the checkpoint they end with."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tfskel import features
from tfskel.checkpoints import tf1
from tfskel.data import batches
from tfskel.evaluation import protocols
from tfskel.models import hi_mpc
from tfskel.parity import golden, hi_mpc_model, rows, tie_order
from tfskel.training import hi_mpc as training
from tfskel.training import pseudo_labels

# What a trace was recorded with unless it says otherwise.
SETTINGS = {"eps": 0.8, "min_samples": 2, "k1": 20, "k2": 6, "batch": 16, "lr": 0.00035}
FEATURES = rows.Tolerance(1e-5)
LOSS = rows.Tolerance(0.0, 1e-4)
WEIGHTS = rows.Tolerance(2e-5)
METRICS = rows.Tolerance(1e-6)
LEAST_ARI = 0.99


def trace(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Metrics, features, clusters, losses and final weights of every epoch, each after our own earlier epochs."""
    start = arrays if "data/X_train_J" in arrays else golden.load(_beside(path))
    settings = {name: type(value)(arrays.get(name, value)) for name, value in SETTINGS.items()}
    weights = hi_mpc_model.prefixed(start, "w_init/")
    joints = {part: start[f"data/X_{part}_J"] for part in ("train", "test", "gal")}
    trainer = training.Trainer(hi_mpc_model.new_model(weights, joints["train"].shape[1]), settings.pop("lr"))
    batch = settings.pop("batch")
    epochs = sum(name.endswith("/steps") for name in arrays)
    for epoch in range(epochs):
        recorded = hi_mpc_model.prefixed(arrays, f"e{epoch}/")
        parts = {part: trainer.model.representations(values) for part, values in joints.items()}
        got = _metrics(parts, start, batch)
        yield rows.compare(path.stem, f"trace_metrics/e{epoch}", got, recorded["metrics"], METRICS)
        yield from _features(path.stem, epoch, parts["train"], recorded)
        vectors = {level: np.asarray(parts["train"][level]) for level in hi_mpc.LEVELS}
        ranks = {level: tie_order.nearest(values, settings["k1"]) for level, values in vectors.items()}
        found = pseudo_labels.assign(vectors, settings, batch, ranks)
        own = pseudo_labels.assign(vectors, settings, batch)
        yield from _clusters(path.stem, epoch, found, own, recorded)
        losses = []
        for cut in batches.slices(len(found.kept), batch, "drop"):
            index = found.kept[cut]
            step = trainer.step(joints["train"][index], found.labels[index], *found.prototypes)
            losses.append([float(step[key]) for key in ("J", "P", "B", "total")])
        yield rows.compare(path.stem, f"trace_steps/e{epoch}", losses, recorded["steps"], LOSS)
    final, got = hi_mpc_model.prefixed(arrays, "w_final/"), hi_mpc_model.to_original(trainer.model)
    pairs = [(name, got[name], value) for name, value in final.items() if name in got]
    yield rows.compare_all(path.stem, "trace_weights", pairs, WEIGHTS)
    yield rows.compare_names(path.stem, "trace_weights_set", got, final)


def _beside(path: pathlib.Path) -> pathlib.Path:
    """The recording whose data and first weights this one shares: its name is the beginning of this one's."""
    found = [other for other in path.parent.glob("trace_*.npz") if path.stem.startswith(other.stem + "_")]
    if not found:
        raise ValueError(f"{path.name} holds no data, and no recording beside it has the beginning of its name.")
    return max(found, key=lambda other: len(other.stem))


def _metrics(parts: dict, start: dict, batch: int) -> list[float]:
    """mAP, R1, R5, R10 of MSMR and the levels on complete batches."""
    values = []
    for kind in ("features", *hi_mpc.LEVELS):
        sides = []
        for part in ("test", "gal"):
            labels = start[f"data/y_{part}"]
            stop = len(labels) - len(labels) % batch
            blank, vectors = np.full(stop, ""), np.asarray(parts[part][kind])[:stop]
            sides.append(features.Features(vectors, labels[:stop].astype(str), blank, blank))
        found = protocols.STANDARD.retrieve(*sides)
        values += [found.mAP, found.rank(1), found.rank(5), found.rank(10)]
    return values


def _features(case: str, epoch: int, found: dict, recorded: dict) -> Iterator[rows.Row]:
    letters = {"features": "msmr", **hi_mpc.LETTERS}
    for kind, letter in letters.items():
        if f"feat_{letter}" in recorded:
            want = recorded[f"feat_{letter}"]
            yield rows.compare(case, f"trace_features/e{epoch}_{letter}", found[kind], want, FEATURES)


def _clusters(case: str, epoch: int, found, own, recorded: dict) -> Iterator[rows.Row]:
    """Compares clusters, with equal rows in the order of the recorded search; the note tells of our own order."""
    from sklearn import metrics

    for number, (level, letter) in enumerate(hi_mpc.LETTERS.items()):
        got, want = found.labels[:, number], recorded[f"labels_{letter}"]
        differ = float(np.mean(got != want))
        ari, searched = (metrics.adjusted_rand_score(want, labels) for labels in (got, own.labels[:, number]))
        note = f"{level}: ARI {ari:.4f}, with our own order of equal rows {searched:.4f}"
        name = f"trace_labels/e{epoch}_{letter}"
        yield rows.Row(case, name, differ, differ, f"ARI > {LEAST_ARI}", ari > LEAST_ARI, note)
        want = recorded[f"centroids_{letter}"]
        yield rows.compare(case, f"trace_centroids/e{epoch}_{letter}", found.prototypes[number], want, WEIGHTS)


def checkpoint(folder: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Features that a checkpoint gives."""
    for index in sorted(folder.glob("*.index")):
        name, joints = f"{folder.name}/{index.stem}", arrays["J_in"]
        model = hi_mpc_model.new_model(tf1.read(index), joints.shape[1])
        found = model.representations(joints)
        yield rows.compare(name, "ckpt_msmr", found["features"], arrays["msmr"], FEATURES)
        for level, letter in hi_mpc.LETTERS.items():
            yield rows.compare(name, f"ckpt_sequence/{letter}", found[level], arrays[f"seq_{letter}"], FEATURES)
