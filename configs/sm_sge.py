# SPDX-License-Identifier: MIT
"""SM-SGE: every setting with its default. Recipes named sm_sge_<data set>.py change what differs.

The defaults are what the original program does, surprises included; the comment names the option that does what
the paper says instead. Source: Rao et al., SM-SGE, ACM Multimedia 2021, and the program its authors published.
"""

from ml_collections import ConfigDict

from configs import sections


def _network() -> ConfigDict:
    return ConfigDict(
        {
            "units": 256,  # width of each LSTM layer
            "heads": 8,  # attention heads of a structural relation
            "node_units": 8,  # features of a node
            "fusion": 1.0,  # weight of the collaborative relations, in [0, 1]; the ablation without them is 0
            "neighbourhood": 1,  # power of (adjacency + identity) that the joint scale attends to
            "global_attention": False,  # every node attends to every node
            "structure_only": False,  # no collaborative relations at all
        }
    )


def _training() -> ConfigDict:
    return ConfigDict(
        {
            "batch_size": 64,
            "learning_rate": 0.0005,  # of each of the four Adam optimisers, epsilon 1e-8
            "epochs": 200,
            "loss": "l1",  # "l1", "mse", or "l2" (half the sum of squares over the batch)
            "first_only": False,  # train on the one-frame sub-sequence alone, what the original's partial ranges do
            "margin": 0,  # predict the frames this many steps later; 0 reconstructs the same frames
            "rounds": 1,  # how often the list of sub-sequences of 1..f frames is drawn
            "ordered": False,  # sub-sequences are the first k frames instead of a random choice
            "redraw": False,  # the paper draws for each step; the original draws once for the whole training
            "resample": True,  # class-balanced resampling with the original's rounds; False: every sequence once
            "remainder": "drop",  # "drop" the incomplete last batch like the original, or "keep"
        }
    )


def _recognition() -> ConfigDict:
    return ConfigDict(
        {
            "batch_size": 64,
            "learning_rate": 0.0025,
            "epochs": 100000,
            "patience": 100,  # epochs without a better probe accuracy or loss before the original stops
            "first_saved_epoch": 0,  # the original saves nothing for IAS before epoch 10
            "zero_frame": True,  # the original's last prefix holds one all-zero frame more; False leaves it out
            "last_prefix_only": False,  # score the longest prefix instead of the sum over prefixes
            "probe_remainder": "drop",  # while selecting, the original drops the incomplete last probe batch; or "keep"
        }
    )


def base() -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys."""
    config = ConfigDict()
    config.system = "sm_sge"
    config.seeds = (1,)
    config.dataset = sections.dataset()
    config.network = _network()
    config.training = _training()
    config.recognition = _recognition()
    config.selection = sections.two_stage_selection()
    return sections.end(config, "kmeans")
