# SPDX-License-Identifier: MIT
"""uPMnet on PRID2011. The project's page reports rank-1 92.0, the mean of ten random halves (family B).

python tools/run.py --config configs/upmnet_prid2011.py
Other networks: backbone=resnet_v1_50, relation=local or global, e.g.
--config configs/upmnet_prid2011.py:relation=local. One half alone: division=0 (to 9).
Start weights trained on ImageNet: --config.training.start_weights=FILE; the published
number needs them. One half takes some 19 CPU-hours for each of the two networks.
"""

from configs import arguments, upmnet


@arguments.accepts(backbone=upmnet.BACKBONES, relation=upmnet.RELATIONS, division=("all", *upmnet.HALVES))
def get_config(backbone="mobilenet_v1", relation="both", division="all"):
    """The recipe."""
    config = upmnet.base(backbone, relation)
    config.dataset.update(name="prid2011", divisions=upmnet.HALVES if division == "all" else (division,))
    config.published = {"B rank1": 0.92}
    return config
