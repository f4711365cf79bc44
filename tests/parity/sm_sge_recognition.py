# SPDX-License-Identifier: MIT
"""SM-SGE beside its recordings: the recognition stage from one batch to several epochs, and checkpoints."""

import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from tests.parity import rows, sm_sge_data, tolerances
from tests.parity.reading import prefixed
from tests.parity.sm_sge_case import SCALE_OF, Case
from tfskel.checkpoints import tf1
from tfskel.data import order as batches
from tfskel.evaluation import auc
from tfskel.systems import recognition
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as names

TRACE = ("train_loss", "train_accuracy", "train_nAUC", "test_loss", "test_accuracy", "test_nAUC")


def original(model: recognition.Recognition, stage: int, values=None) -> dict[str, np.ndarray]:
    """Weights of a recognition network, or values of its trainable variables, under their original names."""
    values = model.trainable_variables if values is None else values
    return dict(zip(names.classifier_table(stage), map(np.asarray, values), strict=True))


def scores(
    case: Case, recorded: dict, model: sm_sge.SMSGE, classifier: recognition.Recognition, kind: str, mark: str
) -> Iterator[rows.Row]:
    """Prefix features, logits, scores, loss and accuracy of a recorded batch, as far as recorded.

    Args:
        case: the case.
        recorded: "features", "logits", "sum_logits", "loss", "accuracy".
        model, classifier: with their weights.
        kind: file that holds the batch.
        mark: begins the rows' names.
    """
    labels, features = case.labels(kind), case.prefix_features(model, case.joints(kind))  # (B, P, D)
    trainer = recognition.RecognitionTrainer(classifier, 0.0, case.settings.last_prefix_only)
    means, sums, _ = trainer.score(features, labels, len(labels))
    ours = {"features": features, "logits": np.asarray(classifier(features)), "sum_logits": sums, **means}
    for name in ("features", "logits"):
        # Recorded prefix by prefix; with the last prefix only, the others may be absent.
        value = ours[name][:, -1:] if len(recorded.get(name, ())) == len(labels) else ours[name]
        ours[name] = np.swapaxes(value, 0, 1).reshape(-1, value.shape[-1])
    yield from case.row.each(ours, recorded, mark)


def encoder(case: Case, kind: str) -> Iterator[rows.Row]:
    """Every trained encoder weight has a place, and comes back as it was."""
    recorded = prefixed(case.arrays(kind), "weight/")
    back = case.to_original(case.encoder(recorded))
    yield case.row(f"{kind}_set", back, recorded.keys())
    yield case.row(kind, back, recorded)


def first_batch(case: Case, kind: str) -> Iterator[rows.Row]:
    """Features, logits, loss, gradients and updates on the first training batch of the stage."""
    arrays, model = case.arrays(kind), case.trained_encoder()
    joints, labels = case.joints(kind), case.labels(kind)
    nodes = model.scales(joints)
    inputs = {f"input/{letter}": nodes[scale] for letter, scale in SCALE_OF.items()}
    yield from case.row.each(inputs, arrays, f"{kind}_")
    trainer = _trainer(case, float(arrays["lr"]))
    yield from scores(case, arrays, model, trainer.model, kind, f"{kind}/")
    features = case.prefix_features(model, joints)
    gradients = original(trainer.model, 2, trainer.gradients(features, labels)[1])
    yield case.row("mlp_grad", gradients, prefixed(arrays, "mlp_grad/"))
    kinds = {name.partition("/")[0] for name in arrays if name.startswith("mlp_after")}
    due = {int(name.removeprefix("mlp_after")): name for name in kinds}
    for step in range(1, max(due, default=0) + 1):
        trainer.step(features, labels)
        if step in due:
            yield case.row(due[step], original(trainer.model, 2), prefixed(arrays, f"{due[step]}/"))


def _trainer(case: Case, learning_rate: float) -> recognition.RecognitionTrainer:
    model = case.classifier(prefixed(case.arrays("stage2"), "mlp_weight/"), 2)
    return recognition.RecognitionTrainer(model, learning_rate, case.settings.last_prefix_only)


def dataset(case: Case, kind: str) -> Iterator[rows.Row]:
    """The data set of the recognition stage begins with the recorded first batch, and is root-centred."""
    arrays, batch = case.arrays(kind), case.settings.batch
    yield case.row(f"{kind}/first_batch", case.joints(), arrays["X_train_J"][:batch])
    yield case.row(f"{kind}/first_labels", case.labels(), np.argmax(arrays["y_train"][:batch], axis=1))
    for split in ("train", "test"):
        roots = arrays[f"X_{split}_J"][:, :, 0]
        yield case.row(f"{kind}/{split}_root", roots, np.zeros_like(roots))


