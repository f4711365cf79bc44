# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: original checkpoints read, converted, and compared with the case they belong to."""

import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from tfskel.checkpoints import sm_sge as names
from tfskel.checkpoints import tf1
from tfskel.data import batches
from tfskel.models import recognition, sm_sge
from tfskel.parity import rows, sm_sge_forward
from tfskel.parity.sm_sge_case import Case, prefixed
from tfskel.training import recognition as recognition_training


def folder(path: pathlib.Path, cases: Sequence[Case]) -> Iterator[rows.Row]:
    """Rows of every checkpoint in a folder.

    Raises:
        ValueError: a checkpoint is damaged, or no case beside the folder belongs to it.
    """
    for index in sorted(path.glob("*.index")):
        yield from _checkpoint(f"{path.name}/{index.stem}", tf1.read(index), cases)


def _checkpoint(name: str, original: dict, cases: Sequence[Case]) -> Iterator[rows.Row]:
    settings = names.hyperparameters({key: value.shape for key, value in original.items()})
    classes = settings.pop("classes")
    case = _owner(original, cases)
    if case is None:
        raise ValueError(f"{name} loads, but no case beside it has its weights: there is nothing to compare it with.")
    length = case.settings.length
    model = sm_sge.SMSGE(length=length, **settings)
    names.load_encoder(model, original)
    want = prefixed(case.arrays("stage2_encoder_weights"), "weight/")
    pairs = [(key, original[key], value) for key, value in want.items()]
    yield rows.compare_all(name, "ckpt_weights", pairs, rows.EXACT)
    if not classes or "stage2_eval" not in case.files or "dataset" not in case.files:
        return
    classifier = recognition.Recognition(4 * settings["units"], classes)
    names.load_classifier(classifier, original)
    trainer = recognition_training.RecognitionTrainer(classifier, 0.0, case.settings.last_prefix_only)
    recorded = case.arrays("stage2_eval")
    joints = case.arrays("dataset")["X_test_J"][: len(recorded["val_sum_logits"])]
    labels = np.argmax(recorded["val_labels"], axis=1)
    encoder = case.encoder(original)
    features = np.concatenate(
        [
            encoder.prefix_features(joints[cut], margin=case.settings.margin)
            for cut in batches.slices(len(joints), 64, "keep")
        ]
    )
    _, scores, _ = trainer.score(features, labels, len(labels))
    yield rows.compare(name, "ckpt_val_sum_logits", scores, recorded["val_sum_logits"], sm_sge_forward.LOGITS)


def _owner(original: dict, cases: Sequence[Case]) -> Case | None:
    """The case whose trained encoder is nearest to the checkpoint, among those of the same shapes."""
    distances = {}
    for case in cases:
        if "stage2_encoder_weights" not in case.files or "inputs_weights" not in case.files:
            continue
        want = prefixed(case.arrays("stage2_encoder_weights"), "weight/")
        if all(key in original and original[key].shape == value.shape for key, value in want.items()):
            distances[case.name] = sum(float(np.abs(original[k] - v).sum()) for k, v in want.items())
    nearest = min(distances, key=distances.get, default=None)
    return next((case for case in cases if case.name == nearest), None)
