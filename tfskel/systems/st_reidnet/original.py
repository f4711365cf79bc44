# SPDX-License-Identifier: MIT
"""Names and layouts of the original's state dicts, and how they become our weights and ours become theirs."""

import re
from collections.abc import Mapping, Sequence

import keras
import numpy as np

from tfskel.checkpoints import assign
from tfskel.systems.st_reidnet import generator, pose_discriminator, reid_network, resnet

SEVERAL = True
CLASSIFIER = "classifier.weight"
PREFIX = "module."
BACKBONE = "base_model."
# What no network needs: counters, and the classifier of ImageNet.
IGNORED = (r"(.*\.)?num_batches_tracked", r"(base_model\.)?fc\.(weight|bias)")
# Our name -> theirs, one after the other.
_OF_NORM = (
    (r"/gamma$", ".weight"),
    (r"/beta$", ".bias"),
    (r"/moving_mean$", ".running_mean"),
    (r"/moving_variance$", ".running_var"),
)
_OF_RESNET = (
    (r"^backbone/", BACKBONE),
    (r"layer(\d)_(\d+)/", r"layer\1.\2."),
    (r"downsample/kernel$", "downsample.0.weight"),
    (r"downsample/batch_norm", "downsample.1"),
    (r"conv(\d)/batch_norm", r"bn\1"),
    (r"^neck/", "bottleneck/"),
)
_OF_GENERATOR = (
    (r"^w_(pose|reid|noise)/", r"W_\1/"),
    (r"^((?:en|de)_\w+)/norm", r"\1.2"),
    (r"^((?!en_conv1)(?:en|de)_\w+)/(kernel|bias)$", r"\1.1/\2"),
)
_OF_DISCRIMINATOR = (
    *((rf"^patch{n}/norm", f"model.{3 * n}") for n in (1, 2, 3)),
    *((rf"^patch{n}/", f"model.{max(3 * n - 1, 0)}/") for n in range(5)),
)
RENAMED = (
    *_OF_RESNET, *_OF_GENERATOR, *_OF_DISCRIMINATOR, *_OF_NORM, (r"/kernel$", ".weight"), (r"/bias$", ".bias"),
)  # fmt: skip


def their_name(ours: str) -> str:
    """The original's name of a weight, e.g. "base_model.conv1.weight" of "backbone/conv1/kernel"."""
    for pattern, replacement in RENAMED:
        ours = re.sub(pattern, replacement, ours)
    return ours


