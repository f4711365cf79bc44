# SPDX-License-Identifier: MIT
"""CAGE: every setting with its default. Recipes named cage_<data set>.py change what differs.

The defaults are what the original program does, surprises included; the comment names the option that does what
the text says instead. Source: Rao et al., A Self-Supervised Gait Encoding Approach With Locality-Awareness for 3D
Skeleton Based Person Re-Identification, T-PAMI 2021, and the program its authors published.
"""

from ml_collections import ConfigDict

from configs import sections

# The published pretext tasks. "la" is reverse reconstruction with locality-aware attention; the authors pair the others
# with basic attention. "plus" does what the program does: it uses the encoder of reverse reconstruction three times;
# three different tasks, as the paper says: legacy_plus=False.
VARIANTS = {
    "la": {},
    "ba": {"attention": ("BA",)},
    "prediction": {"tasks": ("prediction",), "attention": ("BA",)},
    "sorting": {"tasks": ("sorting",), "attention": ("BA",)},
    "plus": {
        "tasks": ("rev_rec", "prediction", "sorting"),
        "attention": ("LA", "BA", "BA"),
        "legacy_plus": True,
    },
}


def _network() -> ConfigDict:
    return ConfigDict(
        {
            "units": 256,  # width of the LSTM layers and of the attention, H
            "unused_copies": True,  # the original trains copies of two weights that nothing reads, but the L2 term sees
            "constant_lstm": True,  # the original's LSTM kernels begin with equal values in every run and axis
        }
    )


def _training() -> ConfigDict:
    return ConfigDict(
        {
            "tasks": ("rev_rec",),  # each with encoders of its own: "rev_rec", "prediction", "sorting"
            "attention": ("LA",),  # of each task: "LA" locality-aware, "BA" basic
            "legacy_plus": False,  # of several tasks the first is used for all, what the original really does
            "batch_size": 128,
            "learning_rate": 0.0005,  # of Adam, epsilon 1e-8
            "epochs": 400,
            "temperature": 0.1,  # of the contrastive term; the original ignores its flag
            "l2": 0.02,  # weight of half the squares of all weights
            "clip": 5.0,  # largest magnitude of a gradient's element
            "drop_last_third": False,  # leave out the last third of the sequences, as the original does for BIWI
            "teacher_forcing": False,  # feed the target's frames to the decoder; the original feeds zeros
            "frozen_head": False,  # train the projection beside the encoder instead of through it
            "scaling": "",  # "min_max" scales each joint of each frame with the train split's range; see centred
            "sorting_order": "shuffled",  # frames of a sorting encoder's input when it embeds: "shuffled" or "captured"
            "encoder_from": "",  # model folder of another run whose encoders are taken instead of training
            "remainder": "drop",  # "drop" the incomplete last batch like the original, or "keep"
        }
    )


def _recognition() -> ConfigDict:
    return ConfigDict(
        {
            "manner": "ap",  # "ap" names frames and averages their scores, "sc" names sequences of concatenated frames
            "features": "context",  # "context" vectors, or the "projection" (one vector a sequence)
            "batch_size": 128,
            "learning_rate": 0.0005,
            "epochs": 300,  # 0: no recognition network
            "patience": 0,  # epochs without a better probe accuracy or loss before the training stops; 0: never
            "first_saved_epoch": 0,
            "latest_best": True,  # of equally good epochs the original keeps the latest; for IAS the earliest
            "person_remainder": "drop",  # the original drops what is left of a person's complete batches; or "keep"
            "probe_remainder": "drop",  # while selecting, the original drops the incomplete last batch; or "keep"
        }
    )


def base(variant: str = "la") -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys; `variant` is a row of VARIANTS."""
    config = ConfigDict()
    config.system = "cage"
    config.seeds = (1,)
    config.dataset = sections.dataset()
    config.dataset.centred = False
    config.network = _network()
    config.training = _training()
    config.training.update(VARIANTS[variant])
    config.recognition = _recognition()
    config.selection = sections.two_stage_selection()
    return sections.end(config, "kmeans")
