# SPDX-License-Identifier: MIT
"""Evaluate: metrics of every family and selection track, beside a baseline that learns nothing."""

import pathlib
from collections.abc import Callable

import ml_collections
import numpy as np

from components import logs, splits
from components import train as training_stage
from components.report import heat_map
from tfskel import arrays, features
from tfskel.data import order as batches
from tfskel.data import skeleton_split as sequences
from tfskel.data import windows
from tfskel.evaluation import auc
from tfskel.training import selection as tracks

FAMILY_A = "A recognition network"
FAMILY_B = "B retrieval"
BASELINE = "no learning: Euclidean distance of root-centred sequences"
LISTED = 5  # gallery entries in a ranked list


def _no_learning(parts: splits.Splits) -> Callable:
    """The baseline's features: root-centred joints, whatever the recipe feeds its network."""
    return lambda joints: windows.centre(joints, parts.skeleton.root).reshape(len(joints), -1)


def _retrieval(embed: Callable, parts: splits.Splits, settings, top: int = 0):
    """Probe and gallery features and the retrieval of all probe sequences."""
    probe, gallery = (
        features.extract(embed, parts.cut(part, "testing"), settings.batch_size)
        for part in (parts.probe, parts.gallery)
    )
    return probe, gallery, parts.protocol.retrieve(probe, gallery, max_rank=settings.max_rank, top=top)


def _row(family: str, track: str, epoch: int | None, scored: int, metrics: dict[str, float]) -> dict:
    return {"family": family, "track": track, "epoch": epoch, "scored": scored, "metrics": metrics}


def _family_b(system, described: dict, model: pathlib.Path, parts: splits.Splits, settings, results: pathlib.Path):
    """Rows of the retrieval tracks and their CMC curves; writes features and ranked lists of the last track."""
    rows, curves = [], {}
    for track, epoch in described["epochs"][system.EMBEDDING].items():
        system.load(model, system.EMBEDDING, track)
        name = tracks.split_track(track)[0]
        for representation, embed in system.embeddings(track).items():
            found = _retrieval(embed, parts, settings, top=LISTED)
            rows += _family_b_rows(tracks.track_of(name, representation), epoch, found, parts, system.scored_batch)
            if not representation:
                probe, gallery, result = found
                curves[f"B {track}"] = result.cmc
        rows += _matching(system, track, epoch, parts)
        if track == tracks.LAST:
            probe.save(results / "probe.npz")
            gallery.save(results / "gallery.npz")
            _write_ranked_lists(results / "ranked.npz", parts, result, settings.ranked_lists)
            lines = [f"{who}\t{take}" for who, take in zip(probe.identities, probe.recordings, strict=True)]
            logs.RunLog(results).embedding("probe_features", probe.vectors, lines, "identity\trecording")
    return rows, curves


def _family_b_rows(track: str, epoch: int, found: tuple, parts: splits.Splits, batch: int) -> list[dict]:
    """Metrics on all sequences and, where the original drops incomplete batches, on the complete ones."""
    probe, gallery, result = found
    rows = [_row(FAMILY_B, track, epoch, len(probe), result.metrics())]
    ends = [len(part) - len(part) % batch for part in (probe, gallery)] if batch else [0, 0]
    if all(ends) and ends != [len(probe), len(gallery)]:
        few = parts.protocol.retrieve(probe.part(slice(ends[0])), gallery.part(slice(ends[1])))
        rows.append(_row(f"{FAMILY_B}, complete batches", track, epoch, ends[0], few.metrics()))
    return rows


def _matching(system, track: str, epoch: int, parts: splits.Splits) -> list[dict]:
    """The row of a system whose original matches probe and gallery by a rule of its own."""
    pair = (parts.cut(part, "testing") for part in (parts.probe, parts.gallery))
    found = system.match(*pair, same_set=parts.protocol.same_set)
    if found is None:
        return []
    return [_row(f"{FAMILY_B}, the original's matching", track, epoch, found.pop("scored"), found)]


