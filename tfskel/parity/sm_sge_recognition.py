# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: the recognition stage, from one batch to several epochs."""

from collections.abc import Iterator

import numpy as np

from tfskel.checkpoints import assign
from tfskel.checkpoints import sm_sge as names
from tfskel.data import batches
from tfskel.evaluation import auc
from tfskel.parity import rows, sm_sge_forward, sm_sge_training
from tfskel.parity.sm_sge_case import SCALE_OF, Case, prefixed
from tfskel.training import recognition as recognition_training

TRACE = ("train_loss", "train_accuracy", "train_nAUC", "test_loss", "test_accuracy", "test_nAUC")
EPOCH_LOSS = rows.Tolerance(0.0, 1e-3)
EPOCH_NAUC = rows.Tolerance(5e-3)
EPOCH_LOGITS = rows.Tolerance(0.0, 1e-3)
METRIC = rows.Tolerance(1e-6)


def encoder(case: Case, kind: str) -> Iterator[rows.Row]:
    """Every trained encoder weight has a place, and comes back as it was."""
    recorded = prefixed(case.arrays(kind), "weight/")
    back = case.untrained() | case.to_original(case.encoder(recorded))
    yield rows.compare_names(case.name, f"{kind}_set", back, recorded)
    pairs = [(n, v, recorded[n]) for n, v in back.items() if n in recorded]
    # Adding the forget gate's constant and taking it off again costs the last bit of a float32.
    yield rows.compare_all(case.name, kind, pairs, rows.Tolerance(2e-7))


def first_batch(case: Case, kind: str) -> Iterator[rows.Row]:
    """Features, logits, loss, gradients and updates on the first training batch of the stage."""
    arrays = case.arrays(kind)
    model, joints, labels = case.trained_encoder(), case.joints(kind), case.labels(kind)
    nodes = model.scales(joints)
    for letter, scale in SCALE_OF.items():
        if f"input/{letter}" in arrays:
            want = arrays[f"input/{letter}"]
            yield rows.compare(case.name, f"{kind}_input/{letter}", nodes[scale], want, sm_sge_forward.INPUT)
    yield from sm_sge_forward.recognition(case, arrays, model, joints, labels, f"{kind}/", 2)
    features = np.asarray(model.prefix_features(joints, margin=case.settings.margin))
    trainer = _trainer(case, float(arrays["lr"]))
    gradients = [np.asarray(g) for g in trainer.gradients(features, labels)[1]]
    want = prefixed(arrays, "mlp_grad/")
    got = _classifier_arrays(trainer.model, gradients)
    pairs = [(n, got[n], value) for n, value in want.items()]
    tolerance = sm_sge_training.gradient_tolerance(want)
    yield rows.compare_all(case.name, "mlp_grad", pairs, tolerance)
    yield from _after(case, arrays, trainer, features, labels)


def _after(case: Case, arrays: dict, trainer, features, labels) -> Iterator[rows.Row]:
    kinds = {name.partition("/")[0] for name in arrays if name.startswith("mlp_after")}
    due = {int(kind.removeprefix("mlp_after")): kind for kind in kinds}
    for step in range(1, max(due, default=0) + 1):
        trainer.step(features, labels)
        if step in due:
            got = _classifier_arrays(trainer.model)
            pairs = [(n, got[n], value) for n, value in prefixed(arrays, f"{due[step]}/").items()]
            yield rows.compare_all(case.name, due[step], pairs, sm_sge_training.WEIGHTS)


def _classifier_arrays(model, values=None) -> dict[str, np.ndarray]:
    variables = model.trainable_variables
    values = [v.numpy() for v in variables] if values is None else values
    ours = {assign.weight_name(v): value for v, value in zip(variables, values, strict=True)}
    return names.to_original(ours, names.classifier_table(2), {}, differences=True)


def _trainer(case: Case, learning_rate: float) -> recognition_training.RecognitionTrainer:
    model = case.classifier(case.classifier_weights(2), 2)
    return recognition_training.RecognitionTrainer(model, learning_rate, case.settings.last_prefix_only)


def dataset(case: Case, kind: str) -> Iterator[rows.Row]:
    """The data set of the recognition stage begins with the recorded first batch, and is root-centred."""
    arrays = case.arrays(kind)
    first = arrays["X_train_J"][: case.settings.batch]
    yield rows.compare(case.name, f"{kind}/first_batch", case.joints(), first, sm_sge_forward.INPUT)
    labels = np.argmax(arrays["y_train"][: case.settings.batch], axis=1)
    yield rows.compare(case.name, f"{kind}/first_labels", case.labels(), labels, rows.EXACT)
    for split in ("train", "test"):
        roots = arrays[f"X_{split}_J"][:, :, 0]
        yield rows.compare(case.name, f"{kind}/{split}_root", roots, np.zeros_like(roots), rows.EXACT)


