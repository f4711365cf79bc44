# SPDX-License-Identifier: MIT
"""uPMnet on DukeMTMC-VideoReID, which its authors have withdrawn. The project's page reports rank-1 83.6 (family B).

python tools/run.py --config configs/upmnet_dukemtmc_videoreid.py
Other networks: backbone=resnet_v1_50, relation=local or global, e.g.
--config configs/upmnet_dukemtmc_videoreid.py:backbone=resnet_v1_50,relation=global. Start weights trained on ImageNet:
--config.training.start_weights=FILE; the published number needs them.
"""

from configs import arguments, upmnet


@arguments.accepts(backbone=upmnet.BACKBONES, relation=upmnet.RELATIONS)
def get_config(backbone="mobilenet_v1", relation="both"):
    """The recipe."""
    config = upmnet.base(backbone, relation)
    config.dataset.name = "dukemtmc_videoreid"
    # An epoch has 5775 steps: a shorter interval loses less when the training is interrupted.
    config.training.update(steps=25000, optimizer="sgd", warm_up_epochs=1, interval=500)
    config.published = {"B rank1": 0.836}
    return config
