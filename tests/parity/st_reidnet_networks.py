# SPDX-License-Identifier: MIT
"""Generators, pose discriminators and re-ID networks beside their recordings."""

import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
from keras import ops

from tests.parity import reading, rows, seeded
from tests.parity.reading import prefixed
from tfskel.systems.st_reidnet import generator, original, pose_discriminator, reid_network, resnet

SYSTEM = "st_reidnet"
# Whether a network normalises by the batch, by the start of the recorded names.
MODES = {"eval": False, "train": True}


def of_generator(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Image and stages of a generator in both modes, and the statistics that training moves."""
    recorded, row, recipe = _case(path)
    config, weights, inputs = recipe["config"], weights_of(recipe), inputs_of(recipe)
    yield from _stored(row, recorded, weights)
    network = generator.Generator(
        config["pose_nc"], config["reid_feature_nc"], len(weights["en_conv1.weight"]), config["pose_feature_nc"],
        config["fuse_mode"], config["connect_layers"], dropout=config["dropout"], noise=config["noise_nc"],
    )  # fmt: skip
    original.load(network, weights)
    given = [np.moveaxis(inputs["posemap"], 1, -1)]
    given += [inputs[name][:, :, 0, 0] for name in ("reid_feature", "noise") if name in inputs]
    for mode, training in MODES.items():
        want, stages = prefixed(recorded, f"{mode}/"), network.stages(given, training)
        image = first_channels(ops.tanh(stages["de_conv1"]))
        found = {"image": image, "image_every4": image[:, :, ::4, ::4], "image_mean_std": [image.mean(), image.std()]}
        mark = f"train/width{network.width}/" if training else "eval/"
        yield from row.each(found | _activations(stages), want, mark)
        yield from _updated(row, network, want)
        original.load(network, weights)


def of_discriminator(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Logits in both modes."""
    recorded, row, recipe = _case(path)
    weights, given = weights_of(recipe), np.moveaxis(inputs_of(recipe)["input"], 1, -1)
    yield from _stored(row, recorded, weights)
    colours = pose_discriminator.COLOURS
    network = pose_discriminator.PoseDiscriminator(given.shape[-1] - colours, len(weights["model.0.weight"]))
    original.load(network, weights)
    pair = given[..., :-colours], given[..., -colours:]
    for mode, training in MODES.items():
        logits = first_channels(network(pair, training=training))
        yield row(f"{mode}/logits", logits, recorded[f"{mode}/logits"])


def of_reid(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Features and maps in inference; features, logits and moved statistics in training."""
    recorded, row, recipe = _case(path)
    config, images = recipe["config"], np.moveaxis(inputs_of(recipe)["image"], 1, -1)
    network = reid_network.ReIDNetwork(
        int(config["arch"].removeprefix("resnet")), resnet_width(weights_of(recipe)), config["last_stride"],
        config["num_classes"], config["use_bn"], embedding="siamese" if config["siamese"] else "single",
    )  # fmt: skip
    original.load(network, weights_of(recipe))
    features = network(images)
    found = {"feature_global": features, "feature_test_bn": network.neck(features, training=False)}
    yield from row.each(found | _activations(_maps(network.backbone, images)), prefixed(recorded, "eval/"), "eval/")
    *features, logits = network(images, training=True)
    names = ("feature_a", "feature_b") if config["siamese"] else ("feature_global",)
    found = dict(zip(names, features, strict=True)) | {"logits": logits}
    want = prefixed(recorded, "train/")
    yield from row.each(found, want, f"train/{config['arch']}/")
    yield from _updated(row, network, want)


def weights_of(recipe: dict, network: str | None = None) -> dict[str, np.ndarray]:
    """The original's name -> array, of all variables of a recipe or of one network of it."""
    entries = ((*entry["name"].split("/", 1), entry) for entry in recipe["variables"])
    return {name: seeded.drawn(entry) for owner, name, entry in entries if network in (None, owner)}


def inputs_of(recipe: dict) -> dict[str, np.ndarray]:
    """Inputs of a recipe by their names, channels first."""
    return {entry["name"]: seeded.drawn(entry) for entry in recipe["inputs"]}


def resnet_width(weights: Mapping) -> int:
    """Channels of a ResNet's first convolution."""
    return len(weights["base_model.conv1.weight"])


def first_channels(maps) -> np.ndarray:
    """(N, h, w, C) -> (N, C, h, w)."""
    return np.moveaxis(np.asarray(maps), -1, 1)


def _case(path: pathlib.Path) -> tuple[dict, rows.Table, dict]:
    return reading.load(path), rows.Table(SYSTEM, path.stem), reading.load_settings(path.with_suffix(".json"))


def _stored(row: rows.Table, recorded: dict, weights: dict) -> Iterator[rows.Row]:
    stored = {name.partition("/")[2]: value for name, value in prefixed(recorded, "weights/").items()}
    if stored:
        yield row("recipe/weights", weights, stored)


def _activations(stages: Mapping) -> dict:
    found = {}
    for name, maps in stages.items():
        maps = first_channels(maps)
        found[f"act_centre/{name}"] = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]
        found[f"act_shape/{name}"] = maps.shape
    return found


def _updated(row: rows.Table, network, want: dict) -> Iterator[rows.Row]:
    updated = prefixed(want, "updated/")
    if updated:
        yield row("train/updated", original.state_dict(network), updated)


def _maps(backbone: resnet.ResNet, images) -> dict:
    """Maps of a ResNet by the names of the recordings."""
    root = backbone.root
    found = {"conv1": root.convolved(images)}
    found["bn1"] = root.batch_norm(found["conv1"])
    found["maxpool"] = maps = resnet.pooled(found["bn1"])
    for unit in backbone.units:
        found[unit.name.partition("_")[0]] = maps = unit(maps)
    return found
