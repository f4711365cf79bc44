# SPDX-License-Identifier: MIT
"""Evaluate: metrics of every family and selection, beside baselines that learn nothing."""

import functools
import pathlib

import ml_collections
import numpy as np
from absl import logging

from components import baselines, logs, pictures, reranked, splits, stress, tested_set, unknown_people
from components import train as training_stage
from components.drawing import heat_map, ranked_picture
from tfskel import arrays, skeletons
from tfskel.data import draws, order
from tfskel.evaluation import auc, bootstrap, levels
from tfskel.systems import base
from tfskel.training import selection

FAMILY_A = "A recognition network"
FAMILY_B = "B retrieval"
COMPLETE = ", complete batches"
NO_LEARNING, UNTRAINED = baselines.NO_LEARNING, baselines.UNTRAINED
PROBES = "probes.npz"


def _row(family: str, kept: str, epoch: int | None, scored: int, metrics: dict[str, float]) -> dict:
    return {"family": family, "selection": kept, "epoch": epoch, "scored": scored, "metrics": metrics}


def _baselines(describe: baselines.Describe, parts: splits.Splits, settings, strangers: unknown_people.UnknownPeople):
    """Rows of what learned nothing, initial weights among them, the best one's CMC curve, and scores of each probe."""
    protocol, sides = parts.protocol, parts.of_sides(describe)
    train = {} if strangers.off else describe(parts.train.apart())
    stressed = stress.metrics(describe, parts) if settings.stress else {}
    rows, curves, scores = [], [], {}
    for name, probe in sides[0].items():
        gallery, searches = sides[1][name], functools.partial(_stranger_searches, train.get(name))
        result = protocol.retrieve(probe, gallery, max_rank=settings.max_rank)
        row = _row(FAMILY_B, NO_LEARNING + name, None, len(probe), protocol.metrics(result)) | _unmatched(result)
        row |= _levels(probe, gallery, protocol) | strangers.row(NO_LEARNING + name, probe, gallery, searches)
        rows.append(row | stressed.get(name, {}))
        curves.append(result.cmc)
        scores[NO_LEARNING + name] = bootstrap.scores(result)
        rows += _reranked(NO_LEARNING + name, None, probe, gallery, parts, settings, scores)
    scores |= bootstrap.units(probe, gallery if protocol.both_directions else None)
    return rows, {"B no learning": max(curves, key=lambda curve: curve[0])}, scores


def _unmatched(result) -> dict[str, int]:
    """How many probe items have no match: rank-k counts them as missed, mAP and the CMC forms leave them out."""
    return {"unmatched": result.unmatched} if result.unmatched else {}


def _stranger_searches(items, number: int, seed: int):
    for probe, gallery in draws.searches(items, number, seed):
        yield items.part(probe), items.part(gallery)


def _levels(probe, gallery, protocol) -> dict[str, dict]:
    """More windows of a recording as one item, where items are windows of two sets."""
    found = {} if protocol.pooling or protocol.one_set else levels.metrics(probe, gallery, protocol.retrieve)
    return {"levels": found} if found else {}


def _family_b(
    system, described: dict, model: pathlib.Path, parts: splits.Splits, settings, results: pathlib.Path, strangers
):
    """Rows of the retrieval selections, CMC curves, scores of each probe; writes the last one's features and lists."""
    rows, curves, scores = [], {}, {}
    for kept, epoch in described["epochs"][system.EMBEDDING].items():
        system.load(model, system.EMBEDDING, kept)
        describe = functools.partial(system.features, batch=settings.batch_size, pool=parts.protocol.pool)
        sides = parts.of_sides(describe)
        name = selection.split_selection(kept)[0]
        for representation in filter(system.reported(kept), sides[0]):
            probe, gallery = (side[representation] for side in sides)
            main = representation == base.MAIN
            result = parts.protocol.retrieve(
                probe, gallery, max_rank=settings.max_rank, top=pictures.LISTED if main else 0
            )
            label = selection.selection_of(name, "" if main else representation)
            scores[label] = bootstrap.scores(result)
            of_result = _family_b_rows(label, epoch, probe, gallery, result, parts, system.scored_batch)
            rows += of_result
            if main:
                curves[f"B {kept}"] = result.cmc
                curves |= {f"B {kept}, {form}": curve for form, curve in result.curves.items()}
                of_result[0] |= _levels(probe, gallery, parts.protocol)
                searches = functools.partial(
                    system.stranger_searches, parts.train, batch=settings.batch_size, pool=parts.protocol.pool
                )
                of_result[0] |= strangers.row(label, probe, gallery, searches)
                rows += _reranked(label, epoch, probe, gallery, parts, settings, scores)
                if settings.stress:
                    of_result[0] |= stress.metrics(functools.partial(describe, names=(base.MAIN,)), parts)[base.MAIN]
            if main and kept == selection.LAST:
                _write_last(results, probe, gallery, result, parts, settings.ranked_lists)
        if kept == selection.LAST:
            for path in system.feature_files(results, parts.probe, parts.gallery, settings):
                logging.info("features: %s", path)
        rows += _matching(system, kept, epoch, sides, parts)
    return rows, curves, scores


