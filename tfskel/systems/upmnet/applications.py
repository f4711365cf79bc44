# SPDX-License-Identifier: MIT
"""Start weights from the networks of keras.applications."""

import pathlib
import re

import keras
import numpy as np

from tfskel.checkpoints import assign
from tfskel.systems.upmnet import model as upmnet


def read(backbone: str, path: str | pathlib.Path | None, width: float = 1.0) -> keras.Model:
    """The network of keras.applications for a backbone, with the weights of a file.

    Args:
        backbone: one of `model.BACKBONES`.
        path: weights file that keras.applications takes, e.g. mobilenet_1_0_224_tf_no_top.h5; None for random ones.
        width: of a MobileNet.

    Raises:
        ValueError: the file cannot be read or holds another network.
    """
    settings = {"include_top": False, "weights": None, "input_shape": (64, 32, 3)}
    if backbone == "mobilenet_v1":
        made = keras.applications.MobileNet(alpha=width, **settings)
    else:
        made = keras.applications.ResNet50(**settings)
    if path is not None:
        try:
            made.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"{path} holds no weights of {made.name} without its classifier: {error}.") from error
    return made


def start(network: upmnet.PartNetwork, source: keras.Model, statistics: bool = False) -> None:
    """Assigns the weights of a MobileNet or ResNet50 of keras.applications to a network's backbone.

    What stays different, so that outputs are not equal:

    - MobileNet: nothing for even image sizes and with `statistics`; at odd sizes Keras pads in another way.
    - ResNet50: the max-pooling pads one pixel before instead of behind, which shifts the map; the epsilon of the batch
      normalisation is 1.001e-5 instead of 1e-5; in training, strides lie in the first convolution of blocks 2 to 4
      instead of the last unit of blocks 1 to 3, so that the batch statistics there see four times the places. Biases
      of convolutions go into the moving means, which is exact. Its ImageNet weights were made for BGR images minus
      their mean, and are fed RGB in [-1, 1] here, as the original feeds its own.

    Args:
        source: as `read` gives it; layers must have their own names.
        statistics: take the moving statistics too; otherwise they start at 0 and 1, as in the original.

    Raises:
        ValueError: names or shapes do not fit the network; nothing is assigned then.
    """
    name_of = _mobilenet if network.backbone == "mobilenet_v1" else _resnet
    values = {}
    for layer in source.layers:
        ours = name_of(layer.name)
        if ours is None:
            continue
        held = {weight.name: np.asarray(weight) for weight in layer.weights}
        if "bias" in held:
            values[f"{ours}/bias"] = held.pop("bias")
        if ours.endswith("_depthwise") and "kernel" in held:
            held["depthwise_kernel"] = held.pop("kernel")
        inner = "/batch_norm" if "gamma" in held else ""
        values |= {f"{ours}{inner}/{name}": value for name, value in held.items()}
    for name in [name for name in values if name.endswith("/bias")]:
        bias = values.pop(name)
        values[name.replace("/bias", "/batch_norm/moving_mean")] -= bias
    for name in values if not statistics else ():
        if "/moving_" in name:
            values[name] = np.full_like(values[name], name.endswith("variance"))
    assign.assign(network.trunk, values)


def _mobilenet(layer: str) -> str | None:
    """Our name of a layer and of its batch normalisation, e.g. conv_dw_3 and conv_dw_3_bn."""
    if layer in ("conv1", "conv1_bn"):
        return "mobilenet_v1/conv2d_0"
    match = re.fullmatch(r"conv_(dw|pw)_(\d+)(_bn)?", layer)
    return match and f"mobilenet_v1/conv2d_{match[2]}_{'depthwise' if match[1] == 'dw' else 'pointwise'}"


def _resnet(layer: str) -> str | None:
    """Our name of a layer and of its batch normalisation, e.g. conv2_block1_0_conv and conv2_block1_0_bn."""
    if layer in ("conv1_conv", "conv1_bn"):
        return "resnet_v1/conv1"
    match = re.fullmatch(r"conv(\d)_block(\d+)_(\d)_(conv|bn)", layer)
    if not match:
        return None
    part = "shortcut" if match[3] == "0" else f"conv{match[3]}"
    return f"resnet_v1/block{int(match[1]) - 1}_unit_{match[2]}/{part}"
