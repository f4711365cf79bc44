# SPDX-License-Identifier: MIT
"""ST-ReIDNet on DukeMTMC-reID, which its authors have withdrawn. Its numbers are in the paper alone.

python tools/run.py --config configs/st_reidnet_dukemtmc_reid.py
Every image of a person who is searched is both probe and gallery, as in open-reid, which the original programs use; the
usual protocol, with one probe for a person and camera: probe=usual. Poses of 18 joints come with FD-GAN's archive; the
baseline needs none: part=baseline, softmax, triplet or siamese. A GAN in two stages: stage=1, then stage=2, see
configs/st_reidnet_dance_reid.py. ImageNet weights: --config.training.start_encoder=FILE (ResNet-50) and
--config.training.start_identity_discriminator=FILE (ResNet-18).
"""

from configs import arguments, st_reidnet


@arguments.accepts(part=st_reidnet.PARTS, stage=st_reidnet.RATES, probe=("probe", "usual"))
def get_config(part=st_reidnet.GAN, stage=0, probe="probe"):
    """The recipe."""
    config = st_reidnet.base(part, stage)
    config.dataset.update(name="dukemtmc_reid", probe=probe)
    if part == st_reidnet.GAN:
        config.network.joints = 18
    return config
