# SPDX-License-Identifier: MIT
"""Losses, rates, sampled rows and the baseline's steps beside the recorded ones."""

import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows
from tests.parity.reading import prefixed
from tfskel.systems.st_reidnet import losses, schedules

SYSTEM = "st_reidnet"
# Case of a recorded triplet loss -> its margin (None for the soft one), and whether the last third are no anchors.
TRIPLETS = {"soft": (None, False), "soft_distractor": (None, True), "margin4": (4.0, False),
            "margin1_distractor": (1.0, True)}  # fmt: skip


def of_losses(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Values and gradients of the formulas."""
    recorded, row = reading.load(path), rows.Table(SYSTEM, path.stem)
    for name, (margin, distractor) in TRIPLETS.items():
        for mark in ("", "_normalised"):
            found = _triplet(recorded["triplet/features"], recorded["triplet/ids"], margin, distractor, bool(mark))
            yield from _compared(row, f"triplet/{name}{mark}/", found, recorded)
    logits, labels = recorded["ce/logits"], recorded["ce/ids"]
    for name, smoothing in (("label_smooth", 0.1), ("plain", 0.0)):
        found = _valued(lambda given, share=smoothing: losses.classification(given, labels, share), logits)
        yield from _compared(row, f"ce/{name}/", found, recorded)
    yield row("ce/top1_accuracy", np.reshape(losses.accuracy(logits, labels), 1), recorded["ce/top1_accuracy"])
    drawn = {"real": (1.0, "smooth_labels_drawn_for_real_call"), "fake": (0.0, "smooth_labels_drawn_for_fake_call")}
    for place, (name, (hard, smooth)) in enumerate(drawn.items()):
        for target, kind in ((hard, f"gan/{name}_loss"), (recorded[f"gan/{smooth}"][place], f"gan/smooth_{name}_loss")):
            yield row(kind, losses.adversarial(recorded["gan/logits"], float(target)), recorded[kind])
    images, targets = (np.moveaxis(recorded[f"recon/{name}"], 1, -1) for name in ("pred", "target"))
    for name, masks in (("masked", recorded["recon/mask"][..., None]), ("unmasked", None)):
        found = _valued(lambda given, masks=masks: losses.reconstruction(given, targets, masks), images)
        found["grad"] = np.moveaxis(found["grad"], -1, 1)
        yield from _compared(row, f"recon/{name}/", found, recorded)


def of_schedule(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """The factor of each epoch."""
    recorded, row = reading.load(path), rows.Table(SYSTEM, path.stem)
    name, lengths = "lr_factor_per_epoch", (int(recorded["niter"]), int(recorded["niter_decay"]))
    yield row(name, [schedules.linear(epoch, *lengths) for epoch in range(len(recorded[name]))], recorded[name])


def _triplet(features, identities, margin, distractor, normalised) -> dict:
    import tensorflow as tf

    def scaled(given):
        return given / (tf.norm(given, axis=1, keepdims=True) + 1e-12) if normalised else given

    found = _valued(lambda given: losses.triplet(scaled(given), identities, margin, distractor), features)
    pair = losses.hardest(scaled(tf.constant(features)), identities, distractor)
    return found | dict(zip(("dist_ap", "dist_an"), pair, strict=True))


def _valued(loss, given: np.ndarray) -> dict:
    """The loss of an array and its gradient."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        variable = tf.Variable(given)
        value = loss(variable)
    return {"loss": value, "grad": np.asarray(tape.gradient(value, variable))}


def _compared(row: rows.Table, mark: str, found: dict, recorded: dict) -> Iterator[rows.Row]:
    return row.each(found, prefixed(recorded, mark), mark)