def _family_b_rows(label: str, epoch: int, probe, gallery, result, parts: splits.Splits, batch: int) -> list[dict]:
    """Metrics on all items and, where the original drops incomplete batches, on the complete ones."""
    rows = [_row(FAMILY_B, label, epoch, len(probe), parts.protocol.metrics(result)) | _unmatched(result)]
    ends = [len(side) - len(side) % batch for side in (probe, gallery)] if batch else [0, 0]
    if all(ends) and ends != [len(probe), len(gallery)]:
        few = parts.protocol.retrieve(probe.part(slice(ends[0])), gallery.part(slice(ends[1])))
        rows.append(_row(FAMILY_B + COMPLETE, label, epoch, ends[0], parts.protocol.metrics(few)))
    return rows


def _reranked(label: str, epoch: int | None, probe, gallery, parts: splits.Splits, settings, scores: dict) -> list:
    """The row after re-ranking where the recipe asks for it, whose scores are added to those of the other rows."""
    if not settings.rerank:
        return []
    result = reranked.retrieve(parts.protocol, probe, gallery, settings.max_rank)
    scores[f"{reranked.FAMILY} {label}"] = bootstrap.scores(result)
    return [_row(reranked.FAMILY, label, epoch, len(probe), parts.protocol.metrics(result))]


def _matching(system, kept: str, epoch: int, sides: list[dict], parts: splits.Splits) -> list[dict]:
    """The row of a system whose original matches probe and gallery by a rule of its own."""
    metrics = system.match(*sides, same_set=parts.protocol.same_set)
    if metrics is None:
        return []
    return [_row(f"{FAMILY_B}, the original's matching", kept, epoch, metrics.pop("scored"), metrics)]


def _write_last(results: pathlib.Path, probe, gallery, result, parts: splits.Splits, lists: int) -> None:
    """Stores features of probe and gallery, and ranked lists."""
    probe.save(results / "probe.npz")
    gallery.save(results / "gallery.npz")
    searched = (parts.probe, probe), (parts.gallery, gallery)
    pictures.write_ranked_lists(results / "ranked.npz", *searched, result, lists)
    board = logs.RunLog(results)
    parents = skeletons.get(parts.dataset.skeleton).parents if "skeleton" in parts.dataset else ()
    board.image("ranked lists", ranked_picture.pixels(arrays.read(results / "ranked.npz"), parents))
    lines = [f"{who}\t{recording}" for who, recording in zip(probe.identities, probe.recordings, strict=True)]
    board.embedding("probe_features", probe.vectors, lines, "identity\trecording")


def _scores(system, probe, rows: np.ndarray, batch_size: int) -> np.ndarray:
    import tensorflow as tf

    classify = tf.function(system.scores, reduce_retracing=True, autograph=False)
    cuts = order.slices(len(rows), batch_size, "keep")
    return np.concatenate([classify(tf.constant(probe.read(rows[cut]))).numpy() for cut in cuts])