def replay(case: Case, kind: str) -> Iterator[rows.Row]:
    """Trains the recognition network over the recorded epochs and scores the test split after each."""
    arrays = case.arrays(kind)
    recorded, labels = arrays["trace"], np.argmax(arrays["val_labels"], axis=1)
    trace, sums, truth = _replayed(case, len(recorded))
    yield case.row("trace/epoch", np.arange(len(recorded)), recorded[:, 0])
    counts = {"test": len(truth), "train": _cuts(case, "train")[-1].stop}
    for column, name in enumerate(TRACE):
        split, _, metric = name.partition("_")
        tolerance = tolerances.one_sequence(counts[split]) if metric == "accuracy" else None
        yield case.row(f"trace/{name}", trace[:, column], recorded[:, column + 1], tolerance=tolerance)
    yield case.row("val_sum_logits", sums, arrays["val_sum_logits"])
    yield case.row("val_labels", truth, labels)
    yield case.row("val_nAUC/replayed", trace[-1, -1], arrays["val_nAUC"])
    yield case.row("val_nAUC/of_recorded_scores", auc.micro_nauc(arrays["val_sum_logits"], labels), arrays["val_nAUC"])


def _cuts(case: Case, split: str) -> list[slice]:
    return batches.slices(len(case.arrays("dataset")[f"y_{split}"]), case.settings.batch, "drop")


def _replayed(case: Case, epochs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(epochs, 6) trace in the order of TRACE, and scores and classes of the test split after the last epoch."""
    arrays, batch, model = case.arrays("dataset"), case.settings.batch, case.trained_encoder()
    features = {split: case.prefix_features(model, arrays[f"X_{split}_J"]) for split in ("train", "test")}
    labels = {split: np.argmax(arrays[f"y_{split}"], axis=1) for split in features}
    trainer = _trainer(case, float(case.stated.get("lr_mlp", case.arrays("stage2").get("lr", 0.0))))
    trace, cuts = [], _cuts(case, "train")
    for _ in range(epochs):
        updates = [trainer.update(features["train"][cut], labels["train"][cut]) for cut in cuts]
        train = [np.mean([float(means[key]) for means, _ in updates]) for key in ("total", "accuracy")]
        seen = np.concatenate([sums.numpy() for _, sums in updates])
        train.append(auc.micro_nauc(seen, labels["train"][: cuts[-1].stop]))
        means, sums, truth = trainer.score(features["test"], labels["test"], batch)
        trace.append([*train, means["loss"], means["accuracy"], auc.micro_nauc(sums, truth)])
    return np.array(trace), sums, truth


def evaluation(case: Case, kind: str) -> Iterator[rows.Row]:
    """Metrics of the evaluation program on its own scores; its scores too, where its epoch was recorded."""
    arrays = case.arrays(kind)
    yield from sm_sge_data.scored(case.row, f"{kind}/", arrays["sum_logits"], arrays["labels_onehot"], arrays)
    if "stage2_eval" not in case or "dataset" not in case:
        return
    test_loss = case.arrays("stage2_eval")["trace"][:, 4]
    epoch = int(np.argmin(np.abs(test_loss - arrays["loss"])))
    if np.isclose(test_loss[epoch], arrays["loss"], rtol=1e-5):
        _, sums, _ = _replayed(case, epoch + 1)
        yield case.row(f"{kind}/sum_logits", sums, arrays["sum_logits"], f"replayed to epoch {epoch}")


def checkpoints(folder: pathlib.Path, cases: Sequence[Case]) -> Iterator[rows.Row]:
    """Every checkpoint of a folder beside the case it belongs to.

    Raises:
        ValueError: a checkpoint is damaged, or no case beside the folder belongs to it.
    """
    for index in sorted(folder.glob("*.index")):
        name, weights = f"{folder.name}/{index.stem}", tf1.read(index)
        case = _owner(weights, cases)
        if case is None:
            raise ValueError(f"{name} loads, but no case beside it has its weights: nothing can be compared with it.")
        row = rows.Table("sm_sge", name, case.settings.length)
        yield row("ckpt_weights", weights, prefixed(case.arrays("stage2_encoder_weights"), "weight/"))
        seen = names.hyperparameters({key: value.shape for key, value in weights.items()})
        if seen["classes"] and "stage2_eval" in case and "dataset" in case:
            classifier = recognition.Recognition(4 * seen["units"], seen["classes"])
            names.load_classifier(classifier, weights)
            trainer = recognition.RecognitionTrainer(classifier, 0.0, case.settings.last_prefix_only)
            recorded = case.arrays("stage2_eval")
            labels = np.argmax(recorded["val_labels"], axis=1)
            joints = case.arrays("dataset")["X_test_J"][: len(labels)]
            _, sums, _ = trainer.score(case.prefix_features(case.encoder(weights), joints), labels, len(labels))
            yield row("ckpt_val_sum_logits", sums, recorded["val_sum_logits"])


def _owner(weights: dict, cases: Sequence[Case]) -> Case | None:
    """The case whose trained encoder is nearest to the checkpoint, among those of the same shapes."""
    distances = {}
    for case in cases:
        if "stage2_encoder_weights" in case and "inputs_weights" in case:
            recorded = prefixed(case.arrays("stage2_encoder_weights"), "weight/")
            if all(key in weights and weights[key].shape == value.shape for key, value in recorded.items()):
                distances[case] = sum(float(np.abs(weights[key] - value).sum()) for key, value in recorded.items())
    return min(distances, key=distances.get, default=None)
