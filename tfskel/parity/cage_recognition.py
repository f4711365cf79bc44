# SPDX-License-Identifier: MIT
"""Parity of CAGE: training steps of the recognition network, and the metrics of its evaluation."""

import json
import pathlib
from collections.abc import Iterator

import numpy as np

from tfskel.checkpoints import cage as names
from tfskel.evaluation import auc, sequence_scores
from tfskel.models import recognition
from tfskel.parity import rows
from tfskel.parity.cage_model import prefixed
from tfskel.training import recognition as training

LOGITS = rows.Tolerance(1e-4, 1e-6)
LOSS = rows.Tolerance(0.0, 1e-5)
GRADIENT = rows.Tolerance(1e-5)
WEIGHTS = rows.Tolerance(5e-6)
METRIC = rows.Tolerance(1e-12)


def new_model(original: dict) -> recognition.Recognition:
    """A recognition network with original weights."""
    (width, hidden), classes = original["W1"].shape, original["W"].shape[1]
    model = recognition.Recognition(width, classes, hidden=hidden)
    names.load_classifier(model, original)
    return model


def step(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """The first batch and five updates, one by one and in one call."""
    case, meta = path.stem, json.loads(str(arrays["meta"]))
    size, original = meta["batch"], prefixed(arrays, "weight/")
    features, labels = arrays["input/features"], arrays["input/labels"]
    trainer = training.RecognitionTrainer(new_model(original), meta["learning_rate"])
    model, first = trainer.model, slice(0, size)
    hidden = np.maximum(features[first] @ np.asarray(model.hidden_kernel) + np.asarray(model.hidden_bias), 0)
    logits = np.asarray(model(features[first]))
    yield rows.compare(case, "out/hidden", hidden, arrays["out/hidden"], LOGITS)
    yield rows.compare(case, "out/logits", logits, arrays["out/logits"], LOGITS)
    accuracy = np.mean(logits.argmax(axis=1) == labels[first])
    yield rows.compare(case, "out/accuracy", accuracy, arrays["out/accuracy"], rows.Tolerance(1e-6))
    loss, gradients = trainer.gradients(features[first, None], labels[first])
    yield rows.compare(case, "loss/cross_entropy", loss, arrays["loss/cross_entropy"], LOSS)
    yield _all(case, "grad", gradients, arrays, GRADIENT)
    yield from _steps(case, trainer, features, labels, size, meta["learning_rate"], arrays)


def _steps(case: str, trainer, features, labels, size: int, learning_rate: float, arrays: dict) -> Iterator[rows.Row]:
    whole = len(features) // size
    cuts = [slice(k % whole * size, (k % whole + 1) * size) for k in range(len(arrays["loss/after_step"]))]
    together = training.RecognitionTrainer(new_model(prefixed(arrays, "weight/")), learning_rate)
    losses = []
    for number, cut in enumerate(cuts, start=1):
        trainer.step(features[cut, None], labels[cut])
        losses.append(float(trainer.gradients(features[cut, None], labels[cut])[0]))
        if prefixed(arrays, f"after{number}/"):
            yield _all(case, f"after{number}", trainer.model.trainable_variables, arrays, WEIGHTS)
    yield rows.compare(case, "loss/after_step", losses, arrays["loss/after_step"], LOSS)
    together.steps(np.stack([features[cut] for cut in cuts]), np.stack([labels[cut] for cut in cuts]))
    for ours, single in zip(together.model.trainable_variables, trainer.model.trainable_variables, strict=True):
        yield rows.compare(case, f"one_call/{ours.name}", ours, single, rows.EXACT)


def _all(case: str, kind: str, values, arrays: dict, tolerance: rows.Tolerance) -> rows.Row:
    ours = dict(zip(names.CLASSIFIER, values, strict=True))
    pairs = [(name, ours[name], want) for name, want in prefixed(arrays, f"{kind}/").items()]
    return rows.compare_all(case, kind, pairs, tolerance)


def evaluation(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Scores of complete batches and every metric, for each recorded test set."""
    meta = json.loads(str(arrays["meta"]))
    for test in sorted(name.removesuffix("/features").removeprefix("input") for name in arrays if "features" in name):
        original = prefixed(arrays, f"weight{test}/") or prefixed(arrays, "weight/")
        given, want = prefixed(arrays, f"input{test}/"), prefixed(arrays, f"out{test}/")
        yield from _evaluation(path.stem + test, meta, new_model(original), given, want)


def _evaluation(case: str, meta: dict, model, given: dict, want: dict) -> Iterator[rows.Row]:
    used = sequence_scores.complete(len(given["labels"]), meta["batch"])
    yield rows.compare(case, "eval/rows", used, len(want["logits"]), rows.EXACT)
    logits = np.asarray(model(given["features"][:used]))
    yield rows.compare(case, "eval/logits", logits, want["logits"], LOGITS)
    per = meta["frames"] if meta["manner"] == "ap" else 1
    scores, labels = sequence_scores.average(want["logits"], given["labels"][:used], per)
    yield rows.compare(case, "eval/rank_n", auc.rank_n(scores, labels, decimals=None), want["rank_n"], METRIC)
    first = np.mean(scores.argmax(axis=1) == labels)
    yield rows.compare(case, "eval/rank_1", first, want["rank_1"], METRIC)
    yield rows.compare(
        case, "eval/rank_1_printed", round(float(first), 6), want["rank_1_printed"], rows.Tolerance(1e-7)
    )
    yield rows.compare(case, "eval/nauc", auc.micro_nauc(scores, labels), want["nauc"], METRIC)
    counts = auc.confusion(scores, labels)
    present = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    yield rows.compare(case, "eval/confusion", counts[np.ix_(present, present)], want["confusion"], rows.EXACT)