def _family_a(system, described: dict, model: pathlib.Path, probe, settings, results: pathlib.Path):
    """Rows of the recognition network's selections, on all items and on those in the original's complete batches.

    Also CMC curves, confusions, and of each selection (2, P) what `bootstrap.scores` are of a retrieval.
    """
    rows = np.flatnonzero(probe.labels >= 0)
    complete = np.searchsorted(rows, system.scored_rows(probe))
    system.load(model, system.EMBEDDING, selection.LAST)  # the original's recognition network sits on the last encoder
    table, curves, confusions, hits = [], {}, {}, {}
    for kept, epoch in described["epochs"][system.CLASSIFIER].items():
        system.load(model, system.CLASSIFIER, kept)
        scores, labels = _scores(system, probe, rows, settings.batch_size), probe.labels[rows]
        ranks = auc.rank_n(scores, labels)
        hits[f"{FAMILY_A} {kept}"] = np.full((2, len(probe)), np.nan)
        hits[f"{FAMILY_A} {kept}"][0, rows] = np.argmax(scores, axis=1) == labels
        table.append(_row(FAMILY_A, kept, epoch, len(rows), _closed_set(scores, labels, ranks)))
        if len(complete) and not np.array_equal(np.sort(complete), np.arange(len(rows))):
            few = scores[complete], labels[complete]
            metrics = _closed_set(*few, auc.rank_n(*few))
            table.append(_row(FAMILY_A + COMPLETE, kept, epoch, len(complete), metrics))
        curves[f"A {kept}"] = ranks[: settings.max_rank]
        confusions[kept] = auc.confusion(scores, labels)
        names = described["classes"], described["classes"]
        picture = heat_map.pixels(confusions[kept], f"confusion, {kept}", *names)
        logs.RunLog(results).image(f"confusion/{kept}", picture)
    return table, curves, confusions, hits


def _closed_set(scores: np.ndarray, labels: np.ndarray, ranks: np.ndarray) -> dict[str, float]:
    metrics = {"rank1": float(np.mean(np.argmax(scores, axis=1) == labels)), "nAUC": auc.micro_nauc(scores, labels)}
    return metrics | {f"rank{n}": float(ranks[n - 1]) for n in (5, 10) if n <= len(ranks)}


def _warnings(system, parts: splits.Splits, described: dict, recognised: bool) -> list[str]:
    probe = set(parts.probe.identity)
    unknown = sorted(probe - set(parts.gallery.identity))
    strangers = sorted(probe - set(parts.classes))
    warnings = [
        f"seed {described['seed']}: selection {kept!r} kept no epoch of phase {phase}; its rule saves nothing before a "
        "certain epoch, and no later epoch was better"
        for phase, epochs in described["epochs"].items()
        for kept in system.SELECTIONS
        if not any(selection.split_selection(name)[0] == kept for name in epochs)
    ]
    if unknown:
        warnings.append(
            f"identities of the probe that are not in the gallery count as never found: {', '.join(unknown)}"
        )
    if strangers and recognised:
        warnings.append(
            f"identities of the probe that are not in train are left out of family A: {', '.join(strangers)}"
        )
    return warnings


def evaluate(
    recipe: dict,
    evaluation: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: pathlib.Path,
    seed: int,
    results: pathlib.Path,
):
    """Scores every selection on the protocol's probe.

    Output `results`: `metrics.json` (rows, warnings), `curves.npz`, `confusion.npz`, `probe.npz` and `gallery.npz`
    (features of the last selection), `ranked.npz`, `probes.npz` (see `bootstrap.units` and, by selection,
    `bootstrap.scores`; of other families under family and selection), `unknown.json` (see
    `UnknownPeople.save`).
    """
    system, described, parts = training_stage.restore(recipe, recordings, model)
    parts, recognised = tested_set.read(parts, evaluation, recordings), system.CLASSIFIER and not evaluation.on
    strangers = unknown_people.UnknownPeople(parts.train, parts.protocol, seed, system.REFITS, evaluation.unknown)
    describe = baselines.describe(system, parts, evaluation.batch_size)
    without, curves, scores = _baselines(describe, parts, evaluation, strangers)  # before weights are loaded
    rows, more, scores_of_results = _family_b(system, described, model, parts, evaluation, results, strangers)
    strangers.save(results)
    curves, confusions = more | curves, {}
    if recognised:
        closed, more, confusions, hits = _family_a(system, described, model, parts.probe, evaluation, results)
        rows, curves, scores = closed + rows, more | curves, scores | hits
    arrays.write(results / PROBES, **scores, **scores_of_results)
    arrays.write(results / "curves.npz", **curves)
    arrays.write(results / "confusion.npz", **confusions)
    logs.RunLog(results).hyperparameters(recipe | {"evaluation": evaluation}, seed, rows)
    arrays.write_json(
        results / "metrics.json",
        {
            "seed": seed,
            "rows": rows + without,
            "classes": described["classes"],
            "warnings": tested_set.warnings(parts.dataset, evaluation)
            + _warnings(system, parts, described, recognised),
        },
    )
