# SPDX-License-Identifier: MIT
"""Losses, rates, sampled rows and the baseline's steps beside the recorded ones."""

import itertools
import pathlib
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows, seeded
from tests.parity.reading import prefixed
from tfskel.data import frames, image_split, recordings
from tfskel.systems.st_reidnet import baseline, losses, original, reid_network, sampling, schedules

SYSTEM = "st_reidnet"
# Case of a recorded triplet loss -> its margin (None for the soft one), and whether the last third are no anchors.
TRIPLETS = {"soft": (None, False), "soft_distractor": (None, True), "margin4": (4.0, False),
            "margin1_distractor": (1.0, True)}  # fmt: skip
SHARP = 2  # steps of the baseline before rounding decides, see the tolerances
SKIP_FRAMES = 3  # window of the recorded spatio-temporal draws; the file does not name it


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


def of_samplers(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """All triplets of an epoch, and the recorded pairs, by the recorded seeds."""
    recorded, row = reading.load_settings(path), rows.Table(SYSTEM, path.stem)
    train = _images(recorded["data_source"], {})
    in_videos = _images(recorded["data_source"], recorded["video"])
    window = {"skip_frames": SKIP_FRAMES}
    kinds = {
        "instance": lambda seed: sampling.InstanceTriplets(train, seed),
        "st_video": lambda seed: sampling.VideoTriplets(in_videos, seed, **window),
        "st_no_video": lambda seed: sampling.VideoTriplets(train, seed, **window),
        "pairs": lambda seed: sampling.Pairs(train, seed),
    }
    for name, make in kinds.items():
        found, sampler = recorded[name], make(recorded[name]["numpy_seed"])
        drawn = found.get("triplets") or found["pairs"]
        yield row(f"{name}/rows", list(itertools.islice(sampler.epoch(0), len(drawn))), drawn)
        yield row(f"{name}/length", len(sampler), found["length"])
        if "index_map" in found:
            yield row(f"{name}/order", sampler.rows, found["index_map"])


def _images(source: list, videos: dict) -> image_split.ImageSplit:
    """Rows of the recorded data source (file, person, frame), without their pictures."""
    examples = [
        {"image": b"", "identity": str(person), "camera": str(frame), "tracklet": str(person), "frame": frame,
         "path": path, "height": 256, "width": 128}
        for path, person, frame in source
    ]  # fmt: skip
    stored = frames.from_list(examples)
    named = {video: [str(person) for person in persons] for video, persons in videos.items()}
    classes = recordings.sorted_identities(stored.identity)
    return image_split.ImageSplit(stored, np.arange(len(stored)), 256, classes, videos=named)


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


def of_baseline(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Losses of the recorded steps that rounding leaves comparable, and what the trained weights say."""
    recipe, recorded = reading.load_settings(path.with_suffix(".json")), reading.load(path)
    row, kind = rows.Table(SYSTEM, path.stem), recipe["kind"]
    given = {entry["name"]: np.moveaxis(seeded.drawn(entry), 1, -1) for entry in recipe["inputs"]}
    trainer = _baseline(recipe)
    before = original.state_dict(trainer.model)
    labels = np.transpose(recipe["ids"]).astype(np.int32)
    for step in range(len(recorded["loss/total"])):
        images = np.stack([given[f"step{step}/images{place}"] for place in range(labels.shape[1])], axis=1)
        trainer.start_epoch(step)
        found = trainer.step(images, labels)
        for name in ("classification", "triplet", "total") if step < SHARP else ("total",):
            yield row(f"baseline/{kind}/{step}/{name}", found[name], recorded[f"loss/{name}"][step])
        if step < SHARP:
            yield row(f"baseline/accuracy/{step}", found["accuracy"], np.float32(recorded["loss/accuracy"][step]))
    yield from _moved(row, before, original.state_dict(trainer.model), prefixed(recorded, "moved/baseline/"))
    yield row(f"baseline/check/{kind}", _tested(trainer.model, given["check_image"]), recorded["check/feature_test_bn"])


def _moved(row: rows.Table, before: dict, after: dict, recorded: dict) -> Iterator[rows.Row]:
    """How far the lengths of all weights' ways are from the recorded ones, as a share of each."""
    ours = {name: np.linalg.norm((after[name] - before[name]).astype(np.float64)) for name in recorded}
    yield row("baseline/neck", ours["bottleneck.weight"], recorded["bottleneck.weight"])
    apart = [abs(ours[name] / value - 1) for name, value in recorded.items() if value]
    for name, share in (("median", 0.5), ("most", 0.95)):
        yield row(f"baseline/moved/{name}", np.quantile(apart, share), 0.0)


def _tested(network: reid_network.ReIDNetwork, images: np.ndarray) -> np.ndarray:
    return network.neck(network(images), training=False)


def _baseline(recipe: dict) -> baseline.Trainer:
    pairs = recipe["kind"].startswith("siamese")
    network = reid_network.ReIDNetwork(
        50, recipe["base_width"], classes=recipe["num_ids"], embedding="siamese" if pairs else "single"
    )
    weights = {name.removeprefix("baseline/"): value for name, value in seeded.weights_of(recipe).items()}
    original.load(network, weights)
    margin = recipe["triplet"].partition("margin ")[2]
    return baseline.Trainer(
        network,
        recipe["optimizer"].partition(" ")[0].lower(),
        recipe["lr"],
        recipe["step_size_in_steps"],
        recipe["weight_decay"],
        float(margin) if margin else None,
    )