def _write_ranked_lists(path: pathlib.Path, parts: splits.Splits, result, count: int) -> None:
    """Stores a few probe sequences, half of them found at rank 1 where possible, with their nearest gallery entries."""
    probe, gallery = parts.cut(parts.probe, "testing"), parts.cut(parts.gallery, "testing")
    found = result.first_match == 1
    chosen = [np.flatnonzero(mask) for mask in (found, ~found)]
    half = [rows[np.linspace(0, len(rows) - 1, min(len(rows), count // 2)).astype(int)] for rows in chosen]
    index = np.unique(np.concatenate(half))
    nearest = result.top_index[index]
    root = parts.skeleton.root
    arrays.write(
        path,
        probe_joints=windows.centre(probe.take(index), root),
        probe_identity=probe.identity[index],
        joints=np.stack([windows.centre(gallery.take(row), root) for row in nearest]),
        identity=gallery.identity[nearest],
        distance=result.top_distance[index],
    )


def _scores(system, data: sequences.Sequences, rows: np.ndarray, batch_size: int) -> np.ndarray:
    import tensorflow as tf

    classify = tf.function(system.scores, reduce_retracing=True)
    cuts = batches.slices(len(rows), batch_size, "keep")
    return np.concatenate([classify(tf.constant(data.take(rows[cut]))).numpy() for cut in cuts])


def _family_a(system, described: dict, model: pathlib.Path, parts: splits.Splits, settings, results: pathlib.Path):
    """Rows of the recognition network's tracks, on all sequences and on those in the original's complete batches."""
    probe = parts.cut(parts.probe, "testing")
    rows = np.flatnonzero(probe.labels >= 0)
    complete = np.searchsorted(rows, system.scored_rows(probe))
    system.load(model, system.EMBEDDING, "last")  # the original's recognition network sits on the last encoder
    table, curves, confusions = [], {}, {}
    for track, epoch in described["epochs"][system.CLASSIFIER].items():
        system.load(model, system.CLASSIFIER, track)
        scores, labels = _scores(system, probe, rows, settings.batch_size), probe.labels[rows]
        ranks = auc.rank_n(scores, labels)
        table.append(_row(FAMILY_A, track, epoch, len(rows), _closed_set(scores, labels, ranks)))
        if len(complete) and not np.array_equal(np.sort(complete), np.arange(len(rows))):
            own = scores[complete], labels[complete]
            few = _closed_set(*own, auc.rank_n(*own))
            table.append(_row(f"{FAMILY_A}, complete batches", track, epoch, len(complete), few))
        curves[f"A {track}"] = ranks[: settings.max_rank]
        confusions[track] = auc.confusion(scores, labels)
        picture = heat_map.pixels(confusions[track], f"confusion, {track}", described["classes"], described["classes"])
        logs.RunLog(results).image(f"confusion/{track}", picture)
    return table, curves, confusions


def _closed_set(scores: np.ndarray, labels: np.ndarray, ranks: np.ndarray) -> dict[str, float]:
    metrics = {"rank1": float(np.mean(np.argmax(scores, axis=1) == labels)), "nAUC": auc.micro_nauc(scores, labels)}
    return metrics | {f"rank{n}": float(ranks[n - 1]) for n in (5, 10) if n <= len(ranks)}


def _warnings(parts: splits.Splits, described: dict) -> list[str]:
    probe = set(parts.probe.identity)
    unknown = sorted(probe - set(parts.gallery.identity))
    strangers = sorted(probe - set(parts.classes))
    found = [
        f"seed {described['seed']}: track {track!r} kept no epoch of phase {phase}; its rule saves nothing before a "
        "certain epoch, and no later epoch was better"
        for phase, epochs in described["epochs"].items()
        for track in (tracks.PROBE_BEST, tracks.LAST)
        if not any(tracks.split_track(name)[0] == track for name in epochs)
    ]
    if unknown:
        found.append(f"identities of the probe that are not in the gallery count as never found: {', '.join(unknown)}")
    if strangers:
        found.append(f"identities of the probe that are not in train are left out of family A: {', '.join(strangers)}")
    return found


def evaluate(
    recipe: dict,
    evaluation: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: pathlib.Path,
    seed: int,
    results: pathlib.Path,
):
    """Scores every track on the protocol's probe.

    Output `results`: `metrics.json` (rows, warnings), `curves.npz`, `confusion.npz`, `probe.npz` and `gallery.npz`
    (features of the last track), `ranked.npz`.
    """
    recipe = splits.resolved(recipe, recordings)
    system, described = training_stage.restore(recipe, model)
    parts = splits.read(recordings, recipe["dataset"], recipe["division"])
    baseline = _retrieval(_no_learning(parts), parts, evaluation)[2]
    rows = [_row(FAMILY_B, BASELINE, None, len(baseline.first_match), baseline.metrics())]
    found, curves = _family_b(system, described, model, parts, evaluation, results)
    confusions = {}
    if system.CLASSIFIER:
        closed, more, confusions = _family_a(system, described, model, parts, evaluation, results)
        found, curves = closed + found, more | curves
    arrays.write(results / "curves.npz", **curves, **{"B no learning": baseline.cmc})
    arrays.write(results / "confusion.npz", **confusions)
    arrays.write_json(
        results / "metrics.json",
        {"seed": seed, "rows": found + rows, "classes": described["classes"], "warnings": _warnings(parts, described)},
    )
