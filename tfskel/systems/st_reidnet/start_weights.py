# SPDX-License-Identifier: MIT
"""Weights with which a training of ST-ReIDNet begins: ImageNet's, the original's, or those of an earlier run."""

import pathlib

import keras
from absl import logging

from tfskel.checkpoints import weight_file
from tfskel.systems.st_reidnet import original, reid_network

OURS = ".weights.h5"
WHERE = """ImageNet weights, which the published numbers start from, in torchvision's names:
  PyTorch       https://download.pytorch.org/models/resnet50-19c8e357.pth (of the identity discriminator:
                resnet18-5c106cde.pth)
  safetensors   https://huggingface.co/timm/resnet50.tv_in1k (resnet18.tv_in1k), model.safetensors
Set --config.training.start_encoder, and of the GAN --config.training.start_identity_discriminator, to the file."""


def load(network: keras.Model, path: str) -> None:
    """Assigns a file's weights; says in the log what was taken.

    Args:
        network: a ReIDNetwork, Generator or PoseDiscriminator.
        path: weights of a run (`<phase>.<network>.<selection>.weights.h5`) or of a converted checkpoint; a file of the
            original, with all weights of the network; for a re-ID network also one with those of its ResNet alone, in
            torchvision's names. A folder stands for its one file of the network's name; "" leaves the random weights.

    Raises:
        FileNotFoundError: there is no such file; the message says where to get one.
        ValueError: it is damaged or of another network.
    """
    if not path:
        logging.info("%s starts from random weights.", network.name)
        if isinstance(network, reid_network.ReIDNetwork):
            logging.log_first_n(logging.INFO, WHERE, 1)
        return
    file = _file(network, pathlib.Path(path).expanduser())
    if not file.exists():
        raise FileNotFoundError(f"start weights of {network.name}: there is no file {file}. {WHERE}")
    try:
        taken = _assign(network, file)
    except ValueError as error:
        raise ValueError(
            f"start weights {file} do not fit {network.name}: {error} Set the options of --config.network to those "
            "that the file was written with."
        ) from error
    logging.info("%s starts from %s of %s", network.name, taken, file)


def _assign(network: keras.Model, file: pathlib.Path) -> str:
    """What of the network was assigned, in words."""
    if file.name.endswith(OURS):
        try:
            network.load_weights(file)
        except (OSError, KeyError) as error:  # not HDF5, or of other layers
            raise ValueError(f"{error}.") from error
        return "all weights"
    state = weight_file.read(file)
    if isinstance(network, reid_network.ReIDNetwork) and not original.complete(state):
        original.start(network, state)
        return "the ResNet"
    original.load(network, state)
    return "all weights"


def _file(network: keras.Model, path: pathlib.Path) -> pathlib.Path:
    if not path.is_dir():
        return path
    files = [file for file in sorted(path.glob(f"*{OURS}")) if network.name in file.name.split(".")]
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise ValueError(f"{path} must hold one file of {network.name}; it holds {names}. Give the file itself.")
    return files[0]
