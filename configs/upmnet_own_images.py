# SPDX-License-Identifier: MIT
"""uPMnet on your own images of persons, whose form datasets_tfds/own_images/README.md describes.

python tools/run.py --config configs/upmnet_own_images.py
A folder other than data/own_images: --config.dataset.manual_dir=FOLDER. Other networks: backbone=resnet_v1_50,
relation=local or global, e.g. --config configs/upmnet_own_images.py:relation=local. Start weights trained on ImageNet:
--config.training.start_weights=FILE. Fewer or more steps: --config.training.steps=5000.
"""

from configs import arguments, upmnet


@arguments.accepts(backbone=upmnet.BACKBONES, relation=upmnet.RELATIONS)
def get_config(backbone="mobilenet_v1", relation="both"):
    """The recipe."""
    config = upmnet.base(backbone, relation)
    config.dataset.name = "own_images"
    config.network.decay = 0.99  # for what has fewer than ten thousand steps
    config.training.steps = 2000
    return config
