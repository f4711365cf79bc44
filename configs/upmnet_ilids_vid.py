# SPDX-License-Identifier: MIT
"""uPMnet on iLIDS-VID. The project's page reports rank-1 63.1, the mean of ten random halves (family B).

python tools/run.py --config configs/upmnet_ilids_vid.py
Other networks: backbone=resnet_v1_50, relation=local or global, e.g.
--config configs/upmnet_ilids_vid.py:relation=local. One half alone: division=0 (to 9).
Start weights trained on ImageNet: --config.training.start_weights=FILE; the published
number needs them. One half takes some 14 CPU-hours for each of the two networks.
"""

from configs import arguments, upmnet


@arguments.accepts(backbone=upmnet.BACKBONES, relation=upmnet.RELATIONS, division=("all", *upmnet.HALVES))
def get_config(backbone="mobilenet_v1", relation="both", division="all"):
    """The recipe."""
    config = upmnet.base(backbone, relation)
    config.dataset.update(name="ilids_vid", divisions=upmnet.HALVES if division == "all" else (division,))
    config.training.steps = 15000
    config.published = {"B rank1": 0.631}
    return config
