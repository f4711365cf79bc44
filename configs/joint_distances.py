# SPDX-License-Identifier: MIT
"""Joint distances: every setting with its default. Recipes named joint_distances_<data set>.py change what differs.

Not a port: mean distances between joints, and the linear map that separates recordings best, in closed form; scatters
of the train split are pooled with those of simulated people. Constant bones must make lengths informative: where
everybody has the same bones use `pose` or another system; skeletons without metres need `scale_free`. Untested: bags,
coats, years apart. Train and test need one joint layout.
"""

from ml_collections import ConfigDict

from configs import sections

ARGUMENTS = {"pose": (False, True), "scale_free": (False, True)}


def base(pose: bool = False, scale_free: bool = False) -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys.

    Args:
        pose: also describe the mean pose and its change; the settings of the fit that go with it.
        scale_free: logarithms of distances without their mean.
    """
    config = ConfigDict()
    config.system = "joint_distances"
    config.seeds = (1,)
    config.dataset = sections.dataset()
    config.dataset.probe_order = "window"
    config.network = ConfigDict(
        {
            "pose": pose,
            "scale_free": scale_free,
            "joint_order": (),  # joint of the files at each place of the skeleton; empty: as they are
        }
    )
    config.training = ConfigDict(
        {
            "classes": "recording",  # what is told apart: "recording" needs no identities, or "identity"
            "learn_from": "train",  # or the "gallery", the people to be found: then train only gives thresholds
            "real_share": 0.9 if pose else 0.7,  # weight of the train split beside simulated people; 0: only they
            "shrinkage": 0.1 if pose else 0.3,  # share of the scatter within classes that its mean diagonal replaces
            "dimensions": 20 if pose else 10,  # of the embedding
        }
    )
    config.selection = ConfigDict(
        {
            "held_out": 0.0,  # a fit in closed form has no epoch to choose
            "draws": 0,  # small copies of the task, made of train alone, on which the three numbers are chosen; or 5
        }
    )
    return sections.end(config, "jaccard")