def replay(case: Case, kind: str) -> Iterator[rows.Row]:
    """Trains the recognition network over the recorded epochs and scores the test split after each."""
    arrays = case.arrays(kind)
    trace, scores = _replayed(case, len(arrays["trace"]))
    want = arrays["trace"]
    yield rows.compare(case.name, "trace/epoch", np.arange(len(want)), want[:, 0], rows.EXACT)
    counts = case.batched("train"), case.batched("test")
    for column, name in enumerate(TRACE):
        split, _, metric = name.partition("_")
        one_sequence = rows.Tolerance(1.5 / counts[split == "test"])
        tolerance = {"loss": EPOCH_LOSS, "nAUC": EPOCH_NAUC, "accuracy": one_sequence}[metric]
        yield rows.compare(case.name, f"trace/{name}", trace[:, column], want[:, column + 1], tolerance)
    labels = np.argmax(case.arrays("dataset")["y_test"], axis=1)[: len(scores[-1])]
    yield rows.compare(case.name, "val_sum_logits", scores[-1], arrays["val_sum_logits"], EPOCH_LOGITS)
    yield rows.compare(case.name, "val_labels", labels, np.argmax(arrays["val_labels"], axis=1), rows.EXACT)
    yield rows.compare(case.name, "val_nAUC/replayed", trace[-1, -1], arrays["val_nAUC"], EPOCH_NAUC)
    recorded = auc.micro_nauc(arrays["val_sum_logits"], np.argmax(arrays["val_labels"], axis=1))
    yield rows.compare(case.name, "val_nAUC/of_recorded_scores", recorded, arrays["val_nAUC"], METRIC)


def _replayed(case: Case, epochs: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """(epochs, 6) trace in the order of TRACE, and the test scores of each epoch."""
    arrays, batch = case.arrays("dataset"), case.settings.batch
    features = {split: case.prefix_features(arrays[f"X_{split}_J"]) for split in ("train", "test")}
    labels = {split: np.argmax(arrays[f"y_{split}"], axis=1) for split in features}
    trainer = _trainer(case, float(case.stated.get("lr_mlp", case.arrays("stage2").get("lr", 0.0))))
    trace, all_scores = [], []
    for _ in range(epochs):
        losses, accuracies, seen = [], [], []
        cuts = batches.slices(len(labels["train"]), batch, "drop")
        for cut in cuts:
            result, scores = trainer.update(features["train"][cut], labels["train"][cut])
            losses.append(float(result["total"]))
            accuracies.append(float(result["accuracy"]))
            seen.append(scores.numpy())
        train_nauc = auc.micro_nauc(np.concatenate(seen), labels["train"][: cuts[-1].stop])
        means, scores, truth = trainer.score(features["test"], labels["test"], batch)
        test = means["loss"], means["accuracy"], auc.micro_nauc(scores, truth)
        trace.append((np.mean(losses), np.mean(accuracies), train_nauc, *test))
        all_scores.append(scores)
    return np.array(trace), all_scores


def evaluation(case: Case, kind: str) -> Iterator[rows.Row]:
    """Metrics of the evaluation program on its own scores; its scores too, where its epoch was recorded."""
    arrays = case.arrays(kind)
    yield from scored(case.name, f"{kind}/", arrays["sum_logits"], arrays["labels_onehot"], arrays)
    if "stage2_eval" not in case.files or "dataset" not in case.files:
        return
    test_loss = case.arrays("stage2_eval")["trace"][:, 4]
    epoch = int(np.argmin(np.abs(test_loss - arrays["loss"])))
    if np.isclose(test_loss[epoch], arrays["loss"], rtol=1e-5):
        scores = _replayed(case, epoch + 1)[1][-1]
        want = arrays["sum_logits"]
        yield rows.compare(case.name, f"{kind}/sum_logits", scores, want, EPOCH_LOGITS, f"replayed to epoch {epoch}")


def scored(case_name: str, prefix: str, scores: np.ndarray, one_hot: np.ndarray, recorded: dict) -> Iterator[rows.Row]:
    """Rank-n, nAUC, confusion matrix, loss and accuracy of given scores, as far as recorded."""
    labels = np.argmax(one_hot, axis=1)
    confusion = auc.confusion(scores, labels)
    if "confusion" in recorded and len(recorded["confusion"]) != len(confusion):
        occurring = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
        confusion = confusion[np.ix_(occurring, occurring)]
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    entropy = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    got = {
        "rank_n": (auc.rank_n(scores, labels), METRIC),
        "nAUC": (auc.micro_nauc(scores, labels), METRIC),
        "confusion": (confusion, rows.EXACT),
        "loss": (entropy.mean(), sm_sge_forward.LOSS),
        "accuracy": (np.mean(np.argmax(scores, axis=1) == labels), METRIC),
    }
    for name, (value, tolerance) in got.items():
        if name in recorded:
            yield rows.compare(case_name, prefix + name, value, recorded[name], tolerance)
