# SPDX-License-Identifier: MIT
"""uPMnet: every setting with its default. Recipes named upmnet_<data set>.py change what differs.

The defaults are what the original program does, surprises included; the comment names the option that does what the
text says instead. Source: arXiv 2111.05170, IET Image Processing 16(3), 2022, and the program its authors published.
"""

from ml_collections import ConfigDict

from configs import sections

# Backbone -> decay of its batch normalisations.
BACKBONES = {"mobilenet_v1": 0.9997, "resnet_v1_50": 0.997}
RELATIONS = ("both", "local", "global")
HALVES = tuple(range(10))
"""Random halves of PRID2011 and of iLIDS-VID."""


def _network(backbone: str, relation: str) -> ConfigDict:
    return ConfigDict(
        {
            "backbone": backbone,
            "relation": relation,  # "local" or "global" features of the parts, or a network for each, joined: "both"
            "parts": 8,  # horizontal bands P of the last map, which has a row for 32 rows of the image
            "width": 1.0,  # multiplier of MobileNet's channels
            # Share of the moving statistics that a step keeps. They start at 0 and 1, of which after s steps decay^s is
            # left: with the published value nothing below 10000 steps can be tested.
            "decay": BACKBONES[backbone],
            "train_relation": False,  # the original never trains the layers of the global relation; True: trained
        }
    )


def _training() -> ConfigDict:
    return ConfigDict(
        {
            "steps": 20000,
            "batch_size": 64,
            "interval": 0,  # steps from one log line, score and point to resume from to the next; 0: an epoch
            "optimizer": "rmsprop",  # or "sgd" with Nesterov's momentum, whose rate is 1/100, then 1/1000 of this one
            "learning_rate": 0.045,
            "decay_factor": 0.94,  # of the rate of rmsprop, ...
            "decay_epochs": 2.0,  # ... after so many epochs
            "warm_up_epochs": 2,  # before anchors of two cameras are averaged
            "margin": 0.5,  # between squared distances of unit vectors
            "eta": 0.5,  # rate of the anchors
            "weight_decay": 0.00004,
            "clip": 2.0,  # gradients are cut off elementwise
            "average": 0.9999,  # largest decay of the averaged weights, which are tested
            # Negative where the nearest anchor is the frame's own: the original takes the "batch_mean" of the smallest
            # distances; "next_anchor": the nearest other one.
            "matched_negative": "batch_mean",
            "start_weights": "",  # checkpoint of slim or .h5 file of keras.applications; empty: random weights
            "start_statistics": False,  # the original leaves moving statistics at 0 and 1; True: those of the file
        }
    )


def base(backbone: str = "mobilenet_v1", relation: str = "both") -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys."""
    config = ConfigDict()
    config.system = "upmnet"
    config.seeds = (1,)
    config.dataset = sections.images()
    config.network = _network(backbone, relation)
    config.training = _training()
    # Share of train identities kept out of a second fit that chooses the epoch; 0: no fit, as the original tests the
    # last weights.
    config.selection = ConfigDict({"held_out": 0.0})
    config = sections.end(config, "jaccard")
    # Tracklets are clustered, of which a person has few: 400 rendered ones give 102 clusters of purity 0.60, and with
    # k1=20 and k2=6, which suit sequences of skeletons, 46 of purity 0.20.
    config.clustering.update(k1=4, k2=2, jaccard_eps=0.5)
    with config.evaluation.unlocked():
        config.evaluation.mat_files = 0  # files of each network in which the original stores features; 0: none
    return config