def plain(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A state dict without the prefix of parallel modules and without what no network needs."""
    stripped = {name.replace(PREFIX, ""): value for name, value in state.items()}
    return {n: value for n, value in stripped.items() if not any(re.fullmatch(pattern, n) for pattern in IGNORED)}


def load(network, state: Mapping[str, np.ndarray]) -> None:
    """Assigns a state dict of the original to a network.

    Args:
        network: a ReIDNetwork, Generator or PoseDiscriminator.
        state: the original's name -> array in its layout; see `plain` for what may be there too.

    Raises:
        ValueError: names or shapes do not fit the network; nothing is assigned then.
    """
    _assign(network, plain(state))


def start(network: reid_network.ReIDNetwork, state: Mapping[str, np.ndarray]) -> None:
    """Assigns the backbone alone, statistics too: from a torchvision file, or from a re-ID network's.

    Raises:
        ValueError: names or shapes do not fit the backbone; nothing is assigned then.
    """
    state = plain(state)
    of_network = any(name.startswith(BACKBONE) for name in state)
    named = {name if of_network else BACKBONE + name: value for name, value in state.items()}
    _assign(network.backbone, {n: value for n, value in named.items() if n.startswith(BACKBONE)})


def complete(state: Mapping[str, np.ndarray]) -> bool:
    """Whether a state dict is that of a whole re-ID network, not only of its ResNet."""
    return CLASSIFIER in plain(state)


def state_dict(network) -> dict[str, np.ndarray]:
    """A network's weights by the original's names and in its layout, without the prefix of parallel modules."""
    ours = assign.named_weights(network)
    return {their_name(name): _theirs(weight.numpy()) for name, weight in ours.items()}


def models(originals: Sequence[Mapping[str, np.ndarray]], length: int) -> tuple[dict, dict]:
    """Networks by name and their description for `convert.convert`; `length` says nothing of images.

    Weights do not tell the stride of the last block, nor whether a classifier is that of pairs. The description has the
    published choice; the weights are the same with another.

    Raises:
        ValueError: a file of none of the four networks, or two of one.
    """
    made, settings = {}, {}
    for state in map(plain, originals):
        name, cls, found = _described(state)
        if name in made:
            raise ValueError(f"two of the files are a network {name}; give each once.")
        made[name] = cls(**found, name=name)
        settings[name] = found
        load(made[name], state)
    return made, {"networks": settings}


def _described(state: Mapping[str, np.ndarray]) -> tuple[str, type[keras.Model], dict]:
    """Name, class and settings of the network of a plain state dict."""
    if CLASSIFIER in state and f"{BACKBONE}conv1.weight" in state:
        found = _reid_settings(state)
        name = "identity_discriminator" if found["classes"] == 1 else "encoder"
        return name, reid_network.ReIDNetwork, found
    if "en_conv1.weight" in state and "en_avg.1.weight" in state and "de_avg.1.weight" in state:
        return "generator", generator.Generator, _generator_settings(state)
    if "model.0.weight" in state:
        filters, channels, *_ = state["model.0.weight"].shape
        found = {"joints": channels - pose_discriminator.COLOURS, "width": filters}
        return "pose_discriminator", pose_discriminator.PoseDiscriminator, found
    raise ValueError(
        f"this is no network of ST-ReIDNet: it lacks {CLASSIFIER}, en_conv1.weight and model.0.weight. A file of "
        "ImageNet's weights needs no conversion: set --config.training.start_encoder to it."
    )


def _reid_settings(state: Mapping[str, np.ndarray]) -> dict:
    units = [re.fullmatch(rf"{BACKBONE}layer(\d)\.\d+\.conv1\.weight", name) for name in state]
    counts = tuple(sum(match is not None and match[1] == str(block) for match in units) for block in range(1, 5))
    bottleneck = f"{BACKBONE}layer1.0.conv3.weight" in state
    depths = [depth for depth, described in resnet.DEPTHS.items() if described == (counts, bottleneck)]
    if not depths:
        raise ValueError(
            f"blocks of {counts} units are those of no ResNet; known depths: {', '.join(map(str, resnet.DEPTHS))}."
        )
    classes = len(state[CLASSIFIER])
    return {
        "depth": depths[0],
        "width": len(state[f"{BACKBONE}conv1.weight"]),
        "last_stride": 2 if classes == 1 else 1,
        "classes": classes,
        "use_bn": "bottleneck.weight" in state,
    }


def _generator_settings(state: Mapping[str, np.ndarray]) -> dict:
    width, joints, *_ = state["en_conv1.weight"].shape
    pose_features, code = len(state["en_avg.1.weight"]), len(state["de_avg.1.weight"])
    added, noise = "W_reid.weight" in state, state.get("W_noise.weight")
    names = [f"de_conv{number}.1.weight" for number in range(5, 0, -1)]
    alone = [multiple * width for multiple in reversed(generator.MULTIPLES)]
    skips = sum(name in state and len(state[name]) > channels for name, channels in zip(names, alone, strict=True))
    return {
        "joints": joints,
        "features": state["W_reid.weight"].shape[1] if added else code - pose_features,
        "width": width,
        "pose_features": pose_features,
        "fuse": "add" if added else "cat",
        "skips": skips,
        "norm": "batch" if "en_conv2.2.weight" in state else "instance",
        "noise": 0 if noise is None else noise.shape[1],
    }


def _assign(layer, state: Mapping[str, np.ndarray]) -> None:
    variables = assign.named_weights(layer)
    theirs = {their_name(name): name for name in variables}
    assign.require_same_names(theirs, state)
    wrong = [
        f"{name} {np.shape(state[name])} instead of {_theirs(np.empty(variables[ours].shape)).shape}"
        for name, ours in theirs.items()
        if _ours(state[name]).shape != tuple(variables[ours].shape)
    ]
    if wrong:
        raise ValueError(f"{len(wrong)} weights have the wrong shape: {assign.some(wrong)}.")
    for name, ours in theirs.items():
        variables[ours].assign(_ours(state[name]))


def _ours(value: np.ndarray) -> np.ndarray:
    """Kernels (out, in, h, w), or transposed (in, out, h, w), with the axes of the image first; matrices turned."""
    return np.transpose(value, (2, 3, 1, 0)) if np.ndim(value) == 4 else np.transpose(value)


def _theirs(value: np.ndarray) -> np.ndarray:
    return np.transpose(value, (3, 2, 0, 1)) if value.ndim == 4 else value.T
