# SPDX-License-Identifier: MIT
"""ST-ReIDNet on DanceReID. The project's page reports mAP 86.1, single-shot rank-1 84.9 (family B, probe-best).

python tools/run.py --config configs/st_reidnet_dance_reid.py
Other parts: part=baseline, softmax, triplet or siamese; the page reports 74.4, 78.4 and 77.5 for the last three, whose
settings it does not state. A GAN in two stages: part=baseline first, then
--config configs/st_reidnet_dance_reid.py:stage=1 with --config.training.start_encoder=FILE, then stage=2 with files for
all four networks. The published division has five persons in train and test; without: split=leak_free.
ImageNet weights, which the published numbers need: --config.training.start_encoder=FILE (ResNet-50) and
--config.training.start_identity_discriminator=FILE (ResNet-18).
"""

from configs import arguments, st_reidnet


@arguments.accepts(part=st_reidnet.PARTS, stage=st_reidnet.RATES, split=("0", "leak_free"))
def get_config(part=st_reidnet.GAN, stage=0, split="0"):
    """The recipe."""
    config = st_reidnet.base(part, stage)
    config.dataset.update(name="dance_reid", probe="test")
    config.dataset.options = {"split": split}
    config.published = st_reidnet.PUBLISHED.get(part, {})
    return config
