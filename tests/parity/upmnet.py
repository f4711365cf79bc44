# SPDX-License-Identifier: MIT
"""uPMnet beside its recordings: networks and heads; the other kinds of files are in the modules of this name."""

import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from tests.parity import reading, rows, upmnet_cmc, upmnet_files, upmnet_training
from tests.parity.reading import prefixed
from tests.parity.seeded import drawn, weights_of
from tfskel.checkpoints import assign, name_table
from tfskel.systems.upmnet import mobilenet_v1
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet import original as names


def claims(path: pathlib.Path) -> bool:
    """Whether a file or checkpoint folder looks like a recording of this system."""
    return path.suffix in (".npz", ".json") and _kind(path) is not None or upmnet_files.claims(path)


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of one file or folder; a recipe (.json) is compared with the numbers (.npz) of its name."""
    kind = _kind(path)
    if path.suffix == ".npz" and kind in upmnet_cmc.OF_FILE:
        yield from upmnet_cmc.OF_FILE[kind](path.stem, reading.load(path))
    elif path.suffix == ".npz" and kind is not None:
        yield from OF_FILE[kind](path, reading.load(path))
    elif kind is None:
        yield from upmnet_files.compare(path, memory)


def _kind(path: pathlib.Path) -> str | None:
    return next((kind for kind in (*OF_FILE, *upmnet_cmc.OF_FILE) if path.stem.startswith(kind)), None)


def _backbone(path: pathlib.Path, recorded: dict) -> Iterator[rows.Row]:
    """The whole network in inference, every end point of it, and one training step of its statistics."""
    recipe, row = reading.load_settings(path.with_suffix(".json")), rows.Table("upmnet", path.stem)
    weights, images = weights_of(recipe), drawn(recipe["input"])
    stored = prefixed(recorded, "weights/")
    if stored:
        yield row("recipe/weights", weights, stored)
        yield row("recipe/input", images, recorded["input"])
    network = upmnet.PartNetwork(**names.hyperparameters({name: value.shape for name, value in weights.items()}))
    names.load(network, weights)
    yield row("eval/features", network(images), recorded["eval/features"])
    maps = _end_points(network, images)
    found = {
        "centre": {name: map_[:, map_.shape[1] // 2, map_.shape[2] // 2] for name, map_ in maps.items()},
        "shape": {name: map_.shape[1:] for name, map_ in maps.items()},
        "stats": {name: _statistics(map_) for name, map_ in maps.items()},
        "full": maps,
    }
    for name, value in prefixed(recorded, "eval/endpoint_stats/").items():
        recorded[f"eval/endpoint_shape/{name}"] = value[:3]
        recorded[f"eval/endpoint_stats/{name}"] = value[3:]
    for kind, ours in found.items():
        for name, value in prefixed(recorded, f"eval/endpoint_{kind}/").items():
            yield row(f"endpoint_{kind}/{name}", ours.get(name, ()), value)
    yield row(f"train/features/{recipe['relation']}", network(images, training=True), recorded["train/features"])
    yield row("updated", _statistics_of(network), prefixed(recorded, "train/updated/"))


def _head(path: pathlib.Path, recorded: dict) -> Iterator[rows.Row]:
    """Parts and relation of given maps."""
    recipe, row = reading.load_settings(path.with_suffix(".json")), rows.Table("upmnet", path.stem)
    maps = np.maximum(6 * drawn(recipe["input"]) - 1.5, 0).astype(np.float32)
    channels, weights = maps.shape[-1], weights_of(recipe)
    size = {"blocks": ((1, channels, 8),), "width": channels / mobilenet_v1.BLOCKS[-1][1]}
    network = upmnet.PartNetwork(recipe["model"], recipe["n_part"], recipe["relation"], train_relation=True, **size)
    if network.head is not None:
        entries = {name: entry for name, entry in names.table(network).items() if "/Logits/" in name}
        assign.assign(network.head, name_table.to_ours(weights, entries, names.IGNORED))
    yield row("head/eval", network.of_maps(maps), recorded["eval/features"])
    yield row("head/train", network.of_maps(maps, training=True), recorded["train/features"])
    updated = prefixed(recorded, "train/updated/")
    if updated:
        yield row("updated", _statistics_of(network), updated)


def _statistics_of(network: upmnet.PartNetwork) -> dict:
    """Moving statistics by their original names."""
    ours, found = assign.named_weights(network), {}
    for name, entry in names.table(network).items():
        if "/moving_" in name:
            value = ours[entry.ours].numpy()
            found[name] = value[entry.index] if entry.index else value
    return found


def _end_points(network: upmnet.PartNetwork, images) -> dict:
    """Maps by the names of the recordings."""
    maps = {name: value.numpy() for name, value in network.trunk.maps(images).items()}
    if network.backbone == "mobilenet_v1":
        named = {name.replace("conv2d", "Conv2d"): value for name, value in maps.items()}
        return named | {"PrePool": maps[mobilenet_v1.LAST]}
    return _of_resnet(network.trunk, maps)


def _of_resnet(trunk, maps: dict) -> dict:
    import tensorflow as tf

    found, below = {"conv1": maps["conv1"]}, tf.nn.max_pool2d(maps["conv1"], 3, 2, "SAME")
    for unit in trunk.units:
        block, _, number = unit.name.partition("_")
        name, inner = f"{block}/{number}", below
        for layer in unit.residual:
            inner = layer(inner)
            found[f"{name}/{layer.name}"] = inner.numpy()
        if unit.projection is not None:
            found[f"{name}/shortcut"] = unit.projection(below).numpy()
        found[name] = found[block] = below = maps[unit.name]
    return found


def _statistics(map_: np.ndarray) -> list:
    exact = map_.astype(np.float64)
    return [exact.mean(), exact.std(), np.abs(exact).max()]


# Start of a recording's name -> comparison, given the path and its arrays.
OF_FILE: dict[str, Callable] = {
    "association": upmnet_training.association,
    "train_steps": upmnet_training.steps,
    "backbone": _backbone,
    "head": _head,
}
