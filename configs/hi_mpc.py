# SPDX-License-Identifier: MIT
"""Hi-MPC: every setting with its default. Recipes named hi_mpc_<data set>.py change what differs.

The defaults are what the original program does, surprises included; the comment names the option that does what
the text says instead. Source: Rao, Leung and Miao, Hi-MPC, IJCV 2023, and the program its authors published.
"""

from ml_collections import ConfigDict

from configs import sections


def _network() -> ConfigDict:
    return ConfigDict(
        {
            "units": 256,  # width of the encoders, H
            "heads": 8,  # meta-transformation heads M
            "joint_order": (),  # joint of the files at each place of the skeleton, after centring; empty: as they are
        }
    )


def _training() -> ConfigDict:
    return ConfigDict(
        {
            "batch_size": 256,
            "learning_rate": 0.00035,  # of Adam, epsilon 1e-8; the original ignores its flag and always uses this
            "epochs": 15000,
            "patience": 50,  # epochs without a higher probe rank-1 of MSMR before the original stops
            "focus": 1,  # 1 weighs hard frames more, -1 easy ones; 0 weighs each with 1, not with 1/f
            "average_joint_loss": False,  # the original adds the joint loss up over heads, and averages the other two
            "resample": True,  # class-balanced resampling with the original's rounds; False: every sequence once
            "remainder": "drop",  # "drop" the incomplete last batch like the original, or "keep"
            "probe_remainder": "drop",  # while selecting, the original never scores incomplete last batches
            "eps": 0.8,  # largest k-reciprocal Jaccard distance between neighbours
            "min_samples": 2,  # neighbours of a core sequence, itself included
            "k1": 20,  # neighbours looked at for reciprocity
            "k2": 6,  # neighbours averaged by query expansion
            "search": "exact",  # neighbour search: "exact", or "ivf" (approximate, for more than 100,000 sequences)
            "probes": 32,  # cells that an ivf search looks into
            "distinct": False,  # search equal sequences once in an ivf search, too; the exact one always does
            "join_ties": False,  # join distances that equal eps but for rounding
        }
    )


def base() -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys."""
    config = ConfigDict()
    config.system = "hi_mpc"
    config.seeds = (1,)
    config.dataset = sections.dataset()
    config.network = _network()
    config.training = _training()
    config.selection = ConfigDict(
        {"held_out": 0.2}  # share of train identities kept out of a second fit that chooses the epoch; 0: no fit
    )
    config = sections.end(config, "jaccard")
    # As in training, but for eps: the stage takes each sequence once, the training about four times, so that its 20
    # neighbours are about 5 different sequences. Of different ones 20 reach from person to person, and 0.8 joins nearly
    # all: on real walking 4 to 7 clusters of purity 0.5 to 0.6, where 0.6 finds 42 of purity 0.86.
    config.clustering.update(
        min_samples=config.training.get_ref("min_samples"),
        k1=config.training.get_ref("k1"),
        k2=config.training.get_ref("k2"),
    )
    return config
