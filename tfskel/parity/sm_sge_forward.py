# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: inputs, relation network, encoders, losses and recognition scores of one batch."""

from collections.abc import Iterator

import numpy as np

from tfskel.layers import scale_collaboration
from tfskel.losses import reconstruction
from tfskel.models import sm_sge
from tfskel.parity import rows
from tfskel.parity.sm_sge_case import SCALE_OF, Case, prefixed
from tfskel.training import recognition as recognition_training
from tfskel.training import sm_sge as pretraining

INPUT = rows.Tolerance(1e-6)
VALUES = rows.Tolerance(1e-5, 1e-5)
STATES = rows.Tolerance(1e-5)
LOSS = rows.Tolerance(0.0, 1e-5)
LOGITS = rows.Tolerance(0.0, 1e-5)
ONE = rows.Tolerance(1e-6)
# Numbers of the scales in the names of relations: r_12 is joints from parts.
NUMBERED = dict(zip("0123", ("interpolated", "joints", "parts", "bodies"), strict=True))


def inputs(case: Case, kind: str) -> Iterator[rows.Row]:
    """Scales, attention biases, frame subsets, and that every weight has a place."""
    arrays = case.arrays(kind)
    model = case.encoder()
    nodes = model.scales(case.joints())
    for letter, scale in SCALE_OF.items():
        yield rows.compare(case.name, f"input/{letter}", nodes[scale], arrays[f"input/{letter}"], INPUT)
        yield rows.compare(case.name, f"bias/{letter}", model.biases[scale][None], arrays[f"bias/{letter}"], rows.EXACT)
    back = case.to_original(model)
    yield rows.compare_all(case.name, "weight", [(n, v, case.weights[n]) for n, v in back.items()], rows.EXACT)
    # With a margin the recordings may hold lists that no loss uses.
    if "frame_seed" in case.stated and not case.settings.margin:
        yield rows.compare_all(case.name, "frames", _redrawn(case), rows.EXACT)


def _redrawn(case: Case) -> list[tuple]:
    stated = case.stated
    rng = np.random.RandomState(int(stated["frame_seed"]))
    drawn = pretraining.draw_sub_sequences(
        case.settings.length,
        rng,
        case.settings.margin,
        int(stated.get("sample_num", 1)),
        str(stated.get("ord_sample", 0)) == "1",
    )
    return [(f"frames/{q}", ours, case.sub_sequences[q]) for q, ours in enumerate(drawn)]


def graph(case: Case, kind: str) -> Iterator[rows.Row]:
    """Structural and collaborative relations, and fused nodes."""
    arrays = case.arrays(kind)
    model = case.encoder()
    structure = {scale: np.asarray(nodes) for scale, nodes in model.structure(case.joints()).items()}
    fused = model.fuse(case.joints())
    for name, want in arrays.items():
        group, _, item = name.partition("/")
        if group == "srl":
            got = structure[SCALE_OF[item]]
        elif group == "fused":
            got = np.reshape(fused[SCALE_OF[item]], structure[SCALE_OF[item]].shape)
        elif group in ("crl", "crl_raw"):
            relate = scale_collaboration.scores if group == "crl_raw" else scale_collaboration.collaborate
            got = relate(*(structure[scale][: len(want)] for scale in _related(item)))
        else:
            continue
        yield rows.compare(case.name, name, got[: len(want)], want, VALUES)


def _related(name: str) -> tuple[str, str]:
    """Target and source scale of a relation: "r_12" is (joints, parts), "self_r_1" is (joints, joints)."""
    digits = name.rpartition("_")[2]
    return NUMBERED[digits[0]], NUMBERED[digits[-1]]


def sequences(case: Case, kind: str) -> Iterator[rows.Row]:
    """Encoder outputs and states, losses, predictions, and recognition with the stage-1 classifier."""
    arrays = case.arrays(kind)
    trainer = case.trainer()
    fused = trainer.model.fuse(case.joints())
    yield from _encoders(case, arrays, trainer.model, fused)
    yield from _losses(case, arrays, trainer)
    yield from _predictions(case, arrays, trainer, fused)
    yield from recognition(case, prefixed(arrays, "recog/"), trainer.model, case.joints(), case.labels(), "recog/", 1)


