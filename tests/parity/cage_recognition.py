# SPDX-License-Identifier: MIT
"""CAGE beside its recordings: training steps of the recognition network, and the metrics of its evaluation."""

import json
from collections.abc import Iterator, Sequence

import numpy as np

from tests.parity import rows
from tests.parity.reading import prefixed
from tfskel.checkpoints import assign, name_table
from tfskel.data import order as batches
from tfskel.evaluation import auc, sequence_scores
from tfskel.systems import recognition
from tfskel.systems.cage import original as names
from tfskel.systems.cage import recognition_stage as cage_recognition


def _model(original: dict) -> recognition.Recognition:
    """A recognition network with original weights."""
    (width, hidden), classes = original["W1"].shape, original["W"].shape[1]
    model = recognition.Recognition(width, classes, units=hidden)
    name_table.load(model, original, names.CLASSIFIER, names.IGNORED)
    return model


def step(name: str, arrays: dict) -> Iterator[rows.Row]:
    """The first batch and five updates, one by one and in one call."""
    row, meta = rows.Table("cage recognition", name), json.loads(str(arrays["meta"]))
    features, labels = arrays["input/features"], arrays["input/labels"]
    cuts = batches.slices(len(labels), meta["batch"])
    cuts = [cuts[k % len(cuts)] for k in range(len(arrays["loss/after_step"]))]
    alone, together = (
        recognition.RecognitionTrainer(_model(prefixed(arrays, "weight/")), meta["learning_rate"]) for _ in range(2)
    )
    first = features[cuts[0]], labels[cuts[0]]
    means, logits, _ = alone.score(first[0][:, None], first[1], meta["batch"])
    ours = {"out/hidden": alone.model.hidden(first[0]), "out/logits": logits, "out/accuracy": means["accuracy"]}
    yield from row.each(ours | {"loss/cross_entropy": means["loss"]}, arrays)
    yield row("grad", _original(alone.gradients(first[0][:, None], first[1])[1]), prefixed(arrays, "grad/"))
    losses = []
    for number, cut in enumerate(cuts, start=1):
        alone.step(features[cut, None], labels[cut])
        losses.append(float(alone.gradients(features[cut, None], labels[cut])[0]))
        recorded = prefixed(arrays, f"after{number}/")
        if recorded:
            yield row(f"after{number}", _original(alone.model.trainable_variables), recorded)
    yield row("loss/after_step", losses, arrays["loss/after_step"])
    together.steps(np.stack([features[cut] for cut in cuts]), np.stack([labels[cut] for cut in cuts]))
    for ours, single in zip(together.model.trainable_variables, alone.model.trainable_variables, strict=True):
        yield row(f"one_call/{assign.weight_name(ours)}", ours, single)


def _original(values: Sequence) -> dict[str, np.ndarray]:
    return dict(zip(names.CLASSIFIER, values, strict=True))


def evaluation(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Scores of complete batches and every metric, for each recorded test set."""
    meta = json.loads(str(arrays["meta"]))
    per = meta["frames"] if meta["manner"] == "ap" else 1
    for test in sorted(key.removesuffix("/features").removeprefix("input") for key in arrays if "features" in key):
        model = _model(prefixed(arrays, f"weight{test}/") or prefixed(arrays, "weight/"))
        given, recorded = prefixed(arrays, f"input{test}/"), prefixed(arrays, f"out{test}/")
        logits, row = recorded["logits"], rows.Table("cage recognition", name + test)
        count = sequence_scores.scored(len(given["labels"]) // per, per, meta["batch"])
        yield row("eval/rows", count, len(logits) // per)
        yield row("eval/logits", model(given["features"][: len(logits)]), logits)
        of_frames, labels = logits[: count * per].reshape(count, per, -1), given["labels"][: count * per : per]
        metrics = cage_recognition.metrics(of_frames, labels)
        scores = cage_recognition.average(of_frames).numpy()
        counts = auc.confusion(scores, labels)
        present = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
        ours = {
            "rank_n": auc.rank_n(scores, labels),
            "rank_1": metrics["accuracy"],
            "rank_1_printed": metrics["accuracy"],
            "nauc": metrics["nAUC"],
            "confusion": counts[np.ix_(present, present)],
        }
        yield from row.each(ours, recorded, "eval/")
