# SPDX-License-Identifier: MIT
"""Names and shapes of the original uPMnet checkpoints, and how they become our weights, anchors and trainer state."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from absl import logging

from tfskel.checkpoints import assign, name_table
from tfskel.checkpoints.name_table import Entry
from tfskel.systems.upmnet import anchors as anchor_state
from tfskel.systems.upmnet import mobilenet_v1
from tfskel.systems.upmnet import model as upmnet

SEVERAL = True
AVERAGE = "/ExponentialMovingAverage"
SCOPES = {"mobilenet_v1": "MobilenetV1", "resnet_v1_50": "resnet_v1_50"}
SLOTS = {"rmsprop": ("RMSProp", "RMSProp_1"), "sgd": ("Momentum",)}  # in the order of the optimiser's `slots`
# What a network does not need: optimiser, classifiers that no loss uses, anchors, counters.
IGNORED = (
    r".*/(RMSProp(_1)?|Momentum)",
    r"(?i:.*/Logits)/((Conv2d_1c_1x1|Logits)(_\d+)?/)?(weights|biases)(/.*)?",
    r"(intra|cross)_anchors\d+",
    r"global_step|.*mean_rgb|tower_\d+/.*",
)
_OF_RESNET = (r"^resnet_v1/", "resnet_v1_50/"), (r"/block(\d+)_unit_(\d+)/", r"/block\1/unit_\2/bottleneck_v1/")
_OF_MOBILENET = (r"^mobilenet_v1/conv2d", "MobilenetV1/Conv2d"), (r"/depthwise_kernel$", "/depthwise_weights")
RENAMED = (*_OF_RESNET, *_OF_MOBILENET, (r"/kernel$", "/weights"), (r"/batch_norm/", "/BatchNorm/"))


def their_name(ours: str) -> str:
    """The original's name of a weight of the backbone, e.g. "mobilenet_v1/conv2d_0/kernel"."""
    for pattern, replacement in RENAMED:
        ours = re.sub(pattern, replacement, ours)
    return ours


def table(model: upmnet.PartNetwork) -> dict[str, Entry]:
    """Original variable name -> Entry, for every weight of a network."""
    ours = [assign.weight_name(weight) for weight in model.weights]
    entries = {their_name(name): Entry(name) for name in ours if not name.startswith("relation_head/")}
    if model.head is not None:
        entries |= _head(f"{SCOPES[model.backbone]}/Logits/Relation_conv2d_", model.parts, model.head.units)
    return entries


def hyperparameters(shapes: Mapping[str, tuple]) -> dict:
    """What the shapes of a checkpoint's variables tell.

    Args:
        shapes: original name -> shape.

    Returns:
        Arguments of PartNetwork: backbone, relation, parts, and width or blocks.

    Raises:
        ValueError: it is not a uPMnet checkpoint.
    """
    backbone = next((ours for ours, scope in SCOPES.items() if f"{scope}/{_FIRST[ours]}/weights" in shapes), None)
    related = _numbers(r".*/Logits/Relation_conv2d_relu_bn_(\d+)/weights", shapes)
    parts = related or _numbers(r".*/Logits/(?:Conv2d_1c_1x1|Logits)_(\d+)/weights", shapes)
    if backbone is None or not parts:
        names = ", ".join(f"{scope}/{_FIRST[ours]}/weights" for ours, scope in SCOPES.items())
        raise ValueError(f"this is not a uPMnet checkpoint: it lacks {names}, or layers of parts below Logits.")
    size = {"width": _width(shapes)} if backbone == "mobilenet_v1" else {"blocks": _blocks(shapes)}
    return {"backbone": backbone, "relation": "global" if related else "local", "parts": len(parts), **size}


def load(model: upmnet.PartNetwork, original: Mapping[str, np.ndarray]) -> None:
    """Assigns what a checkpoint's network is tested with: averaged weights and the moving statistics.

    Raises:
        ValueError: names or shapes do not fit the model.
    """
    plain = _plain(original)
    averages = {name: original[name + AVERAGE] for name in plain if name + AVERAGE in original}
    if not averages:
        logging.info("the checkpoint holds no averaged weights; the plain ones are taken.")
    name_table.load(model, plain | averages, table(model), IGNORED)


def start(model: upmnet.PartNetwork, original: Mapping[str, np.ndarray], statistics: bool = False) -> None:
    """Assigns kernels, gamma and beta of the backbone, with which a training begins; e.g. of slim's ImageNet files.

    Args:
        statistics: take the moving statistics too, which the original starts at 0 and 1.

    Raises:
        ValueError: names or shapes do not fit the model; nothing is assigned then.
    """
    values = name_table.to_ours(
        {name: value for name, value in _plain(original).items() if "/logits/" not in name.lower()},
        {their_name(name): Entry(name) for name in map(assign.weight_name, model.trunk.weights)},
        IGNORED,
    )
    for name in values if not statistics else ():
        if "/moving_" in name:
            values[name] = np.full_like(values[name], name.endswith("variance"))
    assign.assign(model.trunk, values)