def _encoders(case: Case, arrays: dict, model: sm_sge.SMSGE, fused: dict) -> Iterator[rows.Row]:
    runs = {}
    for name, want in arrays.items():
        group, *path = name.split("/")
        if group not in ("enc", "enc_state"):
            continue
        letter, q = path[0], int(path[1])
        if (letter, q) not in runs:
            scale = SCALE_OF[letter]
            frames = np.take(fused[scale], case.sub_sequences[q], axis=1)
            runs[letter, q] = model.encoders[scale].run(frames)
        outputs, states = runs[letter, q]
        got = outputs if want.ndim == 3 else outputs[:, -1]
        if group == "enc_state":
            layer, part = path[2].split("_")
            got = states[int(layer.removeprefix("layer"))]["hc".index(part)]
        yield rows.compare(case.name, name, got, want, STATES)


def _losses(case: Case, arrays: dict, trainer: pretraining.PretrainTrainer) -> Iterator[rows.Row]:
    single = trainer.sub_sequence_losses(case.joints(), case.sub_sequences)
    for name, want in prefixed(arrays, "loss_seq/").items():
        letter, q = name.split("/")
        yield rows.compare(case.name, f"loss_seq/{name}", single[letter][int(q)], want, LOSS)
    minimised = trainer.losses(case.joints())
    for letter, want in prefixed(arrays, "loss/").items():
        yield rows.compare(case.name, f"loss/{letter}", minimised[letter], want, LOSS)


def _predictions(case: Case, arrays: dict, trainer: pretraining.PretrainTrainer, fused: dict) -> Iterator[rows.Row]:
    """Predictions of the interpolated encoder on the last sub-sequence, and the terms that were printed."""
    model, frames = trainer.model, case.trained[-1]
    outputs, _ = model.encoders["interpolated"].run(np.take(fused["interpolated"], frames, axis=1))
    flat = np.reshape(outputs, (-1, outputs.shape[-1]))
    predicted = {scale: np.asarray(v) for scale, v in model.reconstruction["interpolated"](flat).items()}
    nodes = model.scales(case.joints())
    for scale, letter in sm_sge.LETTERS.items():
        got = predicted[scale].reshape(case.settings.batch, len(frames), -1)
        want = arrays.get(f"pred_I_last/{letter}")
        if want is not None:
            yield rows.compare(case.name, f"pred_I_last/{letter}", got, want, VALUES)
        want = arrays.get(f"printed/{letter}")
        if want is not None:
            target = case.sequences(np.asarray(nodes[scale])).reshape(case.settings.batch, case.settings.length, -1)
            target = target[:, np.add(frames, case.settings.margin)]
            term = reconstruction.error(got[None].reshape(1, -1, got.shape[-1]),
                                        target.reshape(1, -1, got.shape[-1]), case.settings.loss)[0]  # fmt: skip
            yield rows.compare(case.name, f"printed/{letter}", term, want, LOSS)


def recognition(
    case: Case,
    recorded: dict,
    model: sm_sge.SMSGE,
    joints: np.ndarray,
    labels: np.ndarray,
    prefix: str,
    stage: int,
) -> Iterator[rows.Row]:
    """Prefix features, logits, scores, loss and accuracy of one batch.

    Args:
        case: the case.
        recorded: "features", "logits", "sum_logits", "loss", "accuracy", as far as recorded.
        model: encoder with its weights.
        joints: (B, f, J, 3).
        labels: (B,) int.
        prefix: of the rows' names.
        stage: whose classifier to use.
    """
    last_only = case.settings.last_prefix_only
    features = np.asarray(model.prefix_features(joints, margin=case.settings.margin))  # (B, P, D)
    classifier = case.classifier(case.classifier_weights(stage), stage)
    logits = np.asarray(classifier(features))  # (B, P, C)
    trainer = recognition_training.RecognitionTrainer(classifier, 0.0, last_only)
    means, scores, _ = trainer.score(features, labels, len(labels))
    got = {"features": features, "logits": logits, "sum_logits": scores, **means}
    tolerances = {"loss": LOSS, "accuracy": ONE}
    for name, want in recorded.items():
        if name not in got:
            continue
        value = got[name]
        if name in ("features", "logits"):
            # Recorded prefix by prefix; with the last prefix only, the others may be absent.
            value = value[:, -1:] if len(want) == len(labels) else value
            value = np.swapaxes(value, 0, 1).reshape(-1, value.shape[-1])
        yield rows.compare(case.name, prefix + name, value, want, tolerances.get(name, LOGITS))
