# SPDX-License-Identifier: MIT
"""ST-ReIDNet on your own images of persons, whose form datasets_tfds/own_images/README.md describes.

python tools/run.py --config configs/st_reidnet_own_images.py
trains the baseline, which needs no poses; so do part=softmax, part=triplet and part=siamese. part=gan needs a file of
poses beside each image. A folder other than data/own_images: --config.dataset.manual_dir=FOLDER. ImageNet weights:
--config.training.start_encoder=FILE (ResNet-50). Fewer or more epochs: --config.training.epochs=20. Each image
is searched alone; tracklets, pooled to one item: --config.dataset.probe=probe.
"""

from configs import arguments, st_reidnet


@arguments.accepts(part=st_reidnet.PARTS)
def get_config(part=st_reidnet.BASELINE):
    """The recipe."""
    config = st_reidnet.base(part)
    config.dataset.update(name="own_images", probe="images")
    config.selection.every = 5
    return config