def anchors(original: Mapping[str, np.ndarray], parts: int) -> anchor_state.Anchors:
    """The anchors of a training checkpoint.

    Raises:
        ValueError: it holds none, or more than nine parts or cameras, whose numbers run together in the names.
    """
    cameras, rest = divmod(len(_numbers(r"intra_anchors(\d+)", original)), parts)
    if not cameras or rest or max(parts, cameras) > 10:
        raise ValueError(
            f"the checkpoint holds no anchors of {parts} parts (intra_anchors00, ...), or more than ten parts or "
            "cameras, which their names do not tell apart."
        )
    counts = [len(original[f"intra_anchors0{camera}"]) for camera in range(cameras)]
    found = anchor_state.Anchors(counts, parts, original["intra_anchors00"].shape[1])
    for kind, variable in (("intra", found.intra), ("cross", found.cross)):
        variable.assign([
            np.concatenate([original[f"{kind}_anchors{part}{camera}"] for camera in range(cameras)])
            for part in range(parts)
        ])  # fmt: skip
    return found


def restore(trainer, original: Mapping[str, np.ndarray]) -> None:
    """Brings a trainer to the state of a training checkpoint: weights, averages, optimiser, step; not the anchors.

    Args:
        trainer: a `trainer.Trainer` made with the `anchors` of the same checkpoint.

    Raises:
        ValueError: names or shapes do not fit, or it was written with another optimiser.
    """
    name_table.load(trainer.trained, _plain(original), table(trainer.trained), IGNORED)
    load(trainer.model, original)
    optimizer = trainer.optimizer
    for suffix, slots in zip(SLOTS[optimizer.name], optimizer.slots, strict=True):
        for weight, slot in zip(trainer.trained.trainable_variables, slots, strict=True):
            name = f"{their_name(assign.weight_name(weight))}/{suffix}"
            if name not in original:
                raise ValueError(f"the checkpoint lacks {name}; it was trained with another optimiser.")
            slot.assign(original[name])
    optimizer.iterations.assign(int(original["global_step"]))


def models(originals: Sequence[Mapping[str, np.ndarray]], length: int) -> tuple[dict, dict]:
    """Models by relation and their description for `convert.convert`; `length` says nothing of images.

    Raises:
        ValueError: two checkpoints of one relation, or of networks that do not belong together.
    """
    made, seen = {}, []
    for original in originals:
        found = hyperparameters({name: value.shape for name, value in original.items()})
        relation = found.pop("relation")
        if relation in made or seen and found != seen[0]:
            raise ValueError(f"a {relation} network of {found} does not go beside those before it: {seen}.")
        seen.append(found)
        made[relation] = upmnet.PartNetwork(relation=relation, **found)
        load(made[relation], original)
    return made, {**seen[0], "relations": list(made)}


_FIRST = {"mobilenet_v1": "Conv2d_0", "resnet_v1_50": "conv1"}


def _plain(original: Mapping[str, np.ndarray]) -> dict:
    return {name: value for name, value in original.items() if not name.endswith(AVERAGE)}


def _head(scope: str, parts: int, units: int) -> dict[str, Entry]:
    entries = {}
    for region in range(parts + 1):
        entries[f"{scope}{region}/weights"] = Entry("relation_head/region_kernel", (region,))
        entries[f"{scope}{region}/biases"] = Entry("relation_head/region_bias", (region,))
    for part in range(parts):
        entries[f"{scope}relu_bn_{part}/weights"] = Entry("relation_head/relation_kernel", (part,))
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            own = slice(part * units, (part + 1) * units)
            entries[f"{scope}relu_bn_{part}/BatchNorm/{name}"] = Entry(f"relation_head/batch_norm/{name}", (own,))
    return entries


def _numbers(pattern: str, names: Collection[str]) -> list[int]:
    matches = (re.fullmatch(pattern, name) for name in names)
    return sorted(int(match[1]) for match in matches if match)


def _width(shapes: Mapping[str, tuple]) -> float:
    last = f"{SCOPES['mobilenet_v1']}/Conv2d_{len(mobilenet_v1.BLOCKS)}_pointwise/weights"
    return shapes[last][-1] / mobilenet_v1.BLOCKS[-1][1]


def _blocks(shapes: Mapping[str, tuple]) -> list[tuple]:
    scope, blocks = SCOPES["resnet_v1_50"], []
    while units := _numbers(rf"{scope}/block{len(blocks) + 1}/unit_(\d+)/bottleneck_v1/conv3/weights", shapes):
        _, _, inner, filters = shapes[f"{scope}/block{len(blocks) + 1}/unit_1/bottleneck_v1/conv3/weights"]
        blocks.append((len(units), filters, inner))
    return blocks
