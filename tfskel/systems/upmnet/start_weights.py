# SPDX-License-Identifier: MIT
"""Weights with which a training of uPMnet begins: files that others trained, or none."""

import pathlib

from absl import logging

from tfskel.checkpoints import tf1
from tfskel.systems.upmnet import applications, original
from tfskel.systems.upmnet import model as upmnet

KERAS = (".h5", ".hdf5")
WHERE = """ImageNet weights, which the published numbers start from:
  slim checkpoints    http://download.tensorflow.org/models/mobilenet_v1_1.0_224_2017_06_14.tar.gz
                      http://download.tensorflow.org/models/resnet_v1_50_2016_08_28.tar.gz
  Keras's files       keras.applications.MobileNet(include_top=False) or ResNet50(include_top=False) downloads
                      mobilenet_1_0_224_tf_no_top.h5 or resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5
                      to ~/.keras/models
Unpack, and set --config.training.start_weights to the checkpoint (.ckpt) or the .h5 file."""


def load(network: upmnet.PartNetwork, path: str, statistics: bool = False) -> None:
    """Assigns the backbone's kernels, gamma and beta; says so in the log.

    Args:
        path: a checkpoint with slim's names (prefix, or a single file), or a file of keras.applications without the
            classifier, which ends in .h5; "" leaves the random weights.
        statistics: take the moving statistics too.

    Raises:
        FileNotFoundError: there is no such file; the message says where to get one.
        ValueError: it is damaged or of another network.
    """
    if not path:
        logging.log_first_n(logging.INFO, "the training starts from random weights. %s", 1, WHERE)
        return
    file = pathlib.Path(path).expanduser()
    try:
        if file.suffix in KERAS:
            if not file.is_file():
                raise FileNotFoundError(f"there is no file {file}.")
            source = applications.read(network.backbone, file, network.width)
            applications.start(network, source, statistics)
        else:
            original.start(network, tf1.read(file), statistics)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"start weights: {error} {WHERE}") from error
    except ValueError as error:
        raise ValueError(
            f"start weights {file} do not fit {network.backbone} of width {network.width}: {error} Set "
            "--config.network.backbone and --config.network.width to those of the file."
        ) from error
    logging.info("the %s network starts from %s", network.relation, file)
